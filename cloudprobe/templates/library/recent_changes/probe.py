"""What was changed in a window of time, and by whom: CloudTrail's event history and CloudFormation's stack events.

Reads JSON from standard input: {"start": "2026-11-23T15:00:00+01:00", "end": …, "hours": 24, "regions": ["eu-west-1"]
or ["*"], "user": "part of a name", "resource": "part of a name", "max_events": 2000}; all of them may be left out.
Needs boto3 and read access, no more.
"""

import json
import re
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# CloudTrail answers two lookups a second for each region, so throttling is met with patience.
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=16, connect_timeout=10)
ORDER = ["critical", "high", "medium", "low", "info"]
NOW = datetime.now(UTC)
HISTORY, LAG = timedelta(days=90), timedelta(minutes=15)
LIMITS = (
    "The event history holds management events of 90 days and lags up to 15 minutes. Reads and writes of data, such as "
    "S3 objects and function invocations, are not in it."
)

# What takes protection away, or gives somebody access for good.
GRAVE = {
    "StopLogging", "DeleteTrail", "PutEventSelectors", "DeleteFlowLogs", "StopConfigurationRecorder",
    "DeleteConfigurationRecorder", "DeleteDetector", "DisableKey", "ScheduleKeyDeletion",
    "DeleteBucketPublicAccessBlock", "DeletePublicAccessBlock", "DeleteAccountPublicAccessBlock",
    "DeleteBucketEncryption", "DisableEbsEncryptionByDefault", "CreateAccessKey", "CreateLoginProfile",
    "AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy", "PutUserPolicy", "PutRolePolicy", "PutGroupPolicy",
    "CreatePolicyVersion", "SetDefaultPolicyVersion", "UpdateAssumeRolePolicy", "DeleteUserPermissionsBoundary",
    "DeleteRolePermissionsBoundary", "AddUserToGroup", "DeactivateMFADevice", "DisableSecurityHub", "DeleteWebACL",
    "DeleteLogGroup",
}  # fmt: skip
# What decides who reaches a thing, or what runs.
WEIGHTY = {
    "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "ModifySecurityGroupRules", "CreateRoute",
    "ReplaceRoute", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry", "PutBucketPolicy", "PutBucketAcl",
    "PutKeyPolicy", "CreateGrant", "ModifySnapshotAttribute", "ModifyImageAttribute", "ModifyDBSnapshotAttribute",
    "AddPermission20150331v2", "SetQueueAttributes", "StopInstances", "RebootInstances", "StopDBInstance",
    "RebootDBInstance", "ModifyDBInstance", "ChangeResourceRecordSets", "UpdateService", "CreateUser", "CreateRole",
}  # fmt: skip
# What AWS counts as writing but changes no configuration anybody made.
ROUTINE = {
    "ConsoleLogin", "CheckMfa", "SwitchRole", "ExitRole", "RenewRole", "CreateLogStream",
    "UpdateInstanceInformation", "PutInventory", "PutComplianceItems", "PutEvaluations", "StartQuery",
    "StartSession", "TerminateSession", "ResumeSession", "GenerateDataKey", "Decrypt", "SendSSHPublicKey",
    "RegisterContainerInstance", "SubmitTaskStateChange", "SubmitContainerStateChange", "DiscoverPollEndpoint",
    "RetireGrant", "SharedSnapshotVolumeCreated", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity",
    "GetSessionToken",
}  # fmt: skip
INWARD = re.compile("Authorize[A-Za-z]*Ingress")  # what is let out to the world opens nothing to it
WORLD = re.compile(r'"(?:0\.0\.0\.0/0|::/0)"')
UNDO = {
    "StopLogging": "aws cloudtrail start-logging --region {region} --name {name}",
    "ScheduleKeyDeletion": "aws kms cancel-key-deletion --region {region} --key-id {name}",
    "DisableKey": "aws kms enable-key --region {region} --key-id {name}",
    "StopInstances": "aws ec2 start-instances --region {region} --instance-ids {name}",
    "StopConfigurationRecorder": (
        "aws configservice start-configuration-recorder --region {region} --configuration-recorder-name {name}"
    ),
    "DeleteBucketPublicAccessBlock": (
        "aws s3api put-public-access-block --bucket {name} --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    ),
}
# The roles cloudprobe makes for each run, and takes away again.
OWN = re.compile(r"(?:^|[:/])cloudprobe-\d{8}-\d{6}-[0-9a-f]{8}-")
OWN_EVENTS = {"CreateRole", "PutRolePolicy", "DeleteRolePolicy", "DeleteRole", "TagRole"}


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def name_of_caller(identity, event):
    """Who made a call, in words."""
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {}).get("userName")
    arn, kind = identity.get("arn", ""), identity.get("type", "")
    if kind == "Root":
        return "the root user"
    if kind == "AssumedRole" or ":assumed-role/" in arn:
        role, _, session = arn.partition(":assumed-role/")[2].partition("/")
        return f"role {issuer or role}" + (f" (session {session})" if session else "")
    if kind == "AWSService":
        return identity.get("invokedBy", event["EventSource"])
    named = identity.get("userName") or event.get("Username") or identity.get("invokedBy")
    return f"user {named}" if kind == "IAMUser" else named or identity.get("accountId") or "somebody unknown"


