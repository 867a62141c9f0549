# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "delete_vpc"
a = A()
a.op = "describe_vpcs"
object.__delattr__(a, "op")
getattr(boto3.client("ec2"), a.op)()
