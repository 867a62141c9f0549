# Operations: ec2:DescribeVpcs, sqs:ListQueues
import boto3
TABLE = """
ec2 describe_vpcs
sqs list_queues
"""
for line in TABLE.strip().splitlines():
    svc, op = line.split()
    getattr(boto3.client(svc), op)()
