# Operations: ec2:DeleteSubnet, ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
ops = ["describe_vpcs"]
type(ops).append(ops, "delete_vpc")
ops.__class__.append(ops, "delete_subnet")
for o in ops:
    getattr(boto3.client("ec2"), o)()
