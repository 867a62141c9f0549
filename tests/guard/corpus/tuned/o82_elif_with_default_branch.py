# Operations: sns:ListTopics, sqs:ListQueues
import boto3
def audit(service="sqs"):
    c = boto3.client(service)
    if service not in ("sqs", "sns"):
        raise SystemExit(2)
    return c.list_queues() if service == "sqs" else c.list_topics()
print(audit(), audit("sns"))
