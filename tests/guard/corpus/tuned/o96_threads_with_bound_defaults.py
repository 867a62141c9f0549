# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as pool:
    futures = []
    for region in ("eu-west-1", "us-east-1"):
        ec2 = boto3.client("ec2", region_name=region)
        for op in ("describe_vpcs", "describe_subnets"):
            futures.append(pool.submit(lambda ec2=ec2, op=op: getattr(ec2, op)()))
    print([f.result() for f in futures])
