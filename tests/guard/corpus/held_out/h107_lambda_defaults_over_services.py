# Operations: kms:ListKeys, sns:ListTopics, sqs:ListQueues
import boto3
jobs = []
for name, op in {"sns": "list_topics", "sqs": "list_queues", "kms": "list_keys"}.items():
    c = boto3.client(name)
    jobs.append(lambda c=c, op=op: getattr(c, op)())
for job in jobs:
    print(job())
