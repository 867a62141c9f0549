# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import collections
import boto3
Job = collections.namedtuple("Job", "service op")
a = Job("ec2", "describe_vpcs")
b = a._replace(op="describe_subnets")
for j in (a, b):
    getattr(boto3.client(j.service), j.op)()
