# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A: op = "describe_vpcs"
a = A()
object.__setattr__(a, "op", "create_default_vpc")
getattr(boto3.client("ec2"), a.op)()
