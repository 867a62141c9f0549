# Operations: ec2:DescribeImages, ec2:DescribeVolumes
import functools
import boto3

class Inventory:
    def __init__(self, region):
        self.client = boto3.client("ec2", region_name=region)

    def _fetch(self, operation, key, **filters):
        return getattr(self.client, operation)(**filters)[key]

    volumes = functools.partialmethod(_fetch, "describe_volumes", "Volumes")
    images = functools.partialmethod(_fetch, operation="describe_images", key="Images", Owners=["self"])

inv = Inventory("eu-west-1")
print(inv.volumes(), inv.images())
