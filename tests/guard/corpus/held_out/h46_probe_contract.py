# Operations: cloudtrail:DescribeTrails, cloudtrail:GetTrailStatus, cloudtrail:GetEventSelectors
import json
import sys

import boto3
from botocore.exceptions import ClientError


def main() -> None:
    variables = json.load(sys.stdin)
    regions = variables.get("regions") or ["us-east-1"]
    facts, findings, skipped = {}, [], []
    for region in regions:
        client = boto3.client("cloudtrail", region_name=region)
        try:
            trails = client.describe_trails(includeShadowTrails=False)["trailList"]
        except ClientError as error:
            skipped.append({"region": region, "why": error.response["Error"]["Code"]})
            continue
        for trail in trails:
            status = client.get_trail_status(Name=trail["TrailARN"])
            selectors = client.get_event_selectors(TrailName=trail["TrailARN"])
            facts[trail["TrailARN"]] = {"logging": status["IsLogging"], "selectors": selectors.get("EventSelectors", [])}
            if not status["IsLogging"]:
                findings.append({"id": trail["Name"], "title": "Trail does not log", "severity": "high", "resource": trail["TrailARN"]})
    json.dump({"facts": facts, "findings": findings, "resources": [], "coverage": {"regions": regions, "skipped": skipped}}, sys.stdout)


if __name__ == "__main__":
    main()
