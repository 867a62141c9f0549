# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import functools
import boto3
parts = [{"a": "describe_vpcs"}, {"b": "describe_subnets"}]
merged = functools.reduce(lambda x, y: {**x, **y}, parts, {})
for o in merged.values():
    getattr(boto3.client("ec2"), o)()
