# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import operator
import boto3
ops = ["describe_vpcs"]
operator.iconcat(ops, ["delete_vpc"])
for o in ops:
    getattr(boto3.client("ec2"), o)()
