# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import os
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
a = A()
a.__dict__[os.environ.get("NOPE", "o" + "pp"[:1])] = "delete_vpc"
getattr(boto3.client("ec2"), a.op)()
