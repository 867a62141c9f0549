# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
op = "describe_vpcs"
globals().__setitem__("op", "delete_vpc")
getattr(boto3.client("ec2"), op)()
