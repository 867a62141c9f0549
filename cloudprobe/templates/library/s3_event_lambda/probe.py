"""Why an object that is created in an S3 bucket does not start a Lambda function.

Reads JSON from standard input, every member optional:
{"bucket": "name or part", "function": "name, part of one, or ARN", "key": "incoming/photo.jpg", "regions": ["*"]}.
Follows an event on every way it may take: straight to the function, over a queue, a topic, or EventBridge.
Reads settings and the names of some objects, never an object.
"""

import copy
import fnmatch
import json
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
MAX_BUCKETS = 1000
KEYS_LOOKED_AT = 1000  # one page of a listing: enough to tell a filter that nothing passes
CREATED = [f"s3:ObjectCreated:{way}" for way in ("Put", "Post", "Copy", "CompleteMultipartUpload")]
WAYS = {
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
    "QueueConfigurations": "QueueArn",
    "TopicConfigurations": "TopicArn",
}
ORDER = ["critical", "high", "medium", "low", "info"]


def why(error):
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def attempt(skipped, what, call, absent=()):
    """A response and its pointer; None and the pointer to an error that is an answer too; None and nothing else."""
    try:
        response = call()
    except (ClientError, BotoCoreError) as error:
        if why(error) in absent:
            return None, f"/calls/{error.response['ResponseMetadata'].get('RequestId', '')}/error/Code"
        skipped.append({"what": what, "why": why(error)})
        return None, ""
    return response, pointer(response)


def command(region, operation, *flags, **options):
    """A command line of AWS's own tool, quoted for a shell."""
    given = [f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in options.items()]
    return " ".join([f"aws {operation} --region {region}", *given, *flags])


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


class Account:
    """Clients by region, made when first needed, and what came of the calls."""

    def __init__(self, home, wanted):
        self.home, self.wanted, self.skipped, self.leads, self.functions = home, wanted, [], [], {}
        self.s3 = boto3.client("s3", region_name=home, config=CONFIG)
        self.lambdas, self.rules, self.topics, self.queues = {}, {}, {}, {}

    def lambda_in(self, region):
        if region not in self.lambdas:
            self.lambdas[region] = boto3.client("lambda", region_name=region, config=CONFIG)
        return self.lambdas[region]

    def events_in(self, region):
        if region not in self.rules:
            self.rules[region] = boto3.client("events", region_name=region, config=CONFIG)
        return self.rules[region]

    def sns_in(self, region):
        if region not in self.topics:
            self.topics[region] = boto3.client("sns", region_name=region, config=CONFIG)
        return self.topics[region]

    def sqs_in(self, region):
        if region not in self.queues:
            self.queues[region] = boto3.client("sqs", region_name=region, config=CONFIG)
        return self.queues[region]

    def say(self, bucket, kind, severity, text, proofs, fix):
        title = f"Bucket {bucket['name']}: {text}"
        finding = {"id": kind, "title": title, "severity": severity, "resource": bucket["arn"], "evidence": proofs}
        bucket["findings"].append({**finding, "fix": fix})

    def put(self, bucket, settings):
        """The command that gives a bucket some notification settings: the whole of them, for it replaces all."""
        options = {"bucket": bucket["name"], "notification_configuration": json.dumps(settings)}
        return command(self.home, "s3api put-bucket-notification-configuration", **options)


def list_buckets(account):
    buckets = []
    try:
        for page in account.s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1000}):
            for number, found in enumerate(page["Buckets"]):
                name = found["Name"]
                arn = f"arn:{account.s3.meta.partition}:s3:::{name}"
                at = f"{pointer(page)}/Buckets/{number}"
                one = {"name": name, "arn": arn, "at": at, "region": found.get("BucketRegion", "")}
                buckets.append({**one, "findings": [], "ways": [], "bridge": False, "read": False})
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"The buckets cannot be listed: {why(error)}")
    return buckets


