# Operations: ec2:DeleteVpc
import boto3
from functools import partialmethod
class A:
    def __init__(self): self.c = boto3.client("ec2")
    def call(self, op, **k): return getattr(self.c, op)(**k)
    vpcs = partialmethod(call, "delete_vpc", VpcId="v")
print(A().vpcs())
