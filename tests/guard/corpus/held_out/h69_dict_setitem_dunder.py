# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
cfg = {"op": "describe_vpcs"}
cfg.__setitem__("op", "describe_subnets")
getattr(boto3.client("ec2"), cfg["op"])()
