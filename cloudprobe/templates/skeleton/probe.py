"""NAME: a probe to start from. It tells how old buckets are; put your own question in the place of that.

Plain boto3 on purpose: it runs under plain python, `python probe.py < variables.json`, with any credentials of yours.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError


def main() -> None:
    asked = json.loads(sys.stdin.read() or "{}")
    s3 = boto3.client("s3")
    findings, resources, skipped = [], [], []
    try:
        for page in s3.get_paginator("list_buckets").paginate():
            # A pointer names the call that proves a finding: its request id, and the place in its response.
            call = f"/calls/{page['ResponseMetadata']['RequestId']}/response/Buckets"
            for place, bucket in enumerate(page["Buckets"]):
                if asked.get("bucket", "") not in bucket["Name"]:
                    continue
                arn = f"arn:aws:s3:::{bucket['Name']}"
                summary = {"created": bucket["CreationDate"].isoformat()}
                resources.append({"arn": arn, "type": "s3:bucket", "region": "", "summary": summary})
                findings.append(
                    {
                        "id": "s3-bucket-age",
                        "title": f"Bucket {bucket['Name']} was created on {bucket['CreationDate']:%Y-%m-%d}",
                        "severity": "info",
                        "resource": arn,
                        "evidence": [f"{call}/{place}/CreationDate"],
                        "fix": "",
                    }
                )
    except ClientError as error:
        skipped.append({"what": "the list of buckets", "why": error.response["Error"]["Code"]})
    result = {
        # What could not be read may hold what was asked about: without it, and with no fault found, there is no answer.
        "facts": {
            "summary": f"{len(resources)} buckets were seen.",
            "buckets": len(resources),
            "undecided": bool(skipped),
        },
        "findings": findings,
        "resources": resources,
        "coverage": {"regions": [], "skipped": skipped, "truncated": []},
        "next": [],
    }
    print(json.dumps(result))


main()
