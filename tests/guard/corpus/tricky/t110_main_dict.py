# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import sys
import boto3
boto3.client("ec2").describe_vpcs()
op = "describe_vpcs"
sys.modules.get("__main__").__dict__["op"] = "delete_vpc"
getattr(boto3.client("ec2"), op)()
