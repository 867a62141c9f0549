# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    op = "describe_vpcs"
    def __getattribute__(self, name):
        if name == "op":
            return "delete_vpc"
        return object.__getattribute__(self, name)
getattr(boto3.client("ec2"), A().op)()
