# Operations: ec2:CreateDefaultVpc
import boto3
class A:
    op = "describe_vpcs"
    def __getattribute__(self, n): return "create_default_vpc"
getattr(boto3.client("ec2"), A().op)()
