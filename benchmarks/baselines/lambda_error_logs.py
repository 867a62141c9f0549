"""What a function logged in a day that looks like an error."""

from datetime import UTC, datetime, timedelta

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    start = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251 - a plain script takes the machine's time
    found = []
    for region in regions(client, given):
        for function in everything(client("lambda", region), "list_functions", "Functions"):
            if function["FunctionName"] != given.get("function", function["FunctionName"]):
                continue
            lines = everything(
                client("logs", region),
                "filter_log_events",
                "events",
                logGroupName=f"/aws/lambda/{function['FunctionName']}",
                startTime=int(start.timestamp() * 1000),
            )
            found += [
                line["message"] for line in lines if "ERROR" in line["message"] or "Task timed" in line["message"]
            ]
    return found
