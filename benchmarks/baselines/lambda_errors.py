"""Errors and throttles of every function over a day."""

from datetime import UTC, datetime, timedelta

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    now = datetime.now(UTC)  # noqa: TID251 - a plain script takes the machine's time
    found = []
    for region in regions(client, given):
        functions, cloudwatch = client("lambda", region), client("cloudwatch", region)
        for function in everything(functions, "list_functions", "Functions"):
            name = function["FunctionName"]
            if given.get("function", name) not in {name, function["FunctionArn"]}:
                continue
            for metric in ("Invocations", "Errors", "Throttles", "Duration"):
                values = cloudwatch.get_metric_statistics(
                    Namespace="AWS/Lambda",
                    MetricName=metric,
                    Dimensions=[{"Name": "FunctionName", "Value": name}],
                    StartTime=now - timedelta(days=1),
                    EndTime=now,
                    Period=3600,
                    Statistics=["Sum"],
                )["Datapoints"]
                if metric in {"Errors", "Throttles"} and any(value["Sum"] for value in values):
                    found.append(name)
            functions.get_function_concurrency(FunctionName=name)
    return found
