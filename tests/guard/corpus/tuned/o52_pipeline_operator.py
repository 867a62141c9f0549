# Operations: ec2:DescribeVpcs, sqs:ListQueues
import boto3
class Query:
    def __init__(self, op):
        self.op = op
    def __rshift__(self, service):
        return getattr(boto3.client(service), self.op)()
Query("describe_vpcs") >> "ec2"
Query("list_queues") >> "sqs"