def read_notifications(account, bucket):
    """Where a bucket sends its events: ``ways`` in one form, whatever they lead to."""
    answer, at = attempt(
        account.skipped,
        f"notifications of bucket {bucket['name']}",
        lambda: account.s3.get_bucket_notification_configuration(Bucket=bucket["name"]),
        ("NoSuchBucket",),
    )
    if answer is None:
        return
    settings = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    bucket |= {"read": True, "notified_at": at, "settings": settings, "bridge": "EventBridgeConfiguration" in answer}
    for kind, target in WAYS.items():
        for number, way in enumerate(answer.get(kind, [])):
            rules = way.get("Filter", {}).get("Key", {}).get("FilterRules", [])
            ends = {rule["Name"].lower(): rule["Value"] for rule in rules}
            one = {
                "target": way[target],
                "events": way["Events"],
                "at": f"{at}/{kind}/{number}",
                "place": (kind, number),
            }
            bucket["ways"].append({**one, "prefix": ends.get("prefix", ""), "suffix": ends.get("suffix", "")})


def matches(way, key):
    return key.startswith(way["prefix"]) and key.endswith(way["suffix"])


def described(way):
    ends = [f"{name} {way[name]!r}" for name in ("prefix", "suffix") if way[name]]
    return f"{', '.join(way['events'])}{' with ' + ' and '.join(ends) if ends else ''}"


def judge_way(account, bucket, way, target, key):
    """Whether a bucket sends what is created along a way at all: event types and filters."""
    kinds = [kind for kind in CREATED if any(fnmatch.fnmatchcase(kind, pattern) for pattern in way["events"])]
    every, (kind, number) = copy.deepcopy(bucket["settings"]), way["place"]
    every[kind][number]["Events"] = ["s3:ObjectCreated:*"]
    if not kinds:
        text = f"it tells {target} of {', '.join(way['events'])} alone, not of objects that are created"
        account.say(bucket, "s3-event-type", "high", text, [f"{way['at']}/Events"], account.put(bucket, every))
    elif len(kinds) < len(CREATED):
        left = ", ".join(one for one in CREATED if one not in kinds)
        text = f"it tells {target} of {', '.join(way['events'])} alone; objects that come by {left} start nothing"
        account.say(bucket, "s3-event-type-narrow", "medium", text, [f"{way['at']}/Events"], account.put(bucket, every))
    if not way["prefix"] and not way["suffix"]:
        return
    if key:
        # A key that ends in a slash, or has no suffix, is where objects go rather than one of them.
        whole = "." in key.rsplit("/", 1)[-1]
        fits = matches(way, key) if whole else key.startswith(way["prefix"]) or way["prefix"].startswith(key)
        if not fits:
            text = f"its filter for {target} ({described(way)}) does not let {key!r} through"
            account.say(
                bucket, "s3-event-filter", "high", text, [way["at"]], without_rules(account, bucket, way, [key])
            )
        return
    judge_filter(account, bucket, way, target)


def without_rules(account, bucket, way, keys):
    """The settings without those filter rules of an entry that let none of some keys through."""
    settings, (kind, number) = copy.deepcopy(bucket["settings"]), way["place"]
    rules = settings[kind][number]["Filter"]["Key"]["FilterRules"]
    passes = {"prefix": str.startswith, "suffix": str.endswith}
    kept = [r for r in rules if any(passes[r["Name"].lower()](key, r["Value"]) for key in keys)]
    settings[kind][number]["Filter"] = {"Key": {"FilterRules": kept}}
    if not kept:
        del settings[kind][number]["Filter"]
    return (
        account.put(bucket, settings) + "  # or give the rule its right value; mind objects the function itself writes"
    )


def judge_filter(account, bucket, way, target):
    """A filter that lets none of the objects through that are there is most likely wrong."""
    if "keys" not in bucket:
        what = f"names of objects in {bucket['name']}"
        answer, at = attempt(
            account.skipped,
            what,
            lambda: account.s3.list_objects_v2(Bucket=bucket["name"], MaxKeys=KEYS_LOOKED_AT),
            ("NoSuchBucket",),
        )
        contents = [entry["Key"] for entry in (answer or {}).get("Contents", [])]
        bucket |= {"keys": contents, "keys_at": at, "more_keys": bool((answer or {}).get("IsTruncated"))}
    keys = [key for key in bucket["keys"] if not key.endswith("/")]
    if not keys or any(matches(way, key) for key in keys):
        return
    similar = [
        key for key in keys if matches({n: way[n].lower().lstrip("/") for n in ("prefix", "suffix")}, key.lower())
    ]
    but = f"; but for case or a leading slash, {len(similar)} would pass, such as {similar[0]!r}" if similar else ""
    severity = "medium" if bucket["more_keys"] and not similar else "high"
    text = (
        f"its filter for {target} ({described(way)}) lets none of the {len(keys)} objects looked at through{but}"
        f"; the first is {keys[0]!r}"
    )
    proofs = [way["at"], f"{bucket['keys_at']}/Contents"]
    account.say(bucket, "s3-event-filter", severity, text, proofs, without_rules(account, bucket, way, keys))


