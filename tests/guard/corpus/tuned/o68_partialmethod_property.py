# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import functools
import boto3
class A:
    def _g(self, op): return getattr(boto3.client("ec2"), op)()
    vpcs = property(functools.partial(_g, op="describe_vpcs"))
    subnets = property(lambda self: self._g("describe_subnets"))
a = A()
a.vpcs, a.subnets
