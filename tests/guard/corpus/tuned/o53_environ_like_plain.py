# Operations: ec2:DescribeVpcs, sqs:ListQueues
import boto3
import os
import collections
jobs = collections.OrderedDict()
jobs.setdefault("ec2", []).append("describe_vpcs")
jobs.setdefault("sqs", []).append("list_queues")
for s, ops in jobs.items():
    for o in ops:
        getattr(boto3.client(s), o)()