def read_function(account, arn):
    """A function (or the version or alias a qualified ARN names) with its policy and limits, read once."""
    if arn in account.functions:
        return account.functions[arn]
    parts = arn.split(":")
    region, name, qualifier = parts[3], parts[6], parts[7] if len(parts) > 7 else ""
    api, gone = account.lambda_in(region), ("ResourceNotFoundException",)
    asked = {"FunctionName": name, "Qualifier": qualifier} if qualifier else {"FunctionName": name}
    found = {"name": name, "arn": arn, "region": region, "qualifier": qualifier, "statements": None, "policy_at": ""}
    settings, at = attempt(
        account.skipped, f"function {name} in {region}", lambda: api.get_function_configuration(**asked), gone
    )
    found |= {"at": at, "missing": settings is None and bool(at), "settings": settings or {}, "reserved": None}
    if settings:
        policy, policy_at = attempt(
            account.skipped, f"policy of function {name} in {region}", lambda: api.get_policy(**asked), gone
        )
        if policy or policy_at:
            document = json.loads(policy["Policy"]) if policy else {}
            found |= {"statements": as_list(document.get("Statement")), "policy_at": policy_at}
        limits, limit_at = attempt(
            account.skipped,
            f"reserved concurrency of {name} in {region}",
            lambda: api.get_function_concurrency(FunctionName=name),
        )
        if limits:
            found |= {"reserved": limits.get("ReservedConcurrentExecutions"), "reserved_at": limit_at}
    account.functions[arn] = found
    return found


def conditions_of(statement):
    """Operator, key and values of every condition, keys in lower case."""
    conditions = statement.get("Condition") or {}
    return [(op, k.lower(), as_list(v)) for op, keys in conditions.items() for k, v in keys.items()]


# What a request that a service of AWS makes for itself does not carry: it is no principal of any account.
NOT_CARRIED = (
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:principaltag/",
    "aws:principaltype", "aws:userid", "aws:username", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime", "aws:federatedprovider",
)  # fmt: skip


def holds(operator, key, values, context):
    """Whether a condition holds of a request of a service; None where that cannot be known."""
    name = operator.lower().removesuffix("ifexists")
    if key.startswith(NOT_CARRIED):
        return str(values[0]).lower() == "true" if name == "null" else "not" in name or name != operator.lower()
    if key not in context or name == "null":
        return None
    own, like = context[key].lower(), "like" in name or ":arn" in f":{name}"
    met = any(fnmatch.fnmatchcase(own, str(v).lower()) if like else own == str(v).lower() for v in values)
    return met != ("not" in name)


def concerns(statement, service, action):
    """Whether a statement of a resource's policy is about a service and an action, whatever it asks for."""
    principal = statement.get("Principal", statement.get("NotPrincipal", {}))
    services = ["*"] if principal == "*" else as_list(principal.get("Service")) + as_list(principal.get("AWS"))
    listed = as_list(statement.get("Action", statement.get("NotAction")))
    of_it = any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in listed)
    return bool({service, "*"} & {*services}) != ("NotPrincipal" in statement) and of_it != ("NotAction" in statement)


def refusal(statements, action, service, source, owner):
    """Why a policy does not let a service do something, and the Deny that says so; empty where it lets it."""
    context = {"aws:sourcearn": source, "aws:securetransport": "true", "aws:principalisawsservice": "true"}
    context |= {"aws:principalservicename": service} | ({"aws:sourceaccount": owner} if owner else {})
    reasons, denied = [], None
    for statement in statements:
        if not concerns(statement, service, action):
            continue
        met = [
            (key, values, holds(operator, key, values, context)) for operator, key, values in conditions_of(statement)
        ]
        unmet = next(((key, values) for key, values, fits in met if fits is False), None)
        if statement.get("Effect") == "Deny":
            denied = denied or (statement if all(fits for _, _, fits in met) else None)
        elif unmet is None:  # what cannot be known is taken for granted
            reasons.append("")
        else:
            label = {"aws:sourcearn": "SourceArn", "aws:sourceaccount": "SourceAccount"}.get(unmet[0], unmet[0])
            carried = "" if unmet[0] in context else f", which {service} does not carry"
            asks = f"asks for the {label} {', '.join(map(str, unmet[1]))}{carried}"
            reasons.append(f"statement {statement.get('Sid') or 'without Sid'} {asks}")
    if denied:
        return f"statement {denied.get('Sid') or 'without Sid'} denies it", denied
    return "" if "" in reasons else "; ".join(reasons) or f"no statement names {service}", None