def is_service(identity, detail):
    """Whether AWS did this of its own accord: as itself, or under a role linked to a service."""
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "")
    by_itself = identity.get("type") == "AWSService" or detail.get("eventType") == "AwsServiceEvent"
    return by_itself or "/aws-service-role/" in issuer or "/AWSServiceRoleFor" in identity.get("arn", "")


def target_of(event, detail):
    """What an event changed: the first thing CloudTrail names, else the likeliest parameter, else the service."""
    named = [r["ResourceName"] for r in event.get("Resources") or [] if r.get("ResourceName")]
    created = re.match(r"(?:Create|Run|Allocate)", event["EventName"])
    given = (detail.get("requestParameters") or {}, detail.get("responseElements") or {})
    found = named or [text for part in (reversed(given) if created else given) for text in likely_names(part)]
    return found[0] if found else event["EventSource"].split(".")[0], found


def likely_names(parameters, depth=0):
    """Strings under keys that name things, nearest first."""
    if depth > 4:
        return
    items = list(parameters.items() if isinstance(parameters, dict) else enumerate(parameters))
    for ending in ("arn", "id", "name", "url"):
        for key, value in items:
            lower = str(key).lower()
            if (
                isinstance(value, str)
                and value
                and lower.endswith(ending)
                and not lower.startswith(("client", "request"))
            ):
                yield value
    for _, value in items:
        if isinstance(value, dict | list):
            yield from likely_names(value, depth + 1)


def read_event(event, proof, region):
    """One write event as this report needs it; None for a read."""
    detail = json.loads(event.get("CloudTrailEvent") or "{}")
    if str(detail.get("readOnly", event.get("ReadOnly", "false"))).lower() == "true":
        return None
    identity = detail.get("userIdentity") or {}
    target, targets = target_of(event, detail)
    parameters = json.dumps([detail.get("requestParameters"), detail.get("responseElements")])
    return {
        "id": event["EventId"], "name": event["EventName"], "time": event["EventTime"].astimezone(UTC),
        "region": region, "who": name_of_caller(identity, event), "arn": identity.get("arn", ""),
        "root": identity.get("type") == "Root", "service": is_service(identity, detail),
        "via": identity.get("invokedBy", ""), "target": target,
        "searched": " ".join([*targets, parameters]).lower(), "from": detail.get("sourceIPAddress", ""), "proof": proof,
        "error": detail.get("errorCode", ""), "message": detail.get("errorMessage") or "",
        "world": bool(INWARD.fullmatch(event["EventName"]) and WORLD.search(parameters)),
        "own": event["EventName"] in OWN_EVENTS and bool(OWN.search(target)), "routine": event["EventName"] in ROUTINE,
    }  # fmt: skip


def read_trail(cloudtrail, window, most):
    """Write events of one region, newest first, and how far back they reach when there are more than ``most``."""
    region, found, read = cloudtrail.meta.region_name, [], 0
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        StartTime=window[0],
        EndTime=window[1],
        LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
    )
    for page in pages:
        for number, event in enumerate(page["Events"]):
            seen = read_event(event, f"{pointer(page)}/Events/{number}", region)
            if seen and window[0] <= seen["time"] <= window[1]:
                found.append(seen)
        read += len(page["Events"])
        if read >= most and page.get("NextToken"):
            oldest = page["Events"][-1]["EventTime"].astimezone(UTC)
            return found, f"events in {region} before {oldest:%Y-%m-%d %H:%M} UTC"
    return found, ""


