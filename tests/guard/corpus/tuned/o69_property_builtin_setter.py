# Operations: ec2:DescribeVpcs
import boto3
class A:
    def get(self): return self._o
    def put(self, v): self._o = "describe_" + v
    op = property(get, put)
a = A()
a.op = "vpcs"
getattr(boto3.client("ec2"), a.op)()
