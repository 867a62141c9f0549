# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import functools
import boto3
def add(acc, name):
    acc.append("describe_" + name)
    return acc
ops = functools.reduce(add, ["vpcs", "subnets"], [])
for o in ops:
    getattr(boto3.client("ec2"), o)()
