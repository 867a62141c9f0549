# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
import functools
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
A2 = functools.partial(A)
list(filter(lambda x: setattr(x, "op", "delete_vpc"), [A]))
getattr(boto3.client("ec2"), A2().op)()
