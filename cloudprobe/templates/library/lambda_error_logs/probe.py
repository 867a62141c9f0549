"""What Lambda functions wrote to their logs when they failed: errors told apart by kind, counted, with a sample.

Reads JSON from standard input, every member optional:
{"function": "name, part of one, or ARN", "start": "ISO 8601", "end": "ISO 8601", "regions": ["eu-west-1"] or ["*"]}.
Reads what the functions logged. Samples are cut short; nothing in them is taken for anything but text.
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

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
WINDOW = timedelta(hours=24)
MAX_FUNCTIONS, MAX_EVENTS, SAMPLE, PROOFS = 10, 2000, 240, 3
TERMS = [
    "ERROR", "Error", "Exception", "Traceback", "Task timed out", "Runtime.", "errorType", "FATAL", "CRITICAL", "panic",
]  # fmt: skip
PATTERN = " ".join(f'?"{term}"' for term in TERMS)
# The first that fits a message says what kind of failure it is; the text after it says what may be done.
KINDS = [
    ("lambda-log-timeout", "it ran longer than it may", r"Task timed out after [\d.]+ seconds"),
    (
        "lambda-log-out-of-memory",
        "its memory did not suffice",
        "signal: killed|OutOfMemory|MemoryError|heap out of memory",
    ),
    (
        "lambda-log-import",
        "its package lacks what it needs",
        r"ImportModuleError|Cannot find module|No module named|ClassNotFound|HandlerNotFound|Runtime\.InvalidEntry",
    ),
    (
        "lambda-log-denied",
        "it may not do what it tried",
        (
            r"AccessDenied|not authorized to perform|UnauthorizedOperation|AuthorizationError|"
            r"\b(?:HTTP|status|code|error)\b\W{0,3}(?:code\W{0,3})?403\b|\b403\W{0,3}(?:Forbidden|Client Error)"
        ),
    ),
    (
        "lambda-log-connection",
        "it could not connect to something",
        "Connect ?[Tt]imeout|ETIMEDOUT|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EndpointConnect|[Cc]ould not connect|timed out",
    ),
    (
        "lambda-log-throttled",
        "something it called turned it away for calling too often",
        "ThrottlingException|TooManyRequests|Rate exceeded|ProvisionedThroughputExceeded|SlowDown",
    ),
    ("lambda-log-exit", "its process ended", r"Runtime\.ExitError|Runtime exited"),
]
EXCEPTION = re.compile(r"\b((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Fault|Failure))\b")
FAILED = re.compile(
    r"\[ERROR\]|\bERROR\b|\bFATAL\b|\bCRITICAL\b|Traceback|Unhandled|Uncaught|panic:|\w(?:Error|Exception)\b"
)
# What a line says of itself: a level at its head, behind a time and a request id, or in a field of a structured line.
LEVEL = re.compile(
    r"^\W*(?:\d{4}[-/]\d\d[-/]\d\d\S*(?:\s+\d\d:\d\d\S*)?\s+)?(?:[0-9a-f]{8}-[0-9a-f-]{27}\s+)?"
    r"(?:level=)?\W?(TRACE|DEBUG|INFO|NOTICE)\b",
    re.IGNORECASE,
)
PEACEFUL = {"trace", "debug", "info", "information", "informational", "notice", "verbose"}
PEACEFUL_NUMBER = 30  # of the levels of pino and bunyan; 40 is a warning
# "0 requests timed out", "no errors", "errors: 0" tell of none.
NONE_OF_IT = re.compile(
    r"\b(?:0|no|zero|without)\s+(?:\w+\s+){0,2}?(?:timed out|failed|timeouts?|errors?|failures?|exceptions?)\b"
    r"|\b\w*(?:errors|error_?rate|error_?count|failures|failed|timeouts|timed_out|exceptions)\"?\s*[:=]?\s*0(?:\.0+)?%?(?![\w.])",
    re.IGNORECASE,
)
NOISE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b0x[0-9a-f]+\b|\d+|'[^']*'|\"[^\"]*\"")
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
BUCKET = re.compile(r"arn:aws[\w-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
ORDER = ["critical", "high", "medium", "low", "info"]


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        disabled = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if code in disabled else code
    return type(error).__name__


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def command(region, operation, *flags, **options):
    """A command line of AWS's own tool, quoted for a shell."""
    given = [f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in options.items()]
    return " ".join([f"aws {operation} --region {region}", *given, *flags])


class Region:
    def __init__(self, name):
        self.name, self.complete, self.skipped, self.functions = name, False, [], []
        self.api = boto3.client("lambda", region_name=name, config=CONFIG)


def find(region):
    try:
        for page in region.api.get_paginator("list_functions").paginate():
            for number, function in enumerate(page["Functions"]):
                at = f"{pointer(page)}/Functions/{number}"
                region.functions.append({**function, "at": at, "region": region.name})
        region.complete = True
    except (ClientError, BotoCoreError) as error:
        region.skipped.append({"what": f"functions in {region.name}", "why": why(error)})
    return region


