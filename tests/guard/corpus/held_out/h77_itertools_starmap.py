# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import itertools
import boto3
ops = {}
list(itertools.starmap(ops.__setitem__, [("a", "describe_vpcs"), ("b", "describe_subnets")]))
for o in ops.values():
    getattr(boto3.client("ec2"), o)()
