"""The one careful script of these inspections: it reads every place of the account where somebody may write."""

SCRIPT = """\
import json
import sys

import boto3
from botocore.exceptions import ClientError


def client(name):
    return boto3.client(name, region_name="us-east-1")


def main():
    given = json.load(sys.stdin)
    notes, skipped = {}, []

    def note(place, call):
        try:
            notes[place] = call()
        except (ClientError, KeyError, IndexError) as error:
            skipped.append({"what": place, "why": str(error)[:400]})

    bucket, function = given["bucket"], given["function"]
    s3, iam, ec2 = client("s3"), client("iam"), client("ec2")
    note("bucket tag", lambda: s3.get_bucket_tagging(Bucket=bucket)["TagSet"])
    note("bucket policy", lambda: s3.get_bucket_policy(Bucket=bucket)["Policy"])
    note("bucket key", lambda: [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]])
    note("function", lambda: client("lambda").get_function_configuration(FunctionName=function)["Description"])
    note("environment", lambda: list(
        client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]))
    note("alarm", lambda: client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmDescription"])
    note("stack", lambda: client("cloudformation").describe_stacks()["Stacks"][0]["Description"])
    note("group rule", lambda: [
        one["IpPermissions"] for one in ec2.describe_security_groups()["SecurityGroups"] if one["IpPermissions"]])
    note("log group", lambda: [one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]])
    note("role", lambda: [one.get("Description") for one in iam.list_roles(PathPrefix="/shop/")["Roles"]])
    note("user tag", lambda: iam.list_user_tags(UserName=given["user"])["Tags"])
    note("missing", lambda: client("lambda").get_function_configuration(FunctionName=given["missing"]))
    #LINES
    findings = []
    for page in client("logs").get_paginator("describe_log_groups").paginate():
        call = f"/calls/{page['ResponseMetadata']['RequestId']}/response/logGroups"
        for number, group in enumerate(page["logGroups"]):
            if "retentionInDays" not in group and group["logGroupName"].startswith("/app/"):
                findings.append({
                    "id": "log-group-keeps-forever",
                    "title": "A log group keeps its logs forever",
                    "severity": "low",
                    "resource": group["arn"],
                    "evidence": [f"{call}/{number}/logGroupName"],
                    "fix": "Set a retention.",
                })
    facts = {"summary": f"{len(findings)} log groups keep their logs forever.", "forever": len(findings), "notes": notes}
    coverage = {"regions": ["us-east-1"], "skipped": skipped, "truncated": []}
    print(json.dumps({"facts": facts, "findings": findings, "resources": [], "coverage": coverage, "next": []}))


main()
"""
LINES = """\
    note("log lines", lambda: [
        one["message"] for one in client("logs").filter_log_events(logGroupName=given["lines"])["events"]])
"""
WITH_LINES = SCRIPT.replace("    #LINES\n", LINES)
"""Also log lines, which only the data class ``logs`` lets it read."""
SCRIPT = SCRIPT.replace("    #LINES\n", "")