def judge_function(account, bucket, function, service, source, owner, proofs):
    """Whether a function can be started by a service on behalf of a source."""
    name, region = function["name"], function["region"]
    label = f"{name}:{function['qualifier']}" if function["qualifier"] else name
    if function["missing"]:
        text = f"the function {label} its events go to does not exist"
        fix = f"Create {label} in {region}, or send the events to a function that exists."
        account.say(bucket, "s3-event-function-missing", "high", text, [function["at"], *proofs], fix)
        return
    if function["statements"] is not None:
        told, denied = refusal(function["statements"], "lambda:InvokeFunction", service, source, owner)
        if told:
            text = f"the policy of the function {label} does not let {service} start it for {source}: {told}"
            options = {"function_name": name, "statement_id": f"{service.split('.')[0]}-invoke", "principal": service}
            options |= {"action": "lambda:InvokeFunction", "source_arn": source}
            options |= {"source_account": owner} if service == "s3.amazonaws.com" else {}
            options |= {"qualifier": function["qualifier"]} if function["qualifier"] else {}
            fix = command(region, "lambda add-permission", **options)
            if denied:
                statement = denied.get("Sid", "")
                fix = command(region, "lambda remove-permission", function_name=name, statement_id=statement)
            at = function["policy_at"] if function["policy_at"].endswith("/Code") else f"{function['policy_at']}/Policy"
            account.say(bucket, "s3-event-not-permitted", "high", text, [at, *proofs], fix)
    if function["reserved"] == 0:
        text = f"the function {label} has a reserved concurrency of 0 and never runs"
        fix = command(region, "lambda delete-function-concurrency", function_name=name)
        account.say(bucket, "s3-event-function-stopped", "high", text, [function["reserved_at"], *proofs], fix)
    if function["settings"].get("State") == "Failed":
        reason = function["settings"].get("StateReason") or "no reason given"
        text = f"the function {label} is in the state Failed ({reason}) and cannot run"
        fix = command(region, "lambda get-function-configuration", function_name=name) + "  # mend what it names"
        account.say(bucket, "s3-event-function-failed", "high", text, [f"{function['at']}/State", *proofs], fix)


def named(arn, hint):
    """Whether a hint names the function of an ARN."""
    parts = arn.lower().split(":")
    return len(parts) > 6 and parts[2] == "lambda" and (hint == ":".join(parts[:7]) or hint in parts[6])


def over_queue(account, bucket, way, hint):
    """Functions a queue in between starts; what is wrong where it starts none."""
    region, name = way["target"].split(":")[3], way["target"].rsplit(":", 1)[1]
    what, api = f"consumers of queue {name}", account.lambda_in(region)
    mappings = []
    try:
        for page in api.get_paginator("list_event_source_mappings").paginate(EventSourceArn=way["target"]):
            at = pointer(page)
            mappings += [(m, f"{at}/EventSourceMappings/{n}") for n, m in enumerate(page["EventSourceMappings"])]
            way["consumers_at"] = at
    except (ClientError, BotoCoreError) as error:
        account.skipped.append({"what": what, "why": why(error)})
        return []
    mappings = [(m, at) for m, at in mappings if m["EventSourceArn"] == way["target"] and named(m["FunctionArn"], hint)]
    working = [m for m, _ in mappings if m["State"] not in ("Disabled", "Disabling")]
    if mappings and not working:
        mapping, at = mappings[0]
        text = f"its events go to the queue {name}, whose consumer is switched off"
        fix = command(region, "lambda update-event-source-mapping", "--enabled", uuid=mapping["UUID"])
        account.say(bucket, "s3-event-consumer-disabled", "high", text, [way["at"], at], fix)
    if mappings:
        account.leads.append({"template": "sqs_queue_backlog", "variables": {"queue": name, "regions": [region]}})
    return [m["FunctionArn"] for m, _ in mappings]


