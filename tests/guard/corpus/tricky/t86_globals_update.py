# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
op = "describe_vpcs"
globals().update({"op": "create_default_vpc"})
getattr(boto3.client("ec2"), op)()
