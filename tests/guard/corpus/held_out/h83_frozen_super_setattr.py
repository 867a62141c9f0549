# Operations: ec2:DescribeVpcs
import boto3
class Frozen:
    def __init__(self, op):
        super().__setattr__("op", op)
    def __setattr__(self, n, v):
        raise AttributeError(n)
getattr(boto3.client("ec2"), Frozen("describe_vpcs").op)()