def read_queue_policy(api, name, arn):
    """The policy of a queue, as SNS gives that of a topic."""
    url = api.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=arn.split(":")[4])["QueueUrl"]
    answer = api.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return {"Attributes": {}, **answer, "url": url}


def judge_between(account, bucket, way, kind):
    """Whether the policy of a queue or topic in between lets S3 in."""
    arn, service = way["target"], "s3.amazonaws.com"
    region, name = arn.split(":")[3], arn.rsplit(":", 1)[1]
    queues, topics = account.sqs_in(region), account.sns_in(region)
    action = "sqs:SendMessage" if kind == "queue" else "sns:Publish"
    answer, at = attempt(
        account.skipped,
        f"policy of {kind} {name}",
        lambda: read_queue_policy(queues, name, arn) if kind == "queue" else topics.get_topic_attributes(TopicArn=arn),
    )
    if answer is None:
        return
    document = json.loads(answer["Attributes"].get("Policy") or '{"Version": "2012-10-17", "Statement": []}')
    statements = as_list(document.get("Statement"))
    told, denied = refusal(statements, action, service, bucket["arn"], account.owner)
    if not told:
        return
    limits = {"ArnEquals": {"aws:SourceArn": bucket["arn"]}, "StringEquals": {"aws:SourceAccount": account.owner}}
    entry = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": arn}
    kept = [statement for statement in statements if statement is not denied]
    mended = json.dumps({**document, "Statement": kept if denied else [*kept, {**entry, "Condition": limits}]})
    if kind == "queue":
        settings = {"queue_url": answer["url"], "attributes": json.dumps({"Policy": mended})}
        fix = command(region, "sqs set-queue-attributes", **settings)
    else:
        settings = {"topic_arn": arn, "attribute_name": "Policy", "attribute_value": mended}
        fix = command(region, "sns set-topic-attributes", **settings)
    text = f"the policy of the {kind} {name} does not let {service} {action.split(':')[1]} for it: {told}"
    account.say(bucket, "s3-event-not-permitted", "high", text, [at, way["at"]], fix)


def leaves_of(policy):
    """What a filter policy asks for: the dotted name of each member and the values it may have."""
    waiting, leaves = [("", policy)], []
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, dict):
            waiting += [(f"{name}.{key}" if name else key, value) for key, value in part.items() if key != "$or"]
        else:
            leaves.append((name, as_list(part)))
    return leaves


def fits(wanted, text):
    """Whether a value is one that a filter asks for."""
    if not isinstance(wanted, dict):
        return wanted == text
    if "anything-but" in wanted:
        return text not in as_list(wanted["anything-but"])
    return (
        ("prefix" in wanted and text.startswith(str(wanted["prefix"])))
        or ("suffix" in wanted and text.endswith(str(wanted["suffix"])))
        or ("equals-ignore-case" in wanted and text.lower() == str(wanted["equals-ignore-case"]).lower())
        or not {"prefix", "suffix", "equals-ignore-case"} & {*wanted}
    )


def lets_through(policy, known):
    """Whether a filter lets through an event of which some members are known; the rest is taken to fit."""
    for name, values in leaves_of(policy):
        if name in known:
            if not any(fits(wanted, text) for wanted in values for text in known[name]):
                return False
        elif not (known and name.startswith("Records.")) and {"exists": False} not in values:
            return False  # the event has no such member
    return True


