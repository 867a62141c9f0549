# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
base = {"a": "describe_vpcs"}
full = base | {"b": "describe_subnets"}
for o in full.values():
    getattr(boto3.client("ec2"), o)()
