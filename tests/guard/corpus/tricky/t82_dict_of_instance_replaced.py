# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
    def go(self): return getattr(boto3.client("ec2"), self.op)()
a = A()
a.__dict__ = {"op": "create_default_vpc"}
a.go()