def judge_subscription(account, bucket, way, subscription, key):
    """Whether the filter of a subscription lets through what S3 tells a topic, which has no message attributes."""
    arn, region = subscription["SubscriptionArn"], way["target"].split(":")[3]
    if not arn.startswith("arn:"):  # not confirmed, or deleted
        return
    answer, at = attempt(
        account.skipped,
        f"filter of subscription {arn.rsplit(':', 1)[1]}",
        lambda: account.sns_in(region).get_subscription_attributes(SubscriptionArn=arn),
        ("NotFound", "NotFoundException"),
    )
    found = answer["Attributes"] if answer else {}
    if not found.get("FilterPolicy"):
        return
    policy, by_body = json.loads(found["FilterPolicy"]), found.get("FilterPolicyScope") == "MessageBody"
    known = {"Records.eventName": [kind.removeprefix("s3:") for kind in CREATED], "Records.eventSource": ["aws:s3"]}
    known |= {"Records.s3.bucket.name": [bucket["name"]], "Records.s3.bucket.arn": [bucket["arn"]]}
    if key:
        known["Records.s3.object.key"] = [key]
    if lets_through(policy, known if by_body else {}):
        return
    why_not = "" if by_body else " by message attributes, of which S3 sends none"
    text = f"the subscription of {subscription['Endpoint'].split(':')[6]} to the topic"
    text += f" {way['target'].rsplit(':', 1)[1]} lets nothing of it through: its filter asks for"
    text += f" {json.dumps(policy)[:200]}{why_not}"
    options = {"subscription_arn": arn, "attribute_name": "FilterPolicy", "attribute_value": "{}"}
    fix = command(region, "sns set-subscription-attributes", **options)
    account.say(bucket, "s3-event-subscription-filter", "high", text, [f"{at}/Attributes", way["at"]], fix)


def over_topic(account, bucket, way, hint, key):
    region, name = way["target"].split(":")[3], way["target"].rsplit(":", 1)[1]
    functions, subscriptions = [], []
    try:
        pages = account.sns_in(region).get_paginator("list_subscriptions_by_topic").paginate(TopicArn=way["target"])
        for page in pages:
            way["consumers_at"] = pointer(page)
            found = [s for s in page["Subscriptions"] if s["Protocol"] == "lambda" and named(s["Endpoint"], hint)]
            functions += [one["Endpoint"] for one in found]
            subscriptions += found
    except (ClientError, BotoCoreError) as error:
        account.skipped.append({"what": f"subscriptions of topic {name}", "why": why(error)})
        return []
    for subscription in subscriptions:
        judge_subscription(account, bucket, way, subscription, key)
    for arn in functions:
        function, proofs = read_function(account, arn), [way["at"], way["consumers_at"]]
        judge_function(account, bucket, function, "sns.amazonaws.com", way["target"], "", proofs)
    return functions


def pattern_takes(pattern, bucket, key):
    """Whether a rule's pattern takes the creation of an object in a bucket; other parts of it are not looked at."""

    def takes(values, text):
        return any(
            value == text
            if isinstance(value, str)
            else ("prefix" in value and text.startswith(str(value["prefix"])))
            or ("suffix" in value and text.endswith(str(value["suffix"])))
            or ("wildcard" in value and fnmatch.fnmatchcase(text, str(value["wildcard"])))
            or not {"prefix", "suffix", "wildcard"} & {*value}
            for value in values
        )

    detail = pattern.get("detail") or {}
    return (
        takes(pattern.get("source", ["aws.s3"]), "aws.s3")
        and takes(pattern.get("detail-type", ["Object Created"]), "Object Created")
        and takes((detail.get("bucket") or {}).get("name", [bucket]), bucket)
        and (not key or takes((detail.get("object") or {}).get("key", [key]), key))
    )


def over_bridge(account, bucket, hint, key):
    """Functions that rules of EventBridge start when an object is created in a bucket."""
    region, functions = bucket["region"] or account.home, []
    api = account.events_in(region)
    try:
        for page in api.get_paginator("list_rules").paginate():
            for number, rule in enumerate(page["Rules"]):
                pattern = json.loads(rule.get("EventPattern") or "{}")
                if "aws.s3" in pattern.get("source", []) and pattern_takes(pattern, bucket["name"], ""):
                    at = f"{pointer(page)}/Rules/{number}"
                    functions += judge_rule(account, bucket, {**rule, "at": at, "region": region}, pattern, hint, key)
    except (ClientError, BotoCoreError) as error:
        account.skipped.append({"what": f"rules of EventBridge in {region}", "why": why(error)})
    return functions


