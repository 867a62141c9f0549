# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
def a():
    boto3.client("ec2").describe_vpcs()
def mk():
    n = "delete_vpc"
    return lambda: getattr(boto3.client("ec2"), n)()
def b():
    getattr(boto3.client("ec2"), "delete" + "_vpc")()
a.__code__ = b.__code__  # undecided
a()
