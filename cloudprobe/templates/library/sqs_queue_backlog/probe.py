"""Why SQS queues grow or fill their dead-letter queues: what reads them, and what keeps it from doing so.

Reads JSON from standard input, every member optional:
{"queue": "name, part of one, URL or ARN", "start": "ISO 8601", "end": "ISO 8601", "regions": ["eu-west-1"] or ["*"]}.
Reads settings and counts, never a message: receiving one would hide it from its consumer.
"""

import fnmatch
import json
import math
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
WINDOW = timedelta(hours=6)
POINTS = 12  # of a metric over the window: enough to tell a trend
METRICS_A_CALL = 500  # CloudWatch takes that many in one request
LONGEST_KEPT = timedelta(days=14)  # SQS keeps no message longer: who received none in that time consumes nothing
STEADY = 12  # hours of receiving without a pause that make a consumer one that should always run
A_DAY = 26  # hours after which a daily consumer, seen once, should have come again
FEW_RECEIVES = 3  # AWS advises at least five where Lambda consumes; below this one hiccup loses a message
QUEUE_METRICS = {
    "visible": ("ApproximateNumberOfMessagesVisible", "Maximum"),
    "age": ("ApproximateAgeOfOldestMessage", "Maximum"),
    "sent": ("NumberOfMessagesSent", "Sum"),
    "received": ("NumberOfMessagesReceived", "Sum"),
    "deleted": ("NumberOfMessagesDeleted", "Sum"),
}
FUNCTION_METRICS = {"invocations": "Invocations", "errors": "Errors", "throttles": "Throttles"}
CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
ORDER = ["critical", "high", "medium", "low", "info"]


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        disabled = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if code in disabled else code
    return type(error).__name__


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def period_of(start, shortest):
    """The length of a point that CloudWatch takes for a start: it keeps old points in steps of 300 and 3600 s alone."""
    age = datetime.now(UTC) - start
    step = 60 if age < timedelta(days=15) else 300 if age < timedelta(days=63) else 3600
    return math.ceil(max(shortest, 300) / step) * step


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def attempt(skipped, what, call, absent=()):
    """A response and its pointer; None and the pointer to an error that is an answer too; None and nothing else."""
    try:
        response = call()
    except ClientError as error:
        if error.response["Error"]["Code"] in absent:
            return None, f"/calls/{error.response['ResponseMetadata'].get('RequestId', '')}/error/Code"
        skipped.append({"what": what, "why": why(error)})
        return None, ""
    except BotoCoreError as error:
        skipped.append({"what": what, "why": why(error)})
        return None, ""
    return response, pointer(response)


class Region:
    """What one region has: its queues, who consumes them, and what was counted."""

    def __init__(self, name):
        self.name = name
        self.skipped, self.names, self.complete = [], set(), False
        self.queues, self.chosen, self.consumers, self.functions, self.counts = {}, [], {}, {}, {}
        self.findings, self.leads, self.failures_to, self.received_at = [], [], {}, {}
        self.sqs = boto3.client("sqs", region_name=name, config=CONFIG)

    def reach_consumers(self, iam):
        """Clients for what stands behind queues, made only where there are any."""
        self.iam = iam
        self.functions_api = boto3.client("lambda", region_name=self.name, config=CONFIG)
        self.cloudwatch = boto3.client("cloudwatch", region_name=self.name, config=CONFIG)
        self.kms = boto3.client("kms", region_name=self.name, config=CONFIG)


def list_queues(region):
    urls = []
    for page in region.sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000}):
        urls += page.get("QueueUrls", [])
    return urls


def read_queues(region, urls):
    new = [url for url in dict.fromkeys(urls) if url.rsplit("/", 1)[1] not in region.queues]
    with ThreadPoolExecutor(8) as pool:
        for queue in pool.map(lambda url: read_queue(region, url), new):
            if queue:
                region.queues[queue["name"]] = queue


def read_queue(region, url):
    name = url.rsplit("/", 1)[1]
    answer, at = attempt(
        region.skipped,
        f"queue {name} in {region.name}",
        lambda: region.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]),
        ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    )
    if answer is None:
        return None
    found = answer["Attributes"]
    redrive = json.loads(found.get("RedrivePolicy") or "{}")
    return {
        "name": name,
        "url": url,
        "arn": found["QueueArn"],
        "at": f"{at}/Attributes",
        "visible": int(found.get("ApproximateNumberOfMessages", 0)),
        "in_flight": int(found.get("ApproximateNumberOfMessagesNotVisible", 0)),
        "delayed": int(found.get("ApproximateNumberOfMessagesDelayed", 0)),
        "visibility": int(found.get("VisibilityTimeout", 30)),
        "dead_letters_to": redrive.get("deadLetterTargetArn", ""),
        "max_receives": int(redrive.get("maxReceiveCount", 0)),
        "policy": found.get("Policy", ""),
        "key": found.get("KmsMasterKeyId", ""),
    }