def judge_rule(account, bucket, rule, pattern, hint, key):
    api, functions = account.events_in(rule["region"]), []
    for page in api.get_paginator("list_targets_by_rule").paginate(Rule=rule["Name"]):
        for number, target in enumerate(page["Targets"]):
            if named(target["Arn"], hint):
                functions.append((target["Arn"], f"{pointer(page)}/Targets/{number}"))
    for arn, at in functions:
        if not bucket["bridge"]:
            text = f"the rule {rule['Name']} waits for its events, but it sends none to EventBridge"
            fix = account.put(bucket, {**bucket["settings"], "EventBridgeConfiguration": {}})
            account.say(bucket, "s3-event-bridge-off", "high", text, [bucket["notified_at"], rule["at"], at], fix)
        if rule["State"] == "DISABLED":
            text = f"the rule {rule['Name']} that starts {arn.split(':')[6]} is disabled"
            fix = command(rule["region"], "events enable-rule", name=rule["Name"])
            account.say(bucket, "s3-event-rule-disabled", "high", text, [rule["at"], at], fix)
        if key and not pattern_takes(pattern, bucket["name"], key):
            text = f"the pattern of the rule {rule['Name']} does not let {key!r} through"
            fix = command(rule["region"], "events put-rule", name=rule["Name"], event_pattern=json.dumps(pattern))
            account.say(bucket, "s3-event-filter", "high", text, [rule["at"]], fix + "  # changed")
        service, proofs = "events.amazonaws.com", [rule["at"], at]
        judge_function(account, bucket, read_function(account, arn), service, rule["Arn"], "", proofs)
    return [arn for arn, _ in functions]


def judge(account, bucket, hint, key, owner, asked_for):
    """Every way from a bucket to a function; what is wrong when there is none."""
    started, elsewhere = [], []
    for way in bucket["ways"]:
        service, name = way["target"].split(":")[2], way["target"].split(":")[6 if ":lambda:" in way["target"] else 5]
        if service == "lambda" and not named(way["target"], hint):
            elsewhere.append(f"the function {name}")
            continue
        if service == "lambda":
            function = read_function(account, way["target"])
            judge_function(account, bucket, function, "s3.amazonaws.com", bucket["arn"], owner, [way["at"]])
            found, target = [way["target"]], f"the function {name}"
        else:
            over = over_queue(account, bucket, way, hint) if service == "sqs" else None
            found = over_topic(account, bucket, way, hint, key) if over is None else over
            kind = "queue" if service == "sqs" else "topic"
            target = f"the {kind} {name}"
            if found:
                judge_between(account, bucket, way, kind)
        if found:
            judge_way(account, bucket, way, target, key)
            started += found
        else:
            elsewhere.append(target)
    if bucket["bridge"] or (asked_for and not started):
        started += over_bridge(account, bucket, hint, key)
    bucket |= {"started": sorted({arn.split(":")[6] for arn in started}), "elsewhere": elsewhere}
    if started or not asked_for:
        return
    wanted = f"the function {hint.rsplit(':', 1)[-1]}" if hint else "any function"
    known = [f["arn"] for f in account.functions.values() if not f["missing"] and named(f["arn"], hint)] if hint else []
    function = known[0] if known else account.wanted if account.wanted.startswith("arn:") else "FUNCTION_ARN"
    entry = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    others = bucket["settings"].get("LambdaFunctionConfigurations", [])
    fix = account.put(bucket, {**bucket["settings"], "LambdaFunctionConfigurations": [*others, entry]})
    fix += "  # after the function's policy lets s3.amazonaws.com start it"
    if elsewhere or bucket["bridge"]:
        told = ", ".join([*elsewhere, *(["EventBridge"] if bucket["bridge"] else [])])
        text = f"its events go to {told}, from where nothing leads to {wanted}"
        proofs = [way["at"] for way in bucket["ways"]] or [bucket["notified_at"]]
        account.say(bucket, "s3-event-goes-elsewhere", "high", text, proofs, fix)
    else:
        text = f"it sends no events at all, so nothing tells {wanted} of new objects"
        account.say(bucket, "s3-event-none", "high", text, [bucket["notified_at"]], fix)


def meant_for(account, buckets, hint, owner, regions):
    """The buckets that the policy of a function lets start it: no bucket does, but one of these was meant to."""
    partition = account.s3.meta.partition
    arns = (
        [hint] if hint.startswith("arn:") else [f"arn:{partition}:lambda:{r}:{owner}:function:{hint}" for r in regions]
    )
    sources = [
        value.rsplit(":", 1)[1]
        for arn in arns
        for statement in read_function(account, arn)["statements"] or []
        for _, name, values in conditions_of(statement)
        for value in values
        if name == "aws:sourcearn" and ":s3:::" in value
    ]
    meant = [bucket for bucket in buckets if any(fnmatch.fnmatchcase(bucket["name"], source) for source in sources)]
    if not meant:
        leading = ", ".join(bucket["name"] for bucket in buckets if bucket["elsewhere"]) or "none"
        why_not = f"no bucket leads to it and its policy names none; buckets that lead elsewhere: {leading}"
        account.skipped.append({"what": f"the bucket that should start {hint}", "why": why_not})
    return meant


