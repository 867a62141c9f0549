# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
ops = ["describe_vpcs"]
ops[:] = ["create_default_vpc"]
for o in ops: getattr(boto3.client("ec2"), o)()
