# Operations: sqs:ListQueues, sns:ListTopics
from operator import methodcaller
import boto3

calls = [(boto3.client("sqs"), methodcaller("list_queues")), (boto3.client("sns"), methodcaller("list_topics"))]
for client, call in calls:
    print(call(client))
