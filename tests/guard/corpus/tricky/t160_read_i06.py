# Operations: sns:ListTopics, sqs:ListQueues
import boto3
class Resource:
    client_name = None
    def __init__(self): self.client = boto3.client(self.client_name)
KINDS = {}
for name, svc, op in (("queues", "sqs", "list_queues"), ("topics", "sns", "list_topics")):
    class _R(Resource):
        client_name = svc
        operation = op
        def all(self): return getattr(self.client, self.operation)()
    KINDS[name] = _R
for k, cls in KINDS.items(): print(k, cls().all())
