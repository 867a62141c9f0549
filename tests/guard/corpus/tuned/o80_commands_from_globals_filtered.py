# Operations: sns:ListTopics, sqs:ListQueues
import boto3
def do_topics(): return boto3.client("sns").list_topics()
def do_queues(): return boto3.client("sqs").list_queues()
TABLE = {k: v for k, v in sorted(globals().items()) if k.startswith("do_") and callable(v)}
print([TABLE[k]() for k in ("do_topics", "do_queues")])
