# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import itertools
import boto3
ops = itertools.chain(["describe_vpcs"], ["describe_subnets"])
for o in itertools.islice(ops, 5):
    getattr(boto3.client("ec2"), o)()
