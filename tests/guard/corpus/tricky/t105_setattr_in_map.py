# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
a = A()
list(map(setattr, [a], ["op"], ["delete_vpc"]))
getattr(boto3.client("ec2"), a.op)()
