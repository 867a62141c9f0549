# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
ops = ["describe_vpcs"]
ops.__iadd__(["delete_vpc"])
for o in ops:
    getattr(boto3.client("ec2"), o)()
