# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import functools
import boto3
ops = []
put = functools.partial(ops.insert, 0)
put("describe_vpcs")
functools.partial(list.append, ops)("describe_subnets")
for o in ops:
    getattr(boto3.client("ec2"), o)()
