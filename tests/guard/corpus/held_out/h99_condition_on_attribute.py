# Operations: sns:ListTopics, sqs:ListQueues
import boto3
class Service:
    def __init__(self, kind):
        self.kind, self.api = kind, boto3.client(kind)
    def names(self):
        if self.kind == "sqs":
            return self.api.list_queues()
        if self.kind == "sns":
            return self.api.list_topics()
        return []
for kind in ("sqs", "sns"):
    print(Service(kind).names())
