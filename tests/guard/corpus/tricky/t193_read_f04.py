# Operations: ec2:DescribeRegions, ec2:DescribeVolumes
import boto3
from contextlib import contextmanager
class RegionError(Exception):
    def __init__(self, region, client, msg):
        super().__init__(msg); self.region, self.client = region, client
def scan(region):
    c = boto3.client("ec2", region_name=region)
    try: c.describe_volumes()
    except Exception as e: raise RegionError(region, c, str(e)) from e
    raise RegionError(region, c, "nothing")
for r in ["eu-west-1"]:
    try: scan(r)
    except RegionError as e:
        print(e.region, e.client.describe_regions())
