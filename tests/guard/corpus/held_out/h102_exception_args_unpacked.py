# Operations: sqs:ListQueues
import boto3
class Halt(Exception):
    pass
try:
    for c in (boto3.client("sqs"),):
        raise Halt(c, "list_queues")
except Halt as halt:
    client, operation = halt.args
    print(getattr(client, operation)())
