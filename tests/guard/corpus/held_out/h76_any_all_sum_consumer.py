# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
ops = []
any(ops.append(o) for o in ["describe_vpcs"])
all(map(ops.append, ["describe_subnets"]))
for o in ops:
    getattr(boto3.client("ec2"), o)()
