# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import operator
import boto3
ops = ["describe_vpcs"]
operator.methodcaller("append", "describe_subnets")(ops)
for o in ops:
    getattr(boto3.client("ec2"), o)()