def read_stacks(cloudformation, window):
    """Stacks that changed, each with the events of the window, oldest last."""
    changed = []
    for page in cloudformation.get_paginator("list_stacks").paginate():
        for stack in page["StackSummaries"]:
            times = [stack[key] for key in ("CreationTime", "LastUpdatedTime", "DeletionTime") if key in stack]
            if max(times) >= window[0] and min(times) <= window[1]:
                changed.append({**stack, "region": cloudformation.meta.region_name, "events": []})
    for stack in changed:
        for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack["StackId"]):
            for number, event in enumerate(page["StackEvents"]):
                if window[0] <= event["Timestamp"] <= window[1]:
                    stack["events"].append((event, f"{pointer(page)}/StackEvents/{number}"))
            if page["StackEvents"] and page["StackEvents"][-1]["Timestamp"] < window[0]:
                break
    return [stack for stack in changed if stack["events"]]


def attempt(what, region, call, *arguments):
    try:
        return call(*arguments), []
    except (ClientError, BotoCoreError) as error:
        return None, [(what, region, why(error))]


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        off = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if code in off else code
    return type(error).__name__


def severity_of(event):
    if event["root"] or event["world"] or event["name"] in GRAVE:
        return "high"
    if event["name"] in WEIGHTY or event["name"].startswith(("Delete", "Terminate", "Deregister", "Remove")):
        return "medium"
    return "low"


def span(events):
    first, last = min(e["time"] for e in events), max(e["time"] for e in events)
    same = f"{first:%Y-%m-%d %H:%M}" == f"{last:%Y-%m-%d %H:%M}"
    return f"at {first:%Y-%m-%d %H:%M} UTC" if same else f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"


def tally(events, key):
    counts = {}
    for event in sorted(events, key=lambda e: e["time"]):
        counts[event[key]] = counts.get(event[key], 0) + 1
    return counts


def counted(events, key):
    counts = tally(events, key)
    return ", ".join(f"{name} ({count} times)" if count > 1 else name for name, count in counts.items())


def judge(events):
    """One finding for what one caller did, or failed to do, to one thing."""
    first, worst = events[0], min(events, key=lambda e: ORDER.index(severity_of(e)))
    region, target, did = first["region"], first["target"], counted(events, "name")
    look = "aws cloudtrail lookup-events --region {} --lookup-attributes AttributeKey=EventId,AttributeValue={}"
    where = f"{span(events)} in {region}" + (f", from {first['from']}" if first["from"] else "")
    via = f" through {first['via']}" if first["via"] and first["via"] not in first["who"] else ""
    proofs = [e["proof"] for e in events[:10]]
    if first["error"]:
        denied = [e for e in events if "Denied" in e["error"] or "Unauthorized" in e["error"]]
        title = f"{first['who']}{via} tried {did} on {target} {where}, and failed: {counted(events, 'error')}"
        severity = "medium" if len(denied) >= 5 else "low"
        fix = f"See the whole event: {look.format(region, first['id'])}"
        return make("change-failed", title, severity, target, proofs, fix)
    severity = severity_of(worst)
    kind = "change-grave" if severity == "high" else "change-made"
    notes = [" It opens a port to the world." if any(e["world"] for e in events) else ""]
    notes += [" The root user is not for daily work." if first["root"] else ""]
    title = f"{first['who']}{via} changed {target}: {did} {where}.{''.join(notes)}"
    fix = f"If it was not meant, see all of it: {look.format(region, worst['id'])}"
    if worst["name"] in UNDO:
        fix = f"If it was not meant: {UNDO[worst['name']].format(region=region, name=shlex.quote(target))}"
    return make(kind, title, severity, target, proofs, fix)


def make(kind, title, severity, resource, proofs, fix):
    return {
        "id": kind, "title": title[:1000], "severity": severity, "resource": resource[:2048], "evidence": proofs,
        "fix": fix,
    }  # fmt: skip


def things_of(stack):
    return {e["LogicalResourceId"] for e, _ in stack["events"] if e["PhysicalResourceId"] != stack["StackId"]}


