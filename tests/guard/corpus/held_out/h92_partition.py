# Operations: ec2:DescribeVpcs, sqs:ListQueues
import boto3
for line in "ec2:describe_vpcs sqs:list_queues".split():
    svc, _, op = line.partition(":")
    getattr(boto3.client(svc), op)()
