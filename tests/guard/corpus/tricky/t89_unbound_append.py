# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3
ops = ["describe_vpcs"]
list.append(ops, "create_default_vpc")
for o in ops: getattr(boto3.client("ec2"), o)()