def choose(region, hint):
    """Read the queues asked about, the dead-letter queues they name, and all of them where one may be such a queue."""
    urls = list_queues(region)
    names = {url.rsplit("/", 1)[1]: url for url in urls}
    exact = [name for name in names if name.lower() == hint]
    wanted = exact or [name for name in names if hint in name.lower()]
    read_queues(region, [names[name] for name in wanted])
    if hint and wanted:
        targets = [q["dead_letters_to"].rsplit(":", 1)[-1] for q in region.queues.values() if q["dead_letters_to"]]
        read_queues(region, [names[name] for name in targets if name in names])
        if any(q["visible"] and not q["dead_letters_to"] for q in region.queues.values()):
            read_queues(region, urls)
    region.chosen = [name for name in wanted if name in region.queues]
    return set(names)


def read_consumers(region):
    """Event source mappings by queue ARN, and the functions they start."""
    arns = {region.queues[name]["arn"] for name in region.chosen}
    arns |= {q["arn"] for q in region.queues.values() if q["dead_letters_to"] in arns}
    what = f"event source mappings in {region.name}"
    try:
        for page in region.functions_api.get_paginator("list_event_source_mappings").paginate():
            for number, mapping in enumerate(page["EventSourceMappings"]):
                failed_to = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
                if failed_to:
                    at = f"{pointer(page)}/EventSourceMappings/{number}"
                    region.failures_to.setdefault(failed_to, []).append((mapping["FunctionArn"].split(":")[6], at))
                if mapping.get("EventSourceArn") in arns:
                    one = {**mapping, "at": f"{pointer(page)}/EventSourceMappings/{number}"}
                    region.consumers.setdefault(mapping["EventSourceArn"], []).append(one)
    except (ClientError, BotoCoreError) as error:
        region.skipped.append({"what": what, "why": why(error)})
        return False
    for arn in sorted({m["FunctionArn"] for mappings in region.consumers.values() for m in mappings}):
        read_function(region, arn)
    return True


def read_function(region, arn):
    name = arn.split(":")[6]
    settings, at = attempt(
        region.skipped,
        f"function {name} in {region.name}",
        lambda: region.functions_api.get_function_configuration(FunctionName=arn),
        ("ResourceNotFoundException",),
    )
    found = {"name": name, "missing": settings is None and bool(at), "at": at, "reserved": None}
    if settings:
        found |= {"timeout": settings.get("Timeout", 3), "role": settings["Role"], "state": settings.get("State", "")}
        limits, limit_at = attempt(
            region.skipped,
            f"reserved concurrency of {name} in {region.name}",
            lambda: region.functions_api.get_function_concurrency(FunctionName=name),
        )
        if limits:
            found |= {"reserved": limits.get("ReservedConcurrentExecutions"), "reserved_at": limit_at}
    region.functions[arn] = found


def unread_ones(region):
    """Queues that hold messages, are no dead-letter queue, and have no function that consumes them."""
    targets = {queue["dead_letters_to"] for queue in region.queues.values()}
    chosen = [region.queues[name] for name in region.chosen]
    return [q for q in chosen if q["visible"] and q["arn"] not in {*targets, *region.consumers}]


def read_senders(region):
    """Functions that send what they failed on to a queue, where there are queues nobody is known to read."""
    try:
        for page in region.functions_api.get_paginator("list_functions").paginate():
            for number, function in enumerate(page["Functions"]):
                target = function.get("DeadLetterConfig", {}).get("TargetArn", "")
                at = f"{pointer(page)}/Functions/{number}"
                region.failures_to.setdefault(target, []).append((function["FunctionName"], at))
    except (ClientError, BotoCoreError) as error:
        what = f"functions that send to queues in {region.name}"
        region.skipped.append({"what": what, "why": why(error)})
        return False
    return True


