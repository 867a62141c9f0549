# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3, bisect
ops = ["describe_vpcs"]
bisect.insort(ops, "create_default_vpc")
for o in ops: getattr(boto3.client("ec2"), o)()