def chosen(functions, hint):
    exact = [f for f in functions if hint in (f["FunctionName"].lower(), f["FunctionArn"].lower())]
    return exact or [f for f in functions if hint in f["FunctionName"].lower()]


def group_of(function):
    return function.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function['FunctionName']}"


def read(function, logs, start, end):
    """Events of failures in a function's log group, each with its pointer; what is missing is told."""
    group, events, cut = group_of(function), [], False
    window = {"startTime": int(start.timestamp() * 1000), "endTime": int(end.timestamp() * 1000)}
    found = {"function": function, "group": group, "gap": "", "absent": "", "cut": False, "events": events}
    try:
        for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern=PATTERN, **window
        ):
            at = pointer(page)
            events += [(event, f"{at}/events/{number}") for number, event in enumerate(page["events"])]
            if len(events) >= MAX_EVENTS:
                cut = bool(page.get("nextToken"))
                break
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            request = error.response["ResponseMetadata"].get("RequestId", "")
            return {**found, "absent": f"/calls/{request}/error/Code"}
        return {**found, "gap": why(error)}
    except BotoCoreError as error:
        return {**found, "gap": why(error)}
    return {**found, "cut": cut}


def text_of(message):
    """What a log line says: the fields of a structured one that tell of an error, else the line itself."""
    if message.lstrip().startswith("{"):
        try:
            said = json.loads(message)
        except ValueError:
            return message
        if isinstance(said, dict):
            named = [said.get(key) for key in ("level", "errorType", "errorMessage", "message", "msg", "error")]
            return " ".join(value if isinstance(value, str) else json.dumps(value) for value in named if value)
    return message


def is_peaceful(message):
    """Whether a line says of itself that it tells of nothing wrong."""
    if message.lstrip().startswith("{"):
        try:
            said = json.loads(message)
        except ValueError:
            return False
        if not isinstance(said, dict) or said.get("errorType") or said.get("errorMessage"):
            return False
        level = next((said[key] for key in ("level", "levelname", "severity", "lvl") if said.get(key)), "")
        return level <= PEACEFUL_NUMBER if isinstance(level, int | float) else str(level).lower() in PEACEFUL
    return bool(LEVEL.match(message))


def kind_of(text):
    """Kind, what it means, and what sets it apart from others of its kind; None where a line tells of no failure."""
    text = NONE_OF_IT.sub("", text)
    for kind, meaning, pattern in KINDS:
        if re.search(pattern, text):
            name = EXCEPTION.search(text)
            return kind, meaning, name.group(1) if name else ""
    if not FAILED.search(text):
        return None
    name = EXCEPTION.search(text)
    apart = name.group(1) if name else NOISE.sub("#", text)[:80]
    return "lambda-log-error", f"it failed with {name.group(1)}" if name else "it logged an error", apart


def sort_out(events):
    """Failures told apart by kind and exception, most frequent first."""
    groups = {}
    for event, at in events:
        text = text_of(event["message"])
        found = None if is_peaceful(event["message"]) else kind_of(text)
        if found is None:
            continue
        kind, meaning, apart = found
        group = groups.setdefault(
            (kind, apart), {"kind": kind, "meaning": meaning, "exception": apart, "count": 0, "at": [], "buckets": []}
        )
        group["count"] += 1
        group["first"] = min(event["timestamp"], group.get("first", event["timestamp"]))
        if event["timestamp"] >= group.get("last", 0):
            group["last"], group["sample"] = event["timestamp"], INVISIBLE.sub(" ", text).strip()[:SAMPLE]
        group["buckets"] += [name for name in BUCKET.findall(text) if name not in group["buckets"]]
        if len(group["at"]) < PROOFS:
            group["at"].append(f"{at}/message")
    return sorted(groups.values(), key=lambda group: -group["count"])


