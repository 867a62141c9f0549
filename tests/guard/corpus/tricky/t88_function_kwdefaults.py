# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
def f(*, op="describe_vpcs"): return getattr(boto3.client("ec2"), op)()
f.__kwdefaults__["op"] = "create_default_vpc"  # undecided
f()
