import json, statistics
from collections import Counter, OrderedDict, defaultdict, namedtuple
import boto3
Row = namedtuple("Row", "region state")
by_state = defaultdict(list)
paginator = boto3.client("ec2").get_paginator("describe_instances")
for page in paginator.paginate(PaginationConfig={"PageSize": 5}):
    for reservation in page["Reservations"]:
        for instance in reservation["Instances"]:
            row = Row("us-east-1", instance["State"]["Name"])
            by_state[row.state].append(int(instance["InstanceId"][2:]))
print(json.dumps({s: {"n": len(v), "mean": statistics.mean(v), "median": statistics.median(v), "stdev": round(statistics.stdev(v), 3)}
                  for s, v in OrderedDict(sorted(by_state.items())).items()}))
