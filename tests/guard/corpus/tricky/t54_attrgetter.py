# Operations: ec2:DescribeVpcs
from operator import attrgetter
import boto3

print(attrgetter("describe_vpcs")(boto3.client("ec2"))())
