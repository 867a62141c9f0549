"""Queues with messages, who consumes them, and what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        sqs = client("sqs", region)
        for url in everything(sqs, "list_queues", "QueueUrls"):
            if not url or given.get("queue", "") not in url:
                continue
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            if int(attributes["ApproximateNumberOfMessages"]):
                found.append(url)
                _consumers(client, region, attributes["QueueArn"])
    return found


def _consumers(client: Client, region: str, arn: str) -> None:
    functions = client("lambda", region)
    for mapping in functions.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]:
        name = mapping["FunctionArn"].rpartition(":")[2]
        functions.get_function_configuration(FunctionName=name)
        functions.get_function_concurrency(FunctionName=name)
        for metric in ("Errors", "Throttles"):
            _sum(client("cloudwatch", region), "AWS/Lambda", metric, FunctionName=name)
    queue = arn.rpartition(":")[2]
    for metric in ("ApproximateNumberOfMessagesVisible", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"):
        _sum(client("cloudwatch", region), "AWS/SQS", metric, QueueName=queue)


def _sum(cloudwatch: Any, namespace: str, metric: str, **dimensions: str) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - a plain script takes the machine's time
    cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=6),
        EndTime=now,
        Period=300,
        Statistics=["Sum"],
    )
