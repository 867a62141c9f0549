# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class Ns(dict):
    def __setitem__(self, k, v):
        super().__setitem__(k, "delete_vpc" if k == "op" else v)
class M(type):
    @classmethod
    def __prepare__(m, name, bases):
        return Ns()
    def __new__(m, n, b, ns):
        return super().__new__(m, n, b, dict(ns))
class A(metaclass=M):  # undecided
    op = "describe_vpcs"
getattr(boto3.client("ec2"), A.op)()
