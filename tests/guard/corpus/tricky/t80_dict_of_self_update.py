# Operations: ec2:DescribeVpcs
import boto3
class A:
    def __init__(self, **kw): self.__dict__.update(kw)
    def go(self): return getattr(boto3.client(self.svc), self.op)()
A(svc="ec2", op="describe_vpcs").go()
