# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import types
import boto3
boto3.client("ec2").describe_vpcs()
d = {"op": "describe_vpcs"}
view = types.MappingProxyType(d)
d["op"] = "delete_vpc"
getattr(boto3.client("ec2"), view["op"])()