def read_receives(region, queues, end):
    """The hours of the longest time a message is kept in which each of some queues was read, and how much."""
    metric = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesReceived"}
    queries = []
    for number, queue in enumerate(queues):
        named = {**metric, "Dimensions": [{"Name": "QueueName", "Value": queue["name"]}]}
        queries.append({"Id": f"r{number}", "MetricStat": {"Metric": named, "Period": 3600, "Stat": "Sum"}})
    for first in range(0, len(queries), METRICS_A_CALL):
        some = queries[first : first + METRICS_A_CALL]
        pages = region.cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=some, StartTime=end - LONGEST_KEPT, EndTime=end
        )
        try:
            for page in pages:
                for number, result in enumerate(page["MetricDataResults"]):
                    name = queues[int(result["Id"][1:])]["name"]
                    hours = [at for at, value in zip(result["Timestamps"], result["Values"], strict=True) if value]
                    seen = region.received_at.setdefault(name, ([], f"{pointer(page)}/MetricDataResults/{number}"))
                    seen[0].extend(hours)
        except (ClientError, BotoCoreError) as error:
            region.skipped.append({"what": f"older metrics in {region.name}", "why": why(error)})
            return


def read_counts(region, start, end):
    """Metrics of queues that hold messages, of the sources of dead letters, and of the functions behind them."""
    held = [n for n in region.chosen if region.queues[n]["visible"] or region.queues[n]["in_flight"]]
    arns = {region.queues[n]["arn"] for n in held}
    held += [n for n, q in region.queues.items() if q["dead_letters_to"] in arns and n not in held]
    functions = {m["FunctionArn"] for n in held for m in region.consumers.get(region.queues[n]["arn"], [])}
    wanted = {}
    for name in held:
        for key, (metric, statistic) in QUEUE_METRICS.items():
            wanted[f"q{len(wanted)}"] = (name, key, "AWS/SQS", metric, statistic, "QueueName", name)
    for arn in sorted(functions):
        for key, metric in FUNCTION_METRICS.items():
            of = region.functions[arn]["name"]
            wanted[f"q{len(wanted)}"] = (arn, key, "AWS/Lambda", metric, "Sum", "FunctionName", of)
    period = period_of(start, (end - start).total_seconds() / POINTS)
    keys = list(wanted)
    for first in range(0, len(keys), METRICS_A_CALL):
        queries = []
        for key in keys[first : first + METRICS_A_CALL]:
            _, _, space, metric, statistic, dimension, value = wanted[key]
            measured = {"Namespace": space, "MetricName": metric, "Dimensions": [{"Name": dimension, "Value": value}]}
            queries.append({"Id": key, "MetricStat": {"Metric": measured, "Period": period, "Stat": statistic}})
        pages = region.cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end
        )
        try:
            for page in pages:
                for number, result in enumerate(page["MetricDataResults"]):
                    of, what = wanted[result["Id"]][:2]
                    series = region.counts.setdefault(of, {}).setdefault(what, {"points": [], "at": ""})
                    series["points"] += zip(result["Timestamps"], result["Values"], strict=True)
                    series["at"] = series["at"] or f"{pointer(page)}/MetricDataResults/{number}"
        except (ClientError, BotoCoreError) as error:
            region.skipped.append({"what": f"metrics in {region.name}", "why": why(error)})
            return
    for series in (s for one in region.counts.values() for s in one.values()):
        series["points"].sort(key=lambda point: point[0])


def total(region, of, what):
    """The sum of a metric; None where it could not be read."""
    series = region.counts.get(of, {}).get(what)
    return None if series is None else int(sum(value for _, value in series["points"]))


def at_counts(region, of, *keys):
    return [region.counts[of][key]["at"] for key in keys if key in region.counts.get(of, {})]


def report(region, queue, kind, severity, text, proofs, fix):
    finding = {
        "id": kind,
        "title": f"Queue {queue['name']} in {region.name}: {text}",
        "severity": severity,
        "resource": queue["arn"],
        "evidence": [proof for proof in proofs if proof],
        "fix": fix,
    }
    region.findings.append(finding)
    queue.setdefault("causes", []).append(kind)


def counted(queue):
    flying = f", {queue['in_flight']} more in flight" if queue["in_flight"] else ""
    return f"{many(queue['visible'], 'message')} wait{'s' if queue['visible'] == 1 else ''}{flying}"


def command(region, operation, *flags, **options):
    """A command line of AWS's own tool, quoted for a shell."""
    given = [f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in options.items()]
    return " ".join([f"aws {operation} --region {region.name}", *given, *flags])