def judge_stack(stack, events):
    """One finding for what happened to a stack; who did it is said by CloudTrail where that can be read."""
    by = sorted({e["who"] for e in events if stack["StackName"] in e["searched"] and e["via"] == "" and not e["error"]})
    failed = [(e, at) for e, at in stack["events"] if "FAILED" in e["ResourceStatus"]]
    things = things_of(stack)
    whose = f" by {', '.join(by)}" if by else ""
    named, state = f"Stack {stack['StackName']} in {stack['region']}", stack["StackStatus"]
    title = f"{named} is {state}{whose}: {many(len(things), 'resource')} touched"
    if failed:
        cause = min(failed, key=lambda one: one[0]["Timestamp"])[0]
        title += f"; {cause['LogicalResourceId']} failed: {cause.get('ResourceStatusReason', '')}"
    broken = failed or "ROLLBACK" in stack["StackStatus"] or stack["StackStatus"].endswith("FAILED")
    fix = f"aws cloudformation describe-stack-events --region {stack['region']} --stack-name {stack['StackName']}"
    kind, severity = ("stack-change-failed", "medium") if broken else ("stack-changed", "low")
    return make(kind, title, severity, stack["StackId"], [at for _, at in (failed or stack["events"])[:5]], fix)


def many(count, word):
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def choose_window(variables, skipped):
    end = min(datetime.fromisoformat(variables["end"]), NOW) if variables.get("end") else NOW
    hours = timedelta(hours=variables.get("hours") or 24)
    start = datetime.fromisoformat(variables["start"]) if variables.get("start") else end - hours
    if start < NOW - HISTORY:
        skipped.append({"what": f"events before {NOW - HISTORY:%Y-%m-%d}", "why": "the event history holds 90 days"})
        start = NOW - HISTORY
    return start.astimezone(UTC), max(end, start).astimezone(UTC)


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


