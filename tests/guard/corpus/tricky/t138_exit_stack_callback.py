# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import contextlib
import boto3
ops = ["describe_vpcs"]
with contextlib.ExitStack() as s:
    s.callback(ops.append, "delete_vpc")
for o in ops:
    getattr(boto3.client("ec2"), o)()