def choose(buckets, hint):
    exact = [bucket for bucket in buckets if bucket["name"] == hint]
    return exact or [bucket for bucket in buckets if hint in bucket["name"]]


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("were looked at", "while this ran", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


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
    wanted = (variables.get("function") or "").strip()
    account, truncated = Account(home, wanted), []
    owner = account.owner = boto3.client("sts", config=CONFIG).get_caller_identity()["Account"]
    function, key = wanted.lower(), variables.get("key") or ""
    asked = (variables.get("bucket") or "").strip().lower()
    everything = list_buckets(account)
    regions = variables.get("regions") or ["*"]
    buckets = choose(everything, asked)
    asked_for = bool(asked and buckets)
    if asked and not buckets:
        account.skipped.append({"what": f"bucket {asked}", "why": "no bucket has that name, so all were looked at"})
        buckets = everything
    if "*" not in regions and not asked_for:
        buckets = [bucket for bucket in buckets if not bucket["region"] or bucket["region"] in regions]
    if len(buckets) > MAX_BUCKETS:
        truncated.append(f"{len(buckets) - MAX_BUCKETS} of {len(buckets)} buckets: name one to have it looked at")
        buckets = buckets[:MAX_BUCKETS]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda bucket: read_notifications(account, bucket), buckets))
    read = [bucket for bucket in buckets if bucket["read"]]
    judged = read
    for closely in (asked_for, True):
        for bucket in judged:
            judge(account, bucket, function, key, owner, closely)
        unled = function and not closely and not any(bucket["started"] for bucket in read)
        judged = meant_for(account, read, wanted, owner, set(regions) - {"*"} or {home}) if unled else []

    # Two entries may share one function, and then its faults.
    findings = list({finding["title"]: finding for bucket in read for finding in bucket["findings"]}.values())
    for finding in findings:
        finding["evidence"] = [proof for proof in finding["evidence"] if proof]
    findings.sort(key=lambda finding: (ORDER.index(finding["severity"]), finding["title"]))
    facts, resources = [], []
    for bucket in read:
        ways = [f"{described(way)} -> {way['target']}" for way in bucket["ways"]]
        fact = {"bucket": bucket["name"], "ways": ways, "event_bridge": bucket["bridge"], "starts": bucket["started"]}
        fact["settings"] = bucket["settings"]
        fact["causes"] = sorted({finding["id"] for finding in bucket["findings"]})
        facts += [fact] if ways or fact["event_bridge"] or fact["causes"] or asked_for else []
        resource = {"arn": bucket["arn"], "type": "s3:bucket", "region": bucket["region"]}
        resources.append({**resource, "summary": {"events": ways, "event_bridge": bucket["bridge"]}})
    troubled = sum(bool(fact["causes"]) for fact in facts)
    starting = sum(bool(fact["starts"]) for fact in facts)
    whole = many(len(read), "bucket")
    leads, has = "leads" if starting == 1 else "lead", "has" if troubled == 1 else "have"
    summary = f"{starting} of {whole} {leads} to a function; {troubled} of {whole} {has} a fault on the way."
    if findings:
        summary += f" First: {findings[0]['title']}."
    left = [{"what": what, "why": "too many"} for what in truncated]
    gaps = unseen(account.skipped + left, findings)
    document = {
        "facts": {
            "summary": doubt(gaps) if gaps else summary,
            "undecided": bool(gaps),
            "unseen": gaps,
            "events_of_creation": CREATED,
            "senders": ["s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"],
            "buckets_checked": len(read),
            "buckets_leading_to_a_function": starting,
            "buckets_with_a_fault": troubled,
            "buckets": facts,
        },
        "findings": findings,
        "resources": resources,
        "coverage": {"regions": ["*"], "skipped": account.skipped, "truncated": truncated},
        "next": [lead for number, lead in enumerate(account.leads) if lead not in account.leads[:number]][:5],
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
