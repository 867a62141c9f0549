# Operations: ec2:DescribeVpcs, sqs:ListQueues
import json
import boto3
for svc, ops in json.loads('{"ec2": ["describe_vpcs"], "sqs": ["list_queues"]}').items():
    for op in ops:
        getattr(boto3.client(svc), op)()
