# Operations: ec2:DescribeVpcs
import collections
import boto3
ops = []
collections.deque(map(ops.append, ["describe_vpcs"]), maxlen=0)
for o in ops:
    getattr(boto3.client("ec2"), o)()
