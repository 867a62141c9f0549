# Operations: ec2:DescribeAddresses, ec2:DescribeSubnets, ec2:DescribeVpcs
import bisect
import boto3
names = ["describe_vpcs"]
for extra in ("describe_addresses", "describe_subnets"):
    bisect.insort_left(names, extra)
for n in names:
    getattr(boto3.client("ec2"), n)()
