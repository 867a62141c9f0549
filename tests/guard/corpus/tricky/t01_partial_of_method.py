# Operations: ec2:DescribeInstances, ec2:DescribeImages
import functools
import boto3

ec2 = boto3.client("ec2")
running = functools.partial(ec2.describe_instances, Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
mine = functools.partial(ec2.describe_images, Owners=["self"])
for call in (running, mine):
    print(call())
