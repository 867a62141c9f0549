# Operations: events:ListEventBuses, events:ListRules, events:ListTargetsByRule, scheduler:ListSchedules
import boto3

events = boto3.client("events")
for bus in events.list_event_buses()["EventBuses"]:
    for page in events.get_paginator("list_rules").paginate(EventBusName=bus["Name"]):
        for rule in page["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])["Targets"]
            if not targets:
                print("no target:", rule["Arn"])
print(boto3.client("scheduler").list_schedules()["Schedules"])
