# Operations: ec2:DescribeVpcs
import boto3
from functools import singledispatchmethod, cache
class A:
    @singledispatchmethod
    def go(self, x): raise TypeError
    @go.register
    def _(self, x: str): return getattr(boto3.client("ec2"), x)()
A().go("describe_vpcs")
