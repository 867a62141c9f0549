# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    def __init__(self, op):
        self.op = op
a = A("describe_vpcs")
a.__init__("delete_vpc")
getattr(boto3.client("ec2"), a.op)()
