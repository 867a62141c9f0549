"""Which Lambda functions fail, run into their timeout or are throttled, since when, and what setting lets them.

Reads JSON from standard input, every member optional:
{"function": "name, part of one, or ARN", "start": "ISO 8601", "end": "ISO 8601", "regions": ["eu-west-1"] or ["*"]}.
Reads settings and metrics; what the functions wrote to their logs is another template's matter.
"""

import json
import math
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
WINDOW = timedelta(hours=24)
POINTS = 96  # of a metric over the window: a quarter of an hour each in a day
METRICS_A_CALL = 500  # CloudWatch takes that many in one request
METRICS = {
    "invocations": ("Invocations", "Sum"),
    "errors": ("Errors", "Sum"),
    "throttles": ("Throttles", "Sum"),
    "longest": ("Duration", "Maximum"),
    "mean": ("Duration", "Average"),
    "at_once": ("ConcurrentExecutions", "Maximum"),
}
OFTEN = 0.05  # of the invocations: more is no accident
NEAR = 0.9  # of the timeout
NEARLY_ALL = 0.99  # of the timeout: what took so long was ended by it
LONGEST_TIMEOUT = 900  # seconds a function may be given
ORDER = ["critical", "high", "medium", "low", "info"]


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        disabled = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if code in disabled else code
    return type(error).__name__


def period_of(start, shortest):
    """The length of a point that CloudWatch takes for a start: it keeps old points in steps of 300 and 3600 s alone."""
    age = datetime.now(UTC) - start
    step = 60 if age < timedelta(days=15) else 300 if age < timedelta(days=63) else 3600
    return math.ceil(max(shortest, 300) / step) * step


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def attempt(skipped, what, call):
    """A response and where it stands in the recording; None where there is none, which is noted."""
    try:
        response = call()
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": what, "why": why(error)})
        return None, ""
    return response, pointer(response)


def command(region, operation, *flags, **options):
    """A command line of AWS's own tool, quoted for a shell."""
    given = [f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in options.items()]
    return " ".join([f"aws {operation} --region {region}", *given, *flags])


class Region:
    """The functions of one region, and what became of them."""

    def __init__(self, name):
        self.name, self.complete = name, False
        self.skipped, self.functions, self.counts, self.findings, self.leads = [], [], {}, [], []
        self.account, self.account_at = None, ""
        self.api = boto3.client("lambda", region_name=name, config=CONFIG)


def find(region):
    try:
        for page in region.api.get_paginator("list_functions").paginate():
            for number, function in enumerate(page["Functions"]):
                region.functions.append({**function, "at": f"{pointer(page)}/Functions/{number}"})
        region.complete = True
    except (ClientError, BotoCoreError) as error:
        region.skipped.append({"what": f"functions in {region.name}", "why": why(error)})
    return region


def chosen(regions, hint):
    """The functions a hint names: exactly, else in part."""
    everything = [function for region in regions for function in region.functions]
    exact = [f for f in everything if hint in (f["FunctionName"].lower(), f["FunctionArn"].lower())]
    return exact or [f for f in everything if hint in f["FunctionName"].lower()]


def count(region, start, end, cloudwatch):
    """What CloudWatch counted for the functions of a region, all of it in as few requests as it takes."""
    names = [function["FunctionName"] for function in region.functions]
    wanted = [(name, key) for name in names for key in METRICS]
    period = period_of(start, (end - start).total_seconds() / POINTS)
    for first in range(0, len(wanted), METRICS_A_CALL):
        queries = []
        for number, (name, key) in enumerate(wanted[first : first + METRICS_A_CALL], first):
            metric, statistic = METRICS[key]
            dimensions = [{"Name": "FunctionName", "Value": name}]
            measured = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
            queries.append(
                {"Id": f"m{number}", "MetricStat": {"Metric": measured, "Period": period, "Stat": statistic}}
            )
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end
        )
        try:
            for page in pages:
                for number, result in enumerate(page["MetricDataResults"]):
                    name, key = wanted[int(result["Id"][1:])]
                    series = region.counts.setdefault(name, {}).setdefault(key, {"points": [], "at": ""})
                    series["points"] += zip(result["Timestamps"], result["Values"], strict=True)
                    series["at"] = series["at"] or f"{pointer(page)}/MetricDataResults/{number}"
        except (ClientError, BotoCoreError) as error:
            region.skipped.append({"what": f"metrics of functions in {region.name}", "why": why(error)})
            return
    for series in (s for one in region.counts.values() for s in one.values()):
        series["points"].sort(key=lambda point: point[0])


