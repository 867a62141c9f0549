# Operations: ec2:DescribeVpcs
import boto3
from functools import partialmethod
class A:
    def __init__(self): self.c = boto3.client("ec2")
    def call(self, op, **k): return getattr(self.c, op)(**k)
    vpcs = partialmethod(call, "describe_vpcs")
print(A().vpcs())
