# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3, operator
boto3.client("ec2").describe_vpcs()
ops = ["describe_vpcs"]
operator.setitem(ops, 0, "create_default_vpc")
for o in ops: getattr(boto3.client("ec2"), o)()