class Judged:
    """One function: what was counted, and what is said of it."""

    def __init__(self, region, function):
        self.region, self.name, self.arn = region, function["FunctionName"], function["FunctionArn"]
        self.settings, self.at = function, function["at"]
        self.counts = region.counts.get(self.name, {})
        self.invocations, self.errors, self.throttles = (
            int(sum(value for _, value in self.points(key))) for key in ("invocations", "errors", "throttles")
        )
        self.share = self.errors / max(self.invocations, self.errors, 1)
        self.longest = max((value for _, value in self.points("longest")), default=0) / 1000
        self.causes = []

    def points(self, key):
        return self.counts.get(key, {"points": []})["points"]

    def timed_out(self):
        """How many errors may be due to the timeout: of a point no more than took so long, by its mean duration."""
        limit, most = 1000 * self.settings["Timeout"], 0
        errors, runs, means = (dict(self.points(key)) for key in ("errors", "invocations", "mean"))
        for when, longest in self.points("longest"):
            if longest >= NEARLY_ALL * limit:
                slow = math.ceil(runs.get(when, 0) * means.get(when, limit) / limit)
                most += min(errors.get(when, 0), max(slow, 1))
        return int(most)

    def proofs(self, *keys):
        return [self.counts[key]["at"] for key in keys if key in self.counts]

    def began(self, key):
        """When a metric first left zero, after at least one point at which it had not."""
        marked = [(when, value > 0) for when, value in self.points("invocations" if key == "longest" else key)]
        first = next((when for when, counted in marked if counted), None)
        return first.strftime("%Y-%m-%d %H:%M UTC") if first else ""

    def say(self, kind, severity, text, proofs, fix):
        self.causes.append(kind)
        title = f"Function {self.name} in {self.region.name} {text}"
        evidence = [proof for proof in proofs if proof]
        finding = {"id": kind, "title": title, "severity": severity, "resource": self.arn, "evidence": evidence}
        self.region.findings.append({**finding, "fix": fix})

    def fix(self, operation, **options):
        return command(self.region.name, f"lambda {operation}", function_name=self.name, **options)


def judge(region, function, asked_for):
    one = Judged(region, function)
    if one.errors:
        judge_errors(one)
    elif one.longest >= NEAR * one.settings["Timeout"]:
        timeout = one.settings["Timeout"]
        text = f"takes up to {one.longest:.1f} s of the {timeout} s it may; the next slow answer ends it"
        fix = one.fix("update-function-configuration", timeout=min(2 * timeout, LONGEST_TIMEOUT))
        one.say("lambda-timeout-near", "low", text, [*one.proofs("longest"), f"{one.at}/Timeout"], fix)
    if one.throttles or asked_for:
        judge_concurrency(one)
    if one.errors or asked_for:
        judge_state(one)
    return one


