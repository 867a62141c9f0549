# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
type.__setattr__(A, "op", "delete_vpc")
getattr(boto3.client("ec2"), A.op)()
