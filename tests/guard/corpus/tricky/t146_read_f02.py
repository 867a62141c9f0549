# Operations: kinesis:ListStreams, sns:ListTopics, sqs:ListQueues
import boto3
collectors = {}
for name in ("sqs", "sns", "kinesis"):
    c = boto3.client(name)
    def collect(client=c, op={"sqs": "list_queues", "sns": "list_topics", "kinesis": "list_streams"}[name]):
        return getattr(client, op)()
    collectors[name] = collect
for n, f in collectors.items(): print(n, f())
