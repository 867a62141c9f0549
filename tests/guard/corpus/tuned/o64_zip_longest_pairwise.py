# Operations: ec2:DescribeVpcs, sqs:ListQueues
import itertools
import boto3
for s, o in itertools.zip_longest(["ec2", "sqs"], ["describe_vpcs", "list_queues"]):
    getattr(boto3.client(s), o)()
