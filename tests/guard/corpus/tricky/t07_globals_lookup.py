# Operations: ec2:DescribeVpcs, ec2:DescribeSubnets
import boto3

ec2 = boto3.client("ec2")


def check_vpcs():
    return ec2.describe_vpcs()


def check_subnets():
    return ec2.describe_subnets()


for name in ("vpcs", "subnets"):
    print(globals()[f"check_{name}"]())