def judge_errors(one):
    share = one.share
    timeout, region = one.settings["Timeout"], one.region
    severity = "high" if share >= OFTEN else "medium"
    counted = f"{one.errors} of {many(max(one.invocations, one.errors), 'invocation')}"
    proofs = one.proofs("errors", "invocations")
    log_group = one.settings.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{one.name}"
    look = command(region.name, f"logs tail {shlex.quote(log_group)}", since="1d", filter_pattern="ERROR")
    late = one.timed_out()
    if 2 * late > one.errors:
        text = f"runs into its timeout of {timeout} s (longest {one.longest:.1f} s); "
        if late == one.errors:
            text += f"{counted} failed since {one.began('errors')}"
        else:
            text += f"of {counted} that failed since {one.began('errors')} at most {late} did so by it"
        fix = one.fix("update-function-configuration", timeout=min(3 * timeout, LONGEST_TIMEOUT))
        if timeout == LONGEST_TIMEOUT:
            fix = f"The timeout cannot be longer: divide the work. What took so long: {look}"
        one.say("lambda-function-timeout", severity, text, [*one.proofs("longest"), f"{one.at}/Timeout", *proofs], fix)
        if one.settings.get("VpcConfig", {}).get("VpcId"):
            where = {"function": one.name, "regions": [region.name]}
            region.leads.append({"template": "lambda_vpc_egress", "variables": where})
    else:
        changed = one.settings.get("LastModified", "")[:16].replace("T", " ")
        text = f"failed in {counted} ({share:.0%}) since {one.began('errors')}; it was last changed {changed} UTC"
        if late:
            text += f"; at most {late} of them ran into its timeout of {timeout} s"
        one.say("lambda-function-errors", severity, text, [*proofs, f"{one.at}/LastModified"], look)


def judge_concurrency(one):
    """Why a function was, or would be, throttled."""
    region = one.region
    limits, at = attempt(
        region.skipped,
        f"reserved concurrency of {one.name}",
        lambda: region.api.get_function_concurrency(FunctionName=one.name),
    )
    reserved = limits.get("ReservedConcurrentExecutions") if limits else None
    proofs = [*one.proofs("throttles", "at_once"), at]
    share = one.throttles / max(one.invocations + one.throttles, 1)
    severity = "high" if share >= OFTEN else "medium"
    beside = f"{many(one.throttles, 'time')} beside {many(one.invocations, 'invocation')}"
    turned = f"was throttled {beside} since {one.began('throttles')}"
    if reserved == 0:
        text = f"never runs: its reserved concurrency is 0; it was throttled {many(one.throttles, 'time')}"
        one.say("lambda-function-stopped", "high", text, proofs, one.fix("delete-function-concurrency"))
    elif one.throttles and reserved is not None:
        text = f"{turned}: its reserved concurrency is {reserved}"
        fix = one.fix("put-function-concurrency", reserved_concurrent_executions=max(2 * reserved, 10))
        one.say("lambda-function-throttled", severity, text, proofs, fix)
    elif one.throttles:
        judge_account(one, f"{turned}: it has no concurrency of its own", severity, proofs)


def judge_account(one, text, severity, proofs):
    region = one.region
    if region.account is None:
        what = f"Lambda limits in {region.name}"
        region.account, region.account_at = attempt(region.skipped, what, region.api.get_account_settings)
    limit = (region.account or {}).get("AccountLimit", {})
    if limit:
        text += (
            f" and shares {limit['UnreservedConcurrentExecutions']} of the account's {limit['ConcurrentExecutions']}"
            " with all others"
        )
        proofs = [*proofs, f"{region.account_at}/AccountLimit"]
    quota = {"service_code": "lambda", "quota_code": "L-B99A9384", "desired_value": 1000}
    fix = command(region.name, "service-quotas request-service-quota-increase", **quota)
    if limit.get("ConcurrentExecutions", 0) >= quota["desired_value"]:
        fix = one.fix("put-function-concurrency", reserved_concurrent_executions=100)
    one.say("lambda-function-throttled", severity, text, proofs, fix)


def judge_state(one):
    """A function that cannot run at all says so in its own settings; a listing leaves that out."""
    region = one.region
    settings, at = attempt(
        region.skipped,
        f"state of {one.name}",
        lambda: region.api.get_function_configuration(FunctionName=one.name),
    )
    for state, reason in (("State", "StateReason"), ("LastUpdateStatus", "LastUpdateStatusReason")):
        if settings and settings.get(state) == "Failed":
            text = f"cannot be used: its {state} is Failed ({settings.get(reason) or 'no reason given'})"
            fix = one.fix("get-function-configuration") + "  # then mend what it names, and update the function again"
            one.say("lambda-function-unusable", "high", text, [f"{at}/{state}", f"{at}/{reason}"], fix)


