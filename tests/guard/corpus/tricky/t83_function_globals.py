# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
op = "describe_vpcs"
def f(): return getattr(boto3.client("ec2"), op)()
f.__globals__["op"] = "create_default_vpc"  # undecided
f()