def set_attribute(region, queue, **attributes):
    settings = json.dumps(attributes, separators=(",", ":"))
    return command(region, "sqs set-queue-attributes", queue_url=queue["url"], attributes=settings)


def judge_mapping(region, queue, mapping, others_work, held):
    """What stops or slows one consumer of a queue."""
    function = region.functions[mapping["FunctionArn"]]
    name, uuid = function["name"], mapping["UUID"]
    proofs = [mapping["at"], queue["at"]]
    worst = "high" if held else "low"
    if function["missing"]:
        text = f"its consumer, the function {name}, does not exist; {counted(queue)}"
        fix = command(region, "lambda delete-event-source-mapping", uuid=uuid) + "  # then map a function that exists"
        report(region, queue, "sqs-consumer-missing", worst, text, [function["at"], *proofs], fix)
        return
    if mapping["State"] in ("Disabled", "Disabling"):
        if not others_work:
            reason = mapping.get("StateTransitionReason") or "no reason given"
            text = f"its consumer, the function {name}, is switched off ({reason}); {counted(queue)}"
            fix = command(region, "lambda update-event-source-mapping", "--enabled", uuid=uuid)
            report(region, queue, "sqs-consumer-disabled", worst, text, proofs, fix)
        return
    if function["reserved"] == 0:
        text = f"its consumer, the function {name}, has a reserved concurrency of 0 and never runs; {counted(queue)}"
        fix = command(region, "lambda delete-function-concurrency", function_name=name)
        report(region, queue, "sqs-consumer-throttled", "high", text, [function["reserved_at"], *proofs], fix)
    else:
        judge_throttles(region, queue, mapping, function, held)
    needed = function.get("timeout", 0) + mapping.get("MaximumBatchingWindowInSeconds", 0)
    queue["work_may_take"] = max(needed, queue.get("work_may_take", 0))
    if queue["visibility"] < needed:
        text = (
            f"messages come back after {queue['visibility']} s while the function {name} may work on them for"
            f" {needed} s, so they are handled twice and given up too early"
        )
        severity = "high" if held or queue.get("letters") else "medium"
        fix = set_attribute(region, queue, VisibilityTimeout=str(min(6 * needed, 43200)))
        proofs = [f"{queue['at']}/VisibilityTimeout", function["at"], mapping["at"]]
        report(region, queue, "sqs-visibility-timeout-short", severity, text, proofs, fix)
    if held and function.get("role"):
        judge_access(region, queue, mapping, function)
    errors, runs = total(region, mapping["FunctionArn"], "errors"), total(region, mapping["FunctionArn"], "invocations")
    if errors and (held or queue.get("letters")):
        text = f"the function {name} failed {errors} of {many(runs or 0, 'time')}"
        text += "; what it fails on comes back until it is given up"
        more = at_counts(region, mapping["FunctionArn"], "errors", "invocations")
        fix = command(region, f"logs tail /aws/lambda/{name}", since="6h", filter_pattern="ERROR")
        report(region, queue, "sqs-consumer-failing", "high", text, [*more, mapping["at"]], fix)
        region.leads.append({"template": "lambda_errors", "variables": {"function": name, "regions": [region.name]}})


def judge_throttles(region, queue, mapping, function, held):
    name, throttles = function["name"], total(region, mapping["FunctionArn"], "throttles")
    most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
    if not throttles or not (held or queue.get("letters")):
        return
    reserved = function["reserved"]
    limit = f"its reserved concurrency is {reserved}" if reserved is not None else "it has none reserved"
    text = f"its consumer, the function {name}, was throttled {many(throttles, 'time')} ({limit}); {counted(queue)}"
    if reserved is not None:
        text += f"; the mapping may start {most or 'up to 1000'} at once"
        more = max(2 * reserved, 10)
        fix = command(
            region, "lambda put-function-concurrency", function_name=name, reserved_concurrent_executions=more
        )
    else:
        limit = "MaximumConcurrency=10"
        fix = command(region, "lambda update-event-source-mapping", uuid=mapping["UUID"], scaling_config=limit)
    proofs = [*at_counts(region, mapping["FunctionArn"], "throttles"), function.get("reserved_at", ""), mapping["at"]]
    report(region, queue, "sqs-consumer-throttled", "medium", text, proofs, fix)


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def concerns(statement, role, others):
    """Whether a statement of a resource policy is about a role: by its own name, all names, or one of some others."""
    principal = statement.get("Principal", statement.get("NotPrincipal", {}))
    named = {"*"} if principal == "*" else {*as_list(principal.get("AWS"))} if isinstance(principal, dict) else set()
    sessions = f"{role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/"
    own = bool(named & {role, "*"}) or any(name.startswith(sessions) for name in named)
    if "NotPrincipal" not in statement:
        return own or bool(named & {*others})
    # Whom a Deny leaves out must be named himself: that his account is named as well is not enough.
    return not (own or (statement.get("Effect") == "Allow" and named & {*others}))


