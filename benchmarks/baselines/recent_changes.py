"""Write events of the last hours, and the stacks that changed."""

from datetime import UTC, datetime, timedelta

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    since = datetime.now(UTC) - timedelta(hours=6)  # noqa: TID251 - a plain script takes the machine's time
    writes = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    found = []
    for region in regions(client, given):
        trail = client("cloudtrail", region)
        events = everything(trail, "lookup_events", "Events", LookupAttributes=writes, StartTime=since)
        found += [event["EventName"] for event in events]
        list(everything(client("cloudformation", region), "describe_stacks", "Stacks"))
    return found
