# Operations: sns:ListTopics, sqs:ListQueues
import boto3
class Svc:
    def __init__(self, name): self.name = name; self.client = boto3.client(name)
    def items(self):
        if self.name == "sqs": return self.client.list_queues()
        elif self.name == "sns": return self.client.list_topics()
for n in ["sqs", "sns"]: print(Svc(n).items())
