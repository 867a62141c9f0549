# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs, sqs:ListQueues
import dataclasses
from dataclasses import dataclass
import boto3

@dataclass(frozen=True)
class Query:
    service: str = "ec2"
    op: str = "describe_vpcs"

base = Query()
queries = [base, dataclasses.replace(base, op="describe_subnets"), dataclasses.replace(base, service="sqs", op="list_queues")]
for q in queries:
    getattr(boto3.client(q.service), q.op)()
