# Operations: securityhub:GetFindings, securityhub:DescribeHub
import json
from collections import Counter
import boto3

hub = boto3.client("securityhub")
print(hub.describe_hub()["HubArn"])
counts = Counter()
paginator = hub.get_paginator("get_findings")
for page in paginator.paginate(Filters={"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]}):
    for finding in page["Findings"]:
        counts[finding["Severity"]["Label"]] += 1
print(json.dumps(counts))
