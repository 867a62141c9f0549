# Operations: ec2:DescribeSubnets
from collections import ChainMap
import boto3
overrides = {}
settings = ChainMap(overrides, {"op": "describe_vpcs"})
overrides["op"] = "describe_subnets"
getattr(boto3.client("ec2"), settings["op"])()