def says(document, effect, action, role, others=()):
    """Whether a resource policy has a statement of an effect for an action and a role, or one of its account."""
    for statement in as_list(json.loads(document or "{}").get("Statement")):
        listed = as_list(statement.get("Action", statement.get("NotAction")))
        matching = any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in listed)
        matching = matching != ("NotAction" in statement)
        conditional = effect == "Deny" and statement.get("Condition")
        if statement.get("Effect") == effect and matching and not conditional and concerns(statement, role, others):
            return True
    return False


def judge_access(region, queue, mapping, function):
    """Whether the function's role may read the queue and use its key."""
    role, name = function["role"], function["name"]
    account = role.split(":")[4]
    root = [f"arn:{role.split(':')[1]}:iam::{account}:root", account]
    what = f"permissions of {role.rsplit('/', 1)[1]} on queue {queue['name']}"
    answer, at = attempt(
        region.skipped,
        what,
        lambda: region.iam.simulate_principal_policy(
            PolicySourceArn=role, ActionNames=CONSUME, ResourceArns=[queue["arn"]]
        ),
        ("NoSuchEntity", "NoSuchEntityException"),
    )
    if answer is None and at:
        text = f"the role {role.rsplit('/', 1)[1]} of its consumer {name} does not exist; {counted(queue)}"
        fix = command(region, "lambda update-function-configuration", function_name=name, role="ROLE_ARN")
        report(region, queue, "sqs-consumer-denied", "high", text, [at, function["at"]], fix)
        return
    missing, proofs = [], []
    for number, result in enumerate(answer["EvaluationResults"] if answer else []):
        action, decision = result["EvalActionName"], result["EvalDecision"]
        granted = decision == "implicitDeny" and says(queue["policy"], "Allow", action, role, root)
        if (decision != "allowed" and not granted) or says(queue["policy"], "Deny", action, role, root):
            missing.append(action)
            proofs.append(f"{at}/EvaluationResults/{number}" if decision != "allowed" else f"{queue['at']}/Policy")
    refused = [action for action in missing if says(queue["policy"], "Deny", action, role, root)]
    if refused:
        text = f"the queue's own policy denies {', '.join(refused)} to the role {role.rsplit('/', 1)[1]}"
        text = f"{text} of its consumer {name}; {counted(queue)}"
        fix = command(region, "sqs get-queue-attributes", queue_url=queue["url"], attribute_names="Policy")
        fix += "  # then take the role out of what its Deny statement covers, and set the policy anew"
        report(region, queue, "sqs-consumer-denied", "high", text, [f"{queue['at']}/Policy", mapping["at"]], fix)
        missing = [action for action in missing if action not in refused]
    if missing:
        denied = {"Effect": "Allow", "Action": missing, "Resource": queue["arn"]}
        allow(region, queue, mapping, role, denied, proofs, f"lacks {', '.join(missing)} on it")
    if queue["key"] and not queue["key"].startswith("alias/aws/"):
        judge_key(region, queue, mapping, role, root)


def allow(region, queue, mapping, role, statement, proofs, text):
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
    name, own = role.rsplit("/", 1)[1], f"read-{queue['name'][:100]}"
    fix = command(region, "iam put-role-policy", role_name=name, policy_name=own, policy_document=document)
    text = f"the role {role.rsplit('/', 1)[1]} of its consumer {text}; {counted(queue)}"
    report(region, queue, "sqs-consumer-denied", "high", text, [*proofs, mapping["at"]], fix)


