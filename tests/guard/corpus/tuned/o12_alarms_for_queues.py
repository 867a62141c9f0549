# Operations: sqs:ListQueues, cloudwatch:DescribeAlarmsForMetric
import boto3

sqs, cw = boto3.client("sqs"), boto3.client("cloudwatch")
for url in sqs.list_queues(MaxResults=1000).get("QueueUrls", []):
    name = url.rsplit("/", 1)[-1]
    alarms = cw.describe_alarms_for_metric(
        MetricName="ApproximateAgeOfOldestMessage", Namespace="AWS/SQS", Dimensions=[dict(Name="QueueName", Value=name)]
    )["MetricAlarms"]
    if not alarms:
        print("no alarm on", name)