def explain(region, names, asked_for, start, end, cloudwatch):
    region.functions = [f for f in region.functions if f["FunctionArn"] in names]
    count(region, start, end, cloudwatch)
    return [judge(region, function, asked_for) for function in region.functions]


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


def summarise(judged, findings, looked, start, end):
    troubled = [one for one in judged if one.causes]
    told = "; ".join(f"{one.name}: {', '.join(one.causes)}" for one in troubled[:5])
    window = f"between {start:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} UTC"
    whole = f"{many(len(judged), 'function')} in {many(len(looked), 'region')}"
    summary = f"None of {whole} failed, timed out or was throttled {window}."
    if troubled:
        summary = f"{len(troubled)} of {whole} had trouble {window} ({told})."
    if findings:
        summary += f" First: {findings[0]['title']}."
    return summary


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
    hint, skipped = (variables.get("function") or "").strip().lower(), []
    names = variables.get("regions") or ["*"]
    if "*" in names:
        names = find_regions(home, skipped)
    with ThreadPoolExecutor(8) as pool:  # clients are made one by one, which boto3 asks for
        regions = [task.result() for task in [pool.submit(find, Region(name)) for name in names]]
    looked = [region for region in regions if region.complete]
    if not looked:
        sys.exit(f"No region could be looked at: {'; '.join(g['why'] for r in regions for g in r.skipped)}")
    functions = chosen(looked, hint)
    asked_for = bool(hint and functions)
    if hint and not functions:
        skipped.append({"what": f"function {hint}", "why": "no function has that name, so all were checked"})
        functions = chosen(looked, "")
    arns = {function["FunctionArn"] for function in functions}
    with ThreadPoolExecutor(8) as pool:
        running = []
        for region in looked:
            if any(function["FunctionArn"] in arns for function in region.functions):
                cloudwatch = boto3.client("cloudwatch", region_name=region.name, config=CONFIG)
                running.append(pool.submit(explain, region, arns, asked_for, start, end, cloudwatch))
        judged = [one for task in running for one in task.result()]
    skipped += [gap for region in regions for gap in region.skipped]

    findings = sorted((f for r in looked for f in r.findings), key=lambda f: (ORDER.index(f["severity"]), f["title"]))
    facts, resources, leads = [], [], [lead for region in looked for lead in region.leads]
    for one in sorted(judged, key=lambda one: -one.errors):
        fact = {"name": one.name, "arn": one.arn, "region": one.region.name, "timeout": one.settings["Timeout"]}
        fact |= {"memory": one.settings.get("MemorySize"), "invocations": one.invocations, "errors": one.errors}
        fact |= {
            "throttles": one.throttles,
            "error_percent": round(100 * one.share),
            "at_most_timed_out": one.timed_out(),
            "longest_seconds": round(one.longest, 3),
            "causes": one.causes,
        }
        facts.append(fact)
        resources.append({"arn": one.arn, "type": "lambda:function", "region": one.region.name, "summary": fact})
        if one.errors and len(leads) < 5:
            asked = {"function": one.name, "regions": [one.region.name]}
            asked |= {key: variables[key] for key in ("start", "end") if variables.get(key)}
            leads.append({"template": "lambda_error_logs", "variables": asked})
    summary = summarise(judged, findings, looked, start, end)
    gaps = unseen(skipped, findings)
    document = {
        "facts": {
            "summary": doubt(gaps) if gaps else summary,
            "undecided": bool(gaps),
            "unseen": gaps,
            "window": [start.isoformat(), end.isoformat()],
            "functions": facts,
        },
        "findings": findings,
        "resources": resources,
        "coverage": {"regions": [region.name for region in looked], "skipped": skipped, "truncated": []},
        "next": leads,
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
