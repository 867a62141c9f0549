import json, itertools, re, ipaddress, statistics, hashlib, base64, uuid, functools, fnmatch, textwrap, math
from collections import Counter, defaultdict
import boto3
tags = defaultdict(list)
for r in boto3.client("ec2").describe_instances()["Reservations"]:
    for i in r["Instances"]:
        for t in i.get("Tags", []):
            tags[t["Key"]].append(t["Value"])
print(json.dumps({"counts": Counter(itertools.chain.from_iterable(tags.values())), "private": ipaddress.ip_address("10.0.0.1").is_private}))
