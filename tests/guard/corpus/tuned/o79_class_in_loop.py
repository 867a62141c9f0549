# Operations: sns:ListTopics, sqs:ListQueues
import boto3
made = []
for svc, op in (("sns", "list_topics"), ("sqs", "list_queues")):
    class Check:
        client = boto3.client(svc)
        operation = op
        def run(self):
            return getattr(self.client, self.operation)()
    made.append(Check)
print([c().run() for c in made])
