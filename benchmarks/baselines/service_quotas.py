"""Applied quotas of common services and their usage metric."""

from datetime import UTC, datetime, timedelta

from benchmarks.baselines import Client, Given, everything, regions

SERVICES = ("ec2", "vpc", "lambda", "rds", "dynamodb", "elasticloadbalancing", "s3", "iam")


def answer(client: Client, given: Given) -> list[str]:
    now = datetime.now(UTC)  # noqa: TID251 - a plain script takes the machine's time
    found = []
    for region in regions(client, given):
        quotas, cloudwatch = client("service-quotas", region), client("cloudwatch", region)
        for service in SERVICES:
            for quota in everything(quotas, "list_service_quotas", "Quotas", ServiceCode=service):
                metric = quota.get("UsageMetric")
                if not metric:
                    continue
                used = cloudwatch.get_metric_statistics(
                    Namespace=metric["MetricNamespace"],
                    MetricName=metric["MetricName"],
                    Dimensions=[{"Name": k, "Value": v} for k, v in metric["MetricDimensions"].items()],
                    StartTime=now - timedelta(days=1),
                    EndTime=now,
                    Period=3600,
                    Statistics=["Maximum"],
                )["Datapoints"]
                if used and max(one["Maximum"] for one in used) > 0.8 * quota["Value"]:
                    found.append(quota["QuotaName"])
    return found