def judge_key(region, queue, mapping, role, root):
    key, gone = queue["key"], ("NotFoundException",)
    answer, at = attempt(region.skipped, f"key {key}", lambda: region.kms.describe_key(KeyId=key), gone)
    state = answer["KeyMetadata"]["KeyState"] if answer else "Missing"
    if answer is None and not at:
        return
    if state != "Enabled":
        text = f"its key {key} is {state}, so nobody can send or receive; {counted(queue)}"
        mend = {"Disabled": "kms enable-key", "PendingDeletion": "kms cancel-key-deletion"}.get(state)
        fix = command(region, mend, key_id=key) if mend else set_attribute(region, queue, KmsMasterKeyId="")
        report(region, queue, "sqs-key-unusable", "high", text, [at, f"{queue['at']}/KmsMasterKeyId"], fix)
        return
    arn, key_at = answer["KeyMetadata"]["Arn"], f"{at}/KeyMetadata"
    policy, policy_at = attempt(
        region.skipped, f"policy of key {key}", lambda: region.kms.get_key_policy(KeyId=arn, PolicyName="default")
    )
    if policy is None or says(policy["Policy"], "Allow", "kms:Decrypt", role):
        return
    proofs = [f"{policy_at}/Policy", key_at]
    if says(policy["Policy"], "Allow", "kms:Decrypt", "", root):
        simulated, at = attempt(
            region.skipped,
            f"permissions of {role.rsplit('/', 1)[1]} on key {key}",
            lambda: region.iam.simulate_principal_policy(
                PolicySourceArn=role, ActionNames=["kms:Decrypt"], ResourceArns=[arn]
            ),
        )
        if simulated is None or simulated["EvaluationResults"][0]["EvalDecision"] == "allowed":
            return
        proofs = [f"{at}/EvaluationResults/0", key_at]
    statement = {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": arn}
    allow(region, queue, mapping, role, statement, proofs, f"may not use its key ({arn}) with kms:Decrypt")


def judge(region, name, complete):
    """Everything that is wrong with one queue."""
    queue = region.queues[name]
    mappings = region.consumers.get(queue["arn"], [])
    sources = [q for q in region.queues.values() if q["dead_letters_to"] == queue["arn"]]
    held = queue["visible"] + queue["in_flight"]
    target = region.queues.get(queue["dead_letters_to"].rsplit(":", 1)[-1], {})
    queue["letters"] = target.get("visible", 0) + target.get("in_flight", 0)
    letters = queue["dead_letters_to"].rsplit(":", 1)[-1]
    if letters and letters not in region.names:
        text = f"its queue of dead letters, {letters}, does not exist; what fails comes back until it expires"
        fix = command(region, "sqs create-queue", queue_name=letters)
        report(region, queue, "sqs-dlq-missing", "high", text, [f"{queue['at']}/RedrivePolicy"], fix)
    if queue["letters"] and 0 < queue["max_receives"] < FEW_RECEIVES:
        text = (
            f"a message is given up after {many(queue['max_receives'], 'receive')}; {letters} holds {queue['letters']}"
        )
        redrive = {"deadLetterTargetArn": queue["dead_letters_to"], "maxReceiveCount": "5"}
        fix = set_attribute(region, queue, RedrivePolicy=json.dumps(redrive))
        proofs = [f"{queue['at']}/RedrivePolicy", target["at"]]
        report(region, queue, "sqs-max-receive-count-low", "medium", text, proofs, fix)
    if sources and held:
        judge_letters(region, queue, sources)
    working = [m for m in mappings if m["State"] not in ("Disabled", "Disabling")]
    for mapping in mappings:
        judge_mapping(region, queue, mapping, bool(working), held)
    if not mappings and queue["visible"] and not sources and complete:
        judge_unread(region, queue)
    if not queue.get("causes") and queue["visible"] and not sources and queue["arn"] not in region.failures_to:
        judge_trend(region, queue, [region.functions[m["FunctionArn"]]["name"] for m in working], complete)


def judge_letters(region, queue, sources):
    told = ", ".join(f"{source['name']} (after {many(source['max_receives'], 'receive')})" for source in sources)
    since = region.counts.get(queue["name"], {}).get("visible", {"points": []})["points"]
    grew = f", {int(since[0][1])} at the beginning of the time looked at" if since else ""
    text = f"it holds {many(queue['visible'] + queue['in_flight'], 'dead letter')}{grew}, given up by {told}"
    proofs = [f"{queue['at']}/ApproximateNumberOfMessages", *(f"{source['at']}/RedrivePolicy" for source in sources)]
    fix = command(region, "sqs start-message-move-task", source_arn=queue["arn"]) + "  # once the cause is mended"
    report(region, queue, "sqs-dlq-not-empty", "high", text, proofs, fix)
    consumers = {m["FunctionArn"] for source in sources for m in region.consumers.get(source["arn"], [])}
    for name in sorted(region.functions[arn]["name"] for arn in consumers):
        region.leads.append({"template": "lambda_errors", "variables": {"function": name, "regions": [region.name]}})


def judge_unread(region, queue):
    """No function consumes a queue: is it anybody, or is it for what somebody failed on?"""
    if senders := region.failures_to.get(queue["arn"]):
        judge_failures(region, queue, senders)
        return
    received, deleted = (total(region, queue["name"], key) for key in ("received", "deleted"))
    proofs = [f"{queue['at']}/ApproximateNumberOfMessages", *at_counts(region, queue["name"], "received", "deleted")]
    where = {"event_source_arn": queue["arn"], "function_name": "FUNCTION"}
    map_one = command(region, "lambda create-event-source-mapping", **where)
    if received is None or (not received and queue["name"] not in region.received_at):
        text = f"{counted(queue)} and no function consumes it; whether something else does could not be read"
        report(region, queue, "sqs-no-consumer", "info", text, proofs, map_one)
        queue["causes"].pop()
    elif not received:
        judge_silence(region, queue, proofs, map_one)
    elif not deleted:
        text = f"something that is no function received {many(received, 'message')} and deleted none, so all come back"
        fix = "Let the consumer call DeleteMessage with the receipt handle once it is done with a message."
        report(region, queue, "sqs-messages-not-deleted", "high", text, proofs, fix)


def judge_failures(region, queue, senders):
    """A queue for what functions failed on has no consumer, on purpose; that it holds something is the news."""
    names = sorted({name for name, _ in senders})
    text = f"it holds {many(queue['visible'] + queue['in_flight'], 'event')} that {', '.join(names)} failed on"
    proofs = [f"{queue['at']}/ApproximateNumberOfMessages", *(at for _, at in senders)]
    fix = command(region, f"logs tail /aws/lambda/{names[0]}", since="1d", filter_pattern="ERROR")
    report(region, queue, "sqs-dlq-not-empty", "high", text, proofs, fix)
    for name in names:
        region.leads.append({"template": "lambda_errors", "variables": {"function": name, "regions": [region.name]}})


def judge_silence(region, queue, proofs, map_one):
    """Nobody received a message in the time looked at: did ever anybody, and is this pause longer than those before?"""
    hours, at = region.received_at[queue["name"]]
    hours = sorted(hours)
    if not hours:
        days = LONGEST_KEPT.days
        queue["looked_back_days"] = days
        text = f"{counted(queue)} and nobody received any in {days} days: it has no consumer"
        report(region, queue, "sqs-no-consumer", "high", text, [*proofs, at], map_one)
        return
    pauses = [(after - before) / timedelta(hours=1) for before, after in pairwise(hours)]
    runs = [pause for pause in pauses if pause > 1]
    silent = (region.end - hours[-1]) / timedelta(hours=1) - 1
    if silent <= (1.5 * max(runs) if runs else 1 if len(hours) >= STEADY else A_DAY):
        return  # it comes at its own times, and these are not over
    queue["last_received"] = f"{hours[-1].astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    text = f"{counted(queue)} and nobody has received any since {queue['last_received']}: its consumer stopped"
    fix = "See what consumed it until then, and start that again; what reads it is no function."
    report(region, queue, "sqs-no-consumer", "high", text, [*proofs, at], fix)


def judge_trend(region, queue, consumers, complete):
    points = region.counts.get(queue["name"], {}).get("visible", {"points": []})["points"]
    sent, deleted = (total(region, queue["name"], key) for key in ("sent", "deleted"))
    if not points or queue["visible"] < max(10, 1.5 * points[0][1]) or (deleted or 0) >= (sent or 0):
        return
    who = f"the function {', '.join(consumers)}" if consumers else "its consumer, which is no function,"
    who = who if consumers or complete else "what consumes it, which could not be read,"
    how = f"{who} works, but too slowly" if deleted else f"{who} gets nothing done, and nothing that was read says why"
    queue["at_first"] = int(points[0][1])
    text = (
        f"it grew from {queue['at_first']} to {queue['visible']} waiting messages; {sent} came in, {deleted} were done:"
        f" {how}"
    )
    counts = at_counts(region, queue["name"], "visible", "sent", "deleted")
    proofs = [f"{queue['at']}/ApproximateNumberOfMessages", *counts]
    fix = "Let the consumer take larger batches, run more often at once, or be quicker with each message."
    if not deleted and consumers:
        fix = command(region, f"logs tail /aws/lambda/{consumers[0]}", since="6h")
    report(region, queue, "sqs-queue-growing", "medium", text, proofs, fix)


def find(region, hint):
    """Phase one: the queues."""
    try:
        region.names = choose(region, hint)
        region.complete = True
    except (ClientError, BotoCoreError) as error:
        region.skipped.append({"what": f"queues in {region.name}", "why": why(error)})
    return region


def explain(region, start, end):
    """Phase two: what stands behind them."""
    complete = read_consumers(region)
    read_counts(region, start, end)
    region.end = end
    unread = unread_ones(region) if complete else []
    if unread:
        complete = read_senders(region)
    silent = [q for q in unread if total(region, q["name"], "received") == 0 and q["arn"] not in region.failures_to]
    if silent:
        read_receives(region, silent, end)
    for name in region.chosen:
        judge(region, name, complete)


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
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def look(names, hint):
    """The queues of regions side by side; clients are made one by one, which boto3 asks for."""
    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(find, Region(name), hint) for name in names]
        return [task.result() for task in running]


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("is not enabled", "were checked", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


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
    asked, skipped = (variables.get("queue") or "").strip(), []
    hint = asked.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()
    names = variables.get("regions") or ["*"]
    if "*" in names:
        names = find_regions(home, skipped)
    regions = look(names, hint)
    if hint and not any(region.chosen for region in regions) and any(region.complete for region in regions):
        skipped.append({"what": f"queue {asked}", "why": "no queue has that name, so all were checked"})
        regions = look(names, "")
    iam = boto3.client("iam", config=CONFIG)
    with ThreadPoolExecutor(8) as pool:
        running = []
        for region in regions:
            if region.chosen:
                region.reach_consumers(iam)
                running.append(pool.submit(explain, region, start, end))
        for task in running:
            task.result()
    skipped += [gap for region in regions for gap in region.skipped]
    looked = [region for region in regions if region.complete]
    if not looked:
        sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")

    findings = sorted((f for r in looked for f in r.findings), key=lambda f: (ORDER.index(f["severity"]), f["title"]))
    queues = [(region, region.queues[name]) for region in looked for name in region.chosen]
    facts, resources = [], []
    for region, queue in queues:
        mappings = region.consumers.get(queue["arn"], [])
        fact = {key: queue[key] for key in ("name", "arn", "visible", "in_flight", "delayed", "visibility")}
        fact |= {"region": region.name, "causes": queue.get("causes", []), "max_receives": queue["max_receives"]}
        fact |= {"consumers": [region.functions[m["FunctionArn"]]["name"] + f" ({m['State']})" for m in mappings]}
        fact |= {
            key: queue[key]
            for key in ("at_first", "last_received", "looked_back_days", "work_may_take")
            if key in queue
        }
        fact["totals"] = {key: total(region, queue["name"], key) for key in ("sent", "received", "deleted")}
        arns = {mapping["FunctionArn"] for mapping in mappings}
        fact["consumer_roles"] = [region.functions[arn].get("role", "") for arn in arns]
        fact["consumer_totals"] = {key: [total(region, arn, key) for arn in arns] for key in FUNCTION_METRICS}
        facts.append(fact)
        resources.append({"arn": queue["arn"], "type": "sqs:queue", "region": region.name, "summary": fact})
    troubled = [fact for fact in facts if fact["causes"]]
    waiting = sum(fact["visible"] for fact in facts)
    count = f"{many(len(facts), 'queue')} in {many(len(looked), 'region')}, with {many(waiting, 'waiting message')}"
    told = "; ".join(f"{fact['name']}: {', '.join(fact['causes'])}" for fact in troubled[:5])
    summary = (
        f"{len(troubled)} of {count}, {'has' if len(troubled) == 1 else 'have'} a fault ({told})."
        if troubled
        else f"None of {count}, has a fault."
    )
    if findings:
        summary += f" First: {findings[0]['title']}."
    leads = list({json.dumps(lead, sort_keys=True): lead for region in looked for lead in region.leads}.values())
    gaps = unseen(skipped, findings)
    document = {
        "facts": {
            "summary": doubt(gaps) if gaps else summary,
            "undecided": bool(gaps),
            "unseen": gaps,
            "window": [start.isoformat(), end.isoformat()],
            "messages_waiting": waiting,
            "queues": facts,
        },
        "findings": findings,
        "resources": resources,
        "coverage": {"regions": [region.name for region in looked], "skipped": skipped, "truncated": []},
        "next": leads[:5],
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
