# Operations: sqs:ListQueues
from functools import partialmethod
import boto3

class Base:
    service = "ec2"
    def _do(self, op):
        return getattr(boto3.client(self.service), op)()

class Kid(Base):
    service = "sqs"
    run = partialmethod(Base._do, "list_queues")

Kid().run()
