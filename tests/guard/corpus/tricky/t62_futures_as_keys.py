# Operations: ec2:DescribeRegions, ec2:DescribeVolumes
from concurrent.futures import ThreadPoolExecutor, as_completed
import boto3


def make(region):
    return boto3.client("ec2", region_name=region)


regions = [r["RegionName"] for r in boto3.client("ec2").describe_regions()["Regions"]]
with ThreadPoolExecutor() as pool:
    futures = {pool.submit(make, r): r for r in regions}
    for future in as_completed(futures):
        print(futures[future], future.result().describe_volumes())
