"""Alarms that are not OK, and the metric of each."""

from datetime import UTC, datetime, timedelta

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    now = datetime.now(UTC)  # noqa: TID251 - a plain script takes the machine's time
    found = []
    for region in regions(client, given):
        cloudwatch = client("cloudwatch", region)
        for alarm in everything(cloudwatch, "describe_alarms", "MetricAlarms"):
            if alarm["StateValue"] != "ALARM":
                continue
            found.append(alarm["AlarmName"])
            cloudwatch.get_metric_statistics(
                Namespace=alarm["Namespace"],
                MetricName=alarm["MetricName"],
                Dimensions=alarm["Dimensions"],
                StartTime=now - timedelta(hours=3),
                EndTime=now,
                Period=alarm["Period"],
                Statistics=[alarm["Statistic"]],
            )
    return found
