# Operations: sns:ListTopics, sqs:ListQueues
from dataclasses import dataclass, field
import boto3


@dataclass
class Aws:
    sns: object = field(default_factory=lambda: boto3.client("sns"))
    sqs: object = field(default=boto3.client("sqs"))


aws = Aws()
print(aws.sns.list_topics(), aws.sqs.list_queues())