def join_gaps(gaps):
    """One entry where the same thing failed for the same reason in several regions."""
    joined = {}
    for label, region, reason in gaps:
        joined.setdefault((label, reason), []).append(region)
    return [{"what": f"{label} in {', '.join(where)}", "why": reason} for (label, reason), where in joined.items()]


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("is not enabled", "not asked for", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


def unseen(skipped, findings):
    """What could not be read where the rest shows no fault, so that it decides."""
    if any(finding["severity"] != "info" for finding in findings):
        return []
    return [f"{gap['what']} ({gap['why']})" for gap in skipped if not gap["why"].endswith(HIDES_NOTHING)]


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"No change is known from what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home = boto3.session.Session().region_name or "us-east-1"
    user, resource = (variables.get("user") or "").lower(), (variables.get("resource") or "").lower()
    skipped, regions = [], variables.get("regions") or ["*"]
    window = choose_window(variables, skipped)
    if "*" in regions:
        regions = find_regions(home, skipped)
    elif "us-east-1" not in regions and not home.startswith(("us-gov", "cn-")):
        why_not = "they are recorded in us-east-1, which was not asked for"
        skipped.append({"what": "changes of IAM and other global services", "why": why_not})

    with ThreadPoolExecutor(16) as pool:
        running = []
        for region in regions:  # clients are made one by one, while the first are at work
            trail = boto3.client("cloudtrail", region_name=region, config=CONFIG)
            stacks = boto3.client("cloudformation", region_name=region, config=CONFIG)
            most = variables.get("max_events") or 2000
            running.append(pool.submit(attempt, "CloudTrail events", region, read_trail, trail, window, most))
            running.append(pool.submit(attempt, "stack events", region, read_stacks, stacks, window))
        done = [task.result() for task in running]

    gaps = [gap for _, missed in done for gap in missed]
    if len(gaps) == len(done):
        sys.exit(f"Nothing could be looked at: {'; '.join(sorted({reason for _, _, reason in gaps}))}")
    skipped += join_gaps(gaps)
    trails, listed = [got for got, _ in done[0::2] if got], [got for got, _ in done[1::2] if got]
    events = [event for found, _ in trails for event in found]
    wanted = [
        e
        for e in events
        if resource in e["searched"] + e["target"].lower() and user in f"{e['who']} {e['arn']}".lower()
    ]
    stacks = [s for found in listed for s in found if resource in s["StackId"].lower() and not user]

    groups, noise = {}, {}
    for event in wanted:
        quiet = event["service"] or event["routine"] or event["own"]
        key = (
            (event["who"], event["region"])
            if quiet
            else (event["who"], event["target"], event["region"], bool(event["error"]))
        )
        (noise if quiet else groups).setdefault(key, []).append(event)
    findings = [judge(group) for group in groups.values()] + [judge_stack(stack, events) for stack in stacks]
    for (who, region), some in noise.items():
        title = f"{who} did {counted(some, 'name')} {span(some)} in {region}: routine, or of its own accord"
        fix = "Nothing to do: no configuration of yours was changed by a person."
        findings.append(
            make("change-routine", title, "info", some[0]["arn"] or who, [e["proof"] for e in some[:3]], fix)
        )
    findings.sort(key=lambda finding: ORDER.index(finding["severity"]))

    made = [e for group in groups.values() for e in group if not e["error"]]
    failed = [e for group in groups.values() for e in group if e["error"]]
    people = sorted({e["who"] for e in made})
    said = [f"{window[0]:%Y-%m-%d %H:%M} to {window[1]:%Y-%m-%d %H:%M} UTC"]
    about = "".join([f" of {resource!r}" if resource else "", f" by {user!r}" if user else ""])
    if made or stacks:
        whose = f" by {', '.join(people[:6])}{', …' if len(people) > 6 else ''}" if people else ""
        said.append(f"{many(len(made), 'change')}{about} to {many(len({e['target'] for e in made}), 'thing')}{whose}")
    else:
        said.append(f"no change{about} among {len(events)} write events")
    if stacks:
        said.append(f"{many(len(stacks), 'stack')} changed: {', '.join(s['StackName'] for s in stacks[:6])}")
    grave = [f for f in findings if f["severity"] == "high"]
    said += [f"{len(grave)} of them grave"] if grave else []
    said += [f"{many(len(failed), 'attempt')} failed"] if failed else []
    if window[1] > NOW - LAG:
        said.append("the last 15 minutes may be missing")
    timeline = [
        {"time": e["time"].isoformat(), "who": e["who"], "did": e["name"], "to": e["target"], "region": e["region"]}
        | ({"error": e["error"]} if e["error"] else {})
        for e in sorted(made + failed, key=lambda e: e["time"])
    ]
    missing = unseen(skipped, findings)
    facts = {
        "summary": doubt(missing) if missing else "; ".join(said) + ".",
        "undecided": bool(missing),
        "unseen": missing,
        "window": {"start": window[0].isoformat(), "end": window[1].isoformat()},
        "write_events_read": len(events),
        "changes": len(made),
        "failed_attempts": len(failed),
        "routine_events": sum(map(len, noise.values())),
        "by_whom": {who: sum(e["who"] == who for e in made) for who in people},
        "stacks_changed": [s["StackName"] for s in stacks],
        "stacks": [
            {
                "name": s["StackName"],
                "status": s["StackStatus"],
                "things": len(things_of(s)),
                "events": len(s["events"]),
            }
            for s in stacks
        ],
        "times": [
            {"who": some[0]["who"], "to": some[0]["target"], "did": tally(some, "name"), "errors": tally(some, "error")}
            for some in [*groups.values(), *noise.values()]
            if len(some) > 1
        ],
        "timeline": timeline[-500:],
        "limits": LIMITS,
    }
    truncated = [left for _, left in trails if left]
    truncated += [f"all but the last 500 of {len(timeline)} entries of the timeline"] if len(timeline) > 500 else []
    answered = zip(regions, done[0::2], done[1::2], strict=True)
    looked = sorted(region for region, trail, stack in answered if not (trail[1] and stack[1]))
    coverage = {"regions": looked, "skipped": skipped, "truncated": truncated}
    opened = sorted({e["target"] for e in made if e["world"] and e["target"].startswith("sg-")})
    following = [{"template": "ec2_open_security_groups", "variables": {"group": group}} for group in opened[:3]]
    arns = {e["target"]: e["region"] for e in made if e["target"].startswith("arn:")}
    arns |= {stack["StackId"]: stack["region"] for stack in stacks}
    resources = [
        {"arn": arn, "type": ":".join(re.split("[:/]", arn)[2:6:3]), "region": region, "summary": {"changed": True}}
        for arn, region in arns.items()
    ]
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": following},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
