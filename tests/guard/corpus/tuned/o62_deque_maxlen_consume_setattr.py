# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import collections
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
collections.deque((setattr(A, "op", v) for v in ["describe_subnets"]), maxlen=0)
getattr(boto3.client("ec2"), A.op)()
