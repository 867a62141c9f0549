# Operations: ec2:DescribeImages, ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
from concurrent.futures import ThreadPoolExecutor
ops = ["describe_vpcs"]
with ThreadPoolExecutor() as pool:
    list(pool.map(ops.append, ["describe_subnets", "describe_images"]))
for o in ops:
    getattr(boto3.client("ec2"), o)()
