# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import functools, operator
import boto3
table = {}
functools.reduce(lambda t, kv: operator.setitem(t, *kv) or t, [("a", "describe_vpcs"), ("b", "describe_subnets")], table)
for o in table.values():
    getattr(boto3.client("ec2"), o)()