def fix_of(function, group):
    region, name = function["region"], function["FunctionName"]
    settings = "lambda update-function-configuration"
    if group["kind"] == "lambda-log-timeout":
        return command(region, settings, function_name=name, timeout=min(3 * function["Timeout"], 900))
    if group["kind"] == "lambda-log-out-of-memory":
        memory = min(2 * function.get("MemorySize", 128), 10240)
        return command(region, settings, function_name=name, memory_size=memory)
    since = datetime.fromtimestamp(group["first"] / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return command(region, f"logs tail {shlex.quote(group_of(function))}", since=since)


def lead_of(function, group):
    """Where a failure leads that another template explains."""
    where = {"function": function["FunctionName"], "regions": [function["region"]]}
    if group["kind"] == "lambda-log-denied" and (group["buckets"] or "s3" in group["sample"].lower()):
        named = {"bucket": group["buckets"][0]} if group["buckets"] else {}
        return {"template": "lambda_bucket_access", "variables": {**where, **named, "access": "any"}}
    in_network = function.get("VpcConfig", {}).get("VpcId")
    if group["kind"] in ("lambda-log-connection", "lambda-log-timeout") and in_network:
        return {"template": "lambda_vpc_egress", "variables": where}
    return None


def report(one, groups):
    function = one["function"]
    name, region = function["FunctionName"], function["region"]
    findings = []
    for group in groups:
        first, last = (
            datetime.fromtimestamp(group[key] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S") for key in ("first", "last")
        )
        times = f"{group['count']} times between {first} and {last} UTC" if group["count"] > 1 else f"once, {first} UTC"
        finding = {
            "id": group["kind"],
            "title": f"Function {name} in {region}: {group['meaning']}, {times}: {group['sample']}",
            "severity": "high" if group["count"] > 1 else "medium",
            "resource": function["FunctionArn"],
            "evidence": [*group["at"], function["at"]],
            "fix": fix_of(function, group),
        }
        findings.append(finding)
    if one["absent"]:
        text = f"Function {name} in {region} has no log group {one['group']}: it never ran, or may not write logs"
        allow = {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": "*"}]})
        role = function["Role"].rsplit("/", 1)[1]
        own = {"role_name": role, "policy_name": "write-logs", "policy_document": document}
        finding = {"id": "lambda-log-absent", "title": text, "severity": "low", "resource": function["FunctionArn"]}
        findings.append({**finding, "evidence": [one["absent"]], "fix": command(region, "iam put-role-policy", **own)})
    return findings


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


def instant(text, otherwise):
    if not text:
        return otherwise
    given = datetime.fromisoformat(text)
    return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("is not enabled", "were looked at", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


def unseen(skipped, findings):
    """What could not be read where the rest shows no fault, so that it decides."""
    if any(finding["severity"] != "info" for finding in findings):
        return []
    return [f"{gap['what']} ({gap['why']})" for gap in skipped if not gap["why"].endswith(HIDES_NOTHING)]


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"Nothing is at fault in what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home = boto3.session.Session().region_name or "us-east-1"
    end = instant(variables.get("end"), datetime.now(UTC))
    start = instant(variables.get("start"), end - WINDOW)
    hint, skipped, truncated = (variables.get("function") or "").strip().lower(), [], []
    names = variables.get("regions") or ["*"]
    if "*" in names:
        names = find_regions(home, skipped)
    with ThreadPoolExecutor(8) as pool:  # clients are made one by one, which boto3 asks for
        regions = [task.result() for task in [pool.submit(find, Region(name)) for name in names]]
    skipped += [gap for region in regions for gap in region.skipped]
    looked = [region for region in regions if region.complete]
    if not looked:
        sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")
    everything = [function for region in looked for function in region.functions]
    functions = chosen(everything, hint)
    if hint and not functions:
        skipped.append({"what": f"function {hint}", "why": "no function has that name, so all were looked at"})
        functions = everything
    if len(functions) > MAX_FUNCTIONS:
        truncated.append(
            f"logs of {len(functions) - MAX_FUNCTIONS} of {len(functions)} functions: name one to read its own"
        )
        functions = functions[:MAX_FUNCTIONS]
    clients = {}
    for region in sorted({function["region"] for function in functions}):
        clients[region] = boto3.client("logs", region_name=region, config=CONFIG)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda function: read(function, clients[function["region"]], start, end), functions))

    findings, facts, resources, leads = [], [], [], []
    for one in results:
        function, groups = one["function"], sort_out(one["events"])
        if one["gap"]:
            skipped.append({"what": f"log group {one['group']} in {function['region']}", "why": one["gap"]})
        if one["cut"]:
            truncated.append(f"events of {one['group']} after the first {len(one['events'])}")
        findings += report(one, groups)
        leads += [lead for lead in (lead_of(function, group) for group in groups) if lead and lead not in leads]
        told = [
            {key: group[key] for key in ("kind", "exception", "count", "sample")}
            | {key: datetime.fromtimestamp(group[key] / 1000, UTC).isoformat() for key in ("first", "last")}
            for group in groups
        ]
        fact = {"name": function["FunctionName"], "region": function["region"], "log_group": one["group"]}
        facts.append({**fact, "events_read": len(one["events"]), "failures": told})
        summary = {"log_group": one["group"], "failures": sum(group["count"] for group in groups)}
        resource = {"arn": function["FunctionArn"], "type": "lambda:function", "region": function["region"]}
        resources.append({**resource, "summary": summary})
    findings.sort(key=lambda finding: (ORDER.index(finding["severity"]), finding["title"]))
    failed = sum(group["count"] for fact in facts for group in fact["failures"])
    window = f"between {start:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} UTC"
    whole = f"the logs of {many(len(facts), 'function')} {window}"
    summary = f"{many(failed, 'failure')} in {whole}." if failed else f"No failure in {whole}."
    if findings:
        summary += f" First: {findings[0]['title']}"
    left = [{"what": what, "why": "too many"} for what in truncated]
    gaps = unseen(skipped + left, findings)
    document = {
        "facts": {
            "summary": doubt(gaps) if gaps else summary,
            "undecided": bool(gaps),
            "unseen": gaps,
            "window": [start.isoformat(), end.isoformat()],
            "failures": failed,
            "functions": facts,
        },
        "findings": findings,
        "resources": resources,
        "coverage": {"regions": [region.name for region in looked], "skipped": skipped, "truncated": truncated},
        "next": leads[:5],
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
