# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import contextlib
import boto3
boto3.client("ec2").describe_vpcs()
class S:
    op = "describe_vpcs"
@contextlib.contextmanager
def using(name):
    old, S.op = S.op, name
    yield
    S.op = old
with using("describe_subnets"):
    getattr(boto3.client("ec2"), S.op)()
