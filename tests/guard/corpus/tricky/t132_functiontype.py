# Operations: ec2:DescribeVpcs
import types
import boto3
boto3.client("ec2").describe_vpcs()
op = "describe_vpcs"
def f():
    return getattr(boto3.client("ec2"), op)()
g = types.FunctionType(f.__code__, {"boto3": boto3, "op": "delete_vpc", "getattr": getattr})  # undecided
g()
