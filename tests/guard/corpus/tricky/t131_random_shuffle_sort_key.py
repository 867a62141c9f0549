# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import random
import boto3
ops = ["describe_vpcs"]
extra = []
sorted(["delete_vpc"], key=ops.append)
random.shuffle(ops)
for o in ops:
    getattr(boto3.client("ec2"), o)()
