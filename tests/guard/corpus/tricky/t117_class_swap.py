# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
class B:
    op = "delete_vpc"
a = A()
a.__class__ = B  # undecided
getattr(boto3.client("ec2"), a.op)()
