# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
a = A()
vars(a).__setitem__("op", "delete_vpc")
getattr(boto3.client("ec2"), a.op)()
