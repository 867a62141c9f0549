# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
from concurrent.futures import ThreadPoolExecutor
ops = ["describe_vpcs"]
with ThreadPoolExecutor() as pool:
    pool.submit(ops.append, "describe_subnets").result()
for o in ops:
    getattr(boto3.client("ec2"), o)()
