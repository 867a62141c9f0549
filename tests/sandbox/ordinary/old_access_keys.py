import json, sys
from datetime import datetime, timezone, timedelta
import boto3
variables = json.load(sys.stdin)
limit = timedelta(days=variables.get("max_age_days", 90))
iam = boto3.client("iam")
now = datetime.now(timezone.utc)
findings = []
for page in iam.get_paginator("list_users").paginate():
    for user in page["Users"]:
        for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]:
            age = now - key["CreateDate"]
            if key["Status"] == "Active" and age > limit:
                findings.append({"user": user["UserName"], "key": key["AccessKeyId"], "days": age.days})
print(json.dumps({"findings": findings}, default=str))
