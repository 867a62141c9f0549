# Operations: sqs:ListQueues, sqs:GetQueueAttributes, sns:ListTopics, sns:GetTopicAttributes, sns:ListSubscriptionsByTopic
import boto3

for queue in boto3.resource("sqs").queues.all():
    print(queue.url, queue.attributes["ApproximateNumberOfMessages"])
for topic in boto3.resource("sns").topics.all():
    print(topic.arn, topic.attributes)
    print(list(topic.subscriptions.all()))
