# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3, sys
boto3.client("ec2").describe_vpcs()
op = "describe_vpcs"
sys.modules["__main__"].op = "create_default_vpc"
getattr(boto3.client("ec2"), op)()
