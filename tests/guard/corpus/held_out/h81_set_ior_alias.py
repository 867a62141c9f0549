# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
ops = {"describe_vpcs"}
same = ops
same |= {"describe_subnets"}
for o in ops:
    getattr(boto3.client("ec2"), o)()
