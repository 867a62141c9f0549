# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3
from functools import partialmethod
class A:
    def __init__(self): self.c = boto3.client("ec2")
    def call(self, op="describe_vpcs", **k): return getattr(self.c, op)(**k)
    rm = partialmethod(call, op="create_default_vpc")
a = A()
a.call(); a.rm()
