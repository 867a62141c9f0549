# Operations: ec2:DescribeVpcs
import argparse
import boto3
class Args:
    op = "describe_vpcs"
a = Args()
p = argparse.ArgumentParser()
p.add_argument("--op", default="describe_subnets")
p.parse_args(namespace=a)
getattr(boto3.client("ec2"), a.op)()  # undecided
