"""Which alarms are in ALARM or have no data, and what their metric did around the moment they changed.

Reads JSON from standard input: {"regions": ["*"], "alarm": "name, ARN or part of a name", "start": ISO 8601, "end": the
same}. With a start, alarms that fired since then and are OK again are told too. Needs boto3 and read access, no more.
"""

import json
import re
import shlex
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
NOW = datetime.now(UTC)
MOST_ALARMS = 200  # whose metrics are read; the last to change come first
MOST_POINTS = 500  # of a metric in one answer; a longer time is read at both its ends
# For how long CloudWatch keeps datapoints of a period up to so many seconds.
KEPT = [(59, timedelta(hours=3)), (299, timedelta(days=15)), (3599, timedelta(days=63)), (10**9, timedelta(days=455))]
COMPARISONS = {
    "GreaterThanThreshold": ("above", lambda value, limit: value > limit),
    "GreaterThanOrEqualToThreshold": ("at or above", lambda value, limit: value >= limit),
    "LessThanThreshold": ("below", lambda value, limit: value < limit),
    "LessThanOrEqualToThreshold": ("at or below", lambda value, limit: value <= limit),
}
# Metrics that are sent only when something happens: their silence is no fault of what they watch.
ONLY_EVENTS = re.compile(r"Error|Fault|5XX|4XX|5xx|4xx|Throttle|Reject|Fail|Dropped|DeadLetter|Invocations")
CHILDREN = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s)]+))\s*\)""")
NEXT = {
    "AWS/ApplicationELB": ("elb_unhealthy_targets", "balancer", "LoadBalancer"),
    "AWS/NetworkELB": ("elb_unhealthy_targets", "balancer", "LoadBalancer"),
    "AWS/RDS": ("rds_unreachable", "database", "DBInstanceIdentifier"),
    "AWS/ECS": ("ecs_not_starting", "service", "ServiceName"),
}


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        off = code in ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if off else code
    return type(error).__name__


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def at(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def ago(moment):
    minutes = int((NOW - moment).total_seconds() // 60)
    for size, unit in ((1440, "days"), (60, "hours")):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"


def number(value):
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


def list_alarms(cloudwatch, region, start, end):
    """A region's alarms with their proofs, when each fired since ``start``, and what could not be read."""
    both = ["MetricAlarm", "CompositeAlarm"]
    alarms, fired, skipped = [], {}, []
    try:
        for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=both):
            for kind in ("MetricAlarms", "CompositeAlarms"):
                for n, alarm in enumerate(page.get(kind, [])):
                    alarms.append(alarm | {"region": region, "proof": f"{pointer(page)}/{kind}/{n}"})
    except (ClientError, BotoCoreError) as error:
        return [], {}, [{"what": f"alarms in {region}", "why": why(error)}], False
    if start and alarms:
        asked = {"AlarmTypes": both, "HistoryItemType": "StateUpdate", "StartDate": start, "EndDate": end}
        try:
            for page in cloudwatch.get_paginator("describe_alarm_history").paginate(**asked):
                for n, item in enumerate(page["AlarmHistoryItems"]):
                    if item.get("HistorySummary", "").endswith("to ALARM"):
                        proof = f"{pointer(page)}/AlarmHistoryItems/{n}"
                        fired.setdefault(item["AlarmName"], []).append((item["Timestamp"], proof))
        except (ClientError, BotoCoreError) as error:
            skipped.append({"what": f"what alarms in {region} did since {at(start)}", "why": why(error)})
    return alarms, fired, skipped, True


def changed(alarm):
    return alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]


def is_scaling(alarm):
    """Whether it steers auto scaling: then being in ALARM is its work, not a fault."""
    actions = alarm.get("AlarmActions", [])
    scaling = [a for a in actions if ":autoscaling:" in a and ":scalingPolicy:" in a]
    return bool(scaling) and len(scaling) == len(actions)


def is_new(alarm):
    """Whether it was made too recently to have judged anything."""
    patience = timedelta(seconds=max(300, span(alarm) + 2 * period_of(alarm)))
    unchecked = alarm.get("StateReason", "").startswith("Unchecked")
    return unchecked and NOW - alarm["AlarmConfigurationUpdatedTimestamp"] < patience


def period_of(alarm):
    periods = [q.get("Period") or q.get("MetricStat", {}).get("Period") for q in alarm.get("Metrics", [])]
    return alarm.get("Period") or max((p for p in periods if p), default=60)


def span(alarm):
    return period_of(alarm) * alarm.get("EvaluationPeriods", 1)


def queries_of(alarm):
    """What GetMetricData is asked, so that it gives what the alarm judges."""
    if alarm.get("Metrics"):
        fields = ("Id", "MetricStat", "Expression", "Label", "ReturnData", "Period", "AccountId")
        return [{key: query[key] for key in fields if key in query} for query in alarm["Metrics"]]
    metric = {key: alarm[key] for key in ("Namespace", "MetricName") if key in alarm}
    metric["Dimensions"] = alarm.get("Dimensions", [])
    stat = {"Metric": metric, "Period": alarm["Period"]}
    stat["Stat"] = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    if alarm.get("Unit"):
        stat["Unit"] = alarm["Unit"]
    return [{"Id": "judged", "MetricStat": stat}]


def spans_to_read(alarm, moment):
    """From when to when to read: around the change and up to now, in two parts where that would be long."""
    period = timedelta(seconds=period_of(alarm))
    before = max(timedelta(seconds=span(alarm)) + 10 * period, timedelta(minutes=30))
    after = max(5 * period, timedelta(minutes=15))
    kept = next(age for longest, age in KEPT if period_of(alarm) <= longest)
    latest = (NOW - before, NOW + period)
    if moment - before < NOW - kept:
        return [latest], False
    if (NOW - moment) / period < MOST_POINTS:
        return [(moment - before, NOW + period)], True
    return [(moment - before, moment + after), latest], True


def read_metric(cloudwatch, alarm, moment):
    """The points of what an alarm judges, oldest first; whether those around ``moment`` are among them; proofs."""
    parts, covers = spans_to_read(alarm, moment)
    points, proofs, failed = {}, [], ""
    for start, end in parts:
        asked = {"MetricDataQueries": queries_of(alarm), "StartTime": start, "EndTime": end}
        for page in cloudwatch.get_paginator("get_metric_data").paginate(**asked):
            series = [
                (n, s) for n, s in enumerate(page["MetricDataResults"]) if s["Id"] != alarm.get("ThresholdMetricId")
            ]
            for n, result in series[:1]:
                if result.get("StatusCode") in ("InternalError", "Forbidden"):
                    failed = "; ".join(m["Value"] for m in result.get("Messages", [])) or result["StatusCode"]
                points |= dict(zip(result["Timestamps"], result["Values"], strict=True))
                proofs.append(f"{pointer(page)}/MetricDataResults/{n}")
    return sorted(points.items()), covers, proofs, failed


def find_metric(cloudwatch, alarm):
    """For an alarm without data: which dimensions its metric has been sent with in the last two weeks."""
    named = {"Namespace": alarm["Namespace"], "MetricName": alarm["MetricName"]}
    sets, proof = [], ""
    for page in cloudwatch.get_paginator("list_metrics").paginate(**named, PaginationConfig={"MaxItems": 2000}):
        proof = proof or f"{pointer(page)}/Metrics"
        sets += [{d["Name"]: d["Value"] for d in metric["Dimensions"]} for metric in page["Metrics"]]
    return sets, proof


def look_closer(cloudwatch, alarm, moment):
    seen = {"points": [], "covers": False, "proofs": [], "sets": None, "skipped": []}
    if "AlarmRule" in alarm:
        return seen
    name = f"{alarm['AlarmName']} in {alarm['region']}"
    try:
        seen["points"], seen["covers"], seen["proofs"], failed = read_metric(cloudwatch, alarm, moment)
        if failed:
            seen["skipped"].append({"what": f"metric of alarm {name}", "why": failed})
    except (ClientError, BotoCoreError) as error:
        seen["skipped"].append({"what": f"metric of alarm {name}", "why": why(error)})
        return seen
    if alarm["StateValue"] == "INSUFFICIENT_DATA" and not seen["points"] and alarm.get("MetricName"):
        try:
            seen["sets"], proof = find_metric(cloudwatch, alarm)
            seen["proofs"].append(proof)
        except (ClientError, BotoCoreError) as error:
            seen["skipped"].append({"what": f"whether the metric of alarm {name} exists", "why": why(error)})
    return seen


def course_of(alarm, points, moment):
    """What the metric did: before the change, at it, since; ``None`` for what there are no points for."""
    word, breaches = COMPARISONS.get(alarm.get("ComparisonOperator"), ("", None))
    limit = alarm.get("Threshold")
    judged = moment - timedelta(seconds=span(alarm) + period_of(alarm))
    around = [p for p in points if judged <= p[0] <= moment]
    course = {"limit": limit, "side": word, "latest": points[-1] if points else None, "points": len(points)}
    course |= {"crossed": None, "before": None, "extreme": None, "still": None}
    if breaches is None or limit is None or not points:
        return course
    crossed = [p for p in around if breaches(p[1], limit)]
    if crossed:  # back to the first of the unbroken row of breaches that led to the change
        row = [p for p in points if p[0] <= crossed[0][0]]
        while row and breaches(row[-1][1], limit):
            course["crossed"] = row.pop()
        calm = [value for _, value in row]
        course["before"] = statistics.median(calm) if calm else None
        beyond = [p for p in points if p[0] >= course["crossed"][0] and breaches(p[1], limit)]
        course["extreme"] = (max if "above" in word else min)(beyond, key=lambda p: p[1])
        near = row and abs(row[-1][1] - course["before"]) <= abs(limit - course["before"]) / 2
        course["how"] = "jumped" if near else "crept" if row else "was already"
    fresh = NOW - points[-1][0] <= timedelta(seconds=max(600, 3 * period_of(alarm)))
    course["still"] = breaches(points[-1][1], limit) if fresh else None
    course["fresh"] = fresh
    return course


def metric_name(alarm):
    if not alarm.get("MetricName"):
        shown = [q for q in alarm.get("Metrics", []) if q.get("ReturnData", True)] or [{}]
        return f"the expression {shown[0].get('Expression', '')}".strip()
    where = ", ".join(f"{d['Name']}={d['Value']}" for d in alarm.get("Dimensions", []))
    return f"{alarm['Namespace']} {alarm['MetricName']}" + (f" ({where})" if where else "")


def tell_course(alarm, course):
    if not course["crossed"]:
        return ""
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or ""
    before = f" from about {number(course['before'])}" if course["before"] is not None else ""
    moved = {"jumped": f"jumped{before} to", "crept": f"drifted{before} to", "was already": "was already at"}
    said = f"{stat} of {metric_name(alarm)}".removeprefix(" of ")
    said += f" {moved[course['how']]} {number(course['crossed'][1])} at {at(course['crossed'][0])}"
    said += (
        f", {course['side']} the threshold {number(course['limit'])}; its extreme was {number(course['extreme'][1])}"
    )
    if course["still"] is not None:
        now = f"{number(course['latest'][1])} at {at(course['latest'][0])}"
        said += f"; it is still there ({now})" if course["still"] else f"; it is back within it ({now})"
    return said


def remarks_on(alarm):
    actions = alarm.get("AlarmActions", [])
    if not alarm.get("ActionsEnabled", True):
        return "; its actions are disabled, so nobody was told" if actions else "; it has no action and tells nobody"
    if alarm.get("ActionsSuppressedBy"):
        return f"; its actions are held back ({alarm['ActionsSuppressedBy']})"
    return "" if actions else "; it has no action, so nobody was told"


def judge_alarm(alarm, seen, children):
    """Kind, severity, sentence and fix of an alarm that is in ALARM."""
    moment, reason = changed(alarm), alarm.get("StateReason", "")
    since = f"is in ALARM since {at(moment)} ({ago(moment)})"
    region, name = alarm["region"], shlex.quote(alarm["AlarmName"])
    if "AlarmRule" in alarm:
        causes = [c["AlarmName"] for c in children if c["StateValue"] == "ALARM"]
        because = f"because of {', '.join(causes[:5])}" if causes else f"by its rule {alarm['AlarmRule'][:200]}"
        return "cloudwatch-alarm-firing", "high", f"{since} {because}", "Repair what the alarms of its rule watch."
    course = seen["course"]
    missing = alarm.get("TreatMissingData") == "breaching"
    if missing and not course["crossed"] and ("no datapoint" in reason or (seen["covers"] and not course.get("fresh"))):
        last = f"its last value came at {at(course['latest'][0])}" if course["latest"] else "no value was found"
        said = f"{since} because {metric_name(alarm)} stopped: {last}, and missing data counts as breaching"
        fix = f"Find out why the metric stopped. If silence is normal: set TreatMissingData of {name} to notBreaching."
        return "cloudwatch-alarm-missing-data", "high", said, fix
    if course["crossed"]:
        kind = "medium" if course["still"] is False else "high"
        fix = "Repair what the metric watches"
        if course["still"] is False:
            fix = f"It returns to OK by itself: aws cloudwatch describe-alarms --region {region} --alarm-names {name}"
        return "cloudwatch-alarm-firing", kind, f"{since}: {tell_course(alarm, course)}", fix
    if seen["covers"] and course["points"] and course["side"] and not reason.startswith("Threshold Crossed"):
        said = (
            f"{since}, though {metric_name(alarm)} never was {course['side']} {number(course['limit'])}: {reason[:150]}"
        )
        fix = f"aws cloudwatch set-alarm-state --region {region} --alarm-name {name}"
        fix = f"Somebody set this state by hand: {fix} --state-value OK --state-reason checked"
        return "cloudwatch-alarm-set-by-hand", "medium", said, fix
    return "cloudwatch-alarm-firing", "high", f"{since}: {reason[:300]}", "Repair what the metric watches."


def judge_silence(alarm, seen):
    """The same of an alarm that has not enough data."""
    own = {d["Name"]: d["Value"] for d in alarm.get("Dimensions", [])}
    since = f"has had no data to judge since {at(changed(alarm))} ({ago(changed(alarm))})"
    what, name, region = metric_name(alarm), alarm["AlarmName"], alarm["region"]
    eventful = ONLY_EVENTS.search(alarm.get("MetricName", ""))
    wider = [one for one in seen["sets"] or [] if own.items() <= one.items()]
    others = wider or ([] if eventful else seen["sets"])
    if seen["points"]:
        said = f"{since}: {what} came last at {at(seen['points'][-1][0])}"
    elif seen["sets"] is not None and own not in seen["sets"] and (others or not eventful):
        where = ", ".join(f"{key}={value}" for key, value in others[0].items()) if others else ""
        sent = f"it is sent with {where or 'no dimensions'}" if others else "none of that name was sent in two weeks"
        fix = f"aws cloudwatch delete-alarms --region {region} --alarm-names {shlex.quote(name)}"
        fix = f"Give alarm {name} the dimensions its metric is sent with, or delete it: {fix}"
        return "cloudwatch-alarm-no-metric", "medium", f"{since}: {what} does not exist; {sent}", fix
    else:
        said = f"{since}: {what} sent nothing lately"
    if eventful:
        fix = f"Set TreatMissingData of {name} to notBreaching, so that silence is OK."
        return "cloudwatch-alarm-no-data", "info", f"{said}; it is sent only when something happens", fix
    return (
        "cloudwatch-alarm-no-data",
        "medium",
        said,
        "Find out why the metric stopped: is what sends it still running?",
    )


def suggest(alarm):
    """Where to look for the cause, by what the alarm watches."""
    template, variable, dimension = NEXT.get(alarm.get("Namespace"), ("", "", ""))
    value = {d["Name"]: d["Value"] for d in alarm.get("Dimensions", [])}.get(dimension)
    if not value:
        return []
    value = value.split("/")[1] if value.count("/") > 1 else value  # app/name/id of a load balancer
    return [{"template": template, "variables": {variable: value, "regions": [alarm["region"]]}}]


def choose(alarms, hint, skipped):
    """The alarms a hint names, those it is part of, or else all."""
    exact = [a for a in alarms if hint in (a["AlarmName"], a["AlarmArn"])]
    words = [w for w in re.split(r"[\s_-]+", hint.lower()) if w]
    named = exact or [a for a in alarms if all(word in a["AlarmName"].lower() for word in words)]
    if hint and not named:
        skipped.append({"what": f"alarm {hint}", "why": "no alarm has that name, so all were checked"})
    return named or alarms


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
    return f"No alarm that could be read is in ALARM, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home, skipped, truncated = boto3.session.Session().region_name or "us-east-1", [], []
    start = datetime.fromisoformat(variables["start"]) if variables.get("start") else None
    end = datetime.fromisoformat(variables["end"]) if variables.get("end") else NOW
    regions = variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)
    clients, running = {}, {}
    with ThreadPoolExecutor(16) as pool:
        for region in regions:  # clients are made one by one, which boto3 asks for, while the first are at work
            clients[region] = boto3.client("cloudwatch", region_name=region, config=CONFIG)
            running[region] = pool.submit(list_alarms, clients[region], region, start, end)
        results = {region: task.result() for region, task in running.items()}
        looked = sorted(region for region, result in results.items() if result[3])
        skipped += [gap for _, _, missed, _ in results.values() for gap in missed]
        if not looked:
            sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")
        listed = choose([a for result in results.values() for a in result[0]], variables.get("alarm") or "", skipped)
        fired = {(r, name): moments for r, result in results.items() for name, moments in result[1].items()}
        by_name = {
            (a["region"], key): a
            for result in results.values()
            for a in result[0]
            for key in (a["AlarmName"], a["AlarmArn"])
        }
        scaling = [a for a in listed if is_scaling(a) and a["StateValue"] == "ALARM"]
        new = [a for a in listed if a["StateValue"] == "INSUFFICIENT_DATA" and is_new(a)]
        wanted = [
            a
            for a in listed
            if (a["StateValue"] in ("ALARM", "INSUFFICIENT_DATA") or (a["region"], a["AlarmName"]) in fired)
            and a not in scaling
            and a not in new
            and not is_scaling(a)
        ]
        wanted.sort(key=lambda a: (a["StateValue"] != "ALARM", -changed(a).timestamp()))
        if len(wanted) > MOST_ALARMS:
            truncated.append(f"metrics of {len(wanted) - MOST_ALARMS} alarms that changed longest ago")
        wanted = wanted[:MOST_ALARMS]

        def moment_of(a):
            past = fired.get((a["region"], a["AlarmName"]))
            return max(moment for moment, _ in past) if past and a["StateValue"] != "ALARM" else changed(a)

        closer = list(pool.map(lambda a: look_closer(clients[a["region"]], a, moment_of(a)), wanted))

    findings, told, following = [], [], []
    for alarm, seen in zip(wanted, closer, strict=True):
        skipped += seen["skipped"]
        name, state = alarm["AlarmName"], alarm["StateValue"]
        seen["course"] = course_of(alarm, seen["points"], moment_of(alarm))
        names = [next(filter(None, found)) for found in CHILDREN.findall(alarm.get("AlarmRule", ""))]
        children = [by_name[alarm["region"], child] for child in names if (alarm["region"], child) in by_name]
        past = fired.get((alarm["region"], name), [])
        if state == "ALARM":
            kind, severity, said, fix = judge_alarm(alarm, seen, children)
        elif past:
            moments = ", ".join(at(moment) for moment, _ in sorted(past)[-3:])
            story = tell_course(alarm, seen["course"])
            kind, severity, fix = "cloudwatch-alarm-fired", "low", "Repair what the metric watches, if it comes again."
            said = f"fired {many(len(past), 'time')}, last at {moments}, and is {state} now" + (
                f": {story}" if story else ""
            )
        else:
            kind, severity, said, fix = judge_silence(alarm, seen)
        proofs = [alarm["proof"], *(proof for _, proof in past[:3]), *seen["proofs"]]
        proofs += [c["proof"] for c in children if c["StateValue"] == "ALARM"][:5]
        title = f"Alarm {name} {said}" + (remarks_on(alarm) if state == "ALARM" else "")
        findings.append(
            {
                "id": kind,
                "title": title[:1000],
                "severity": severity,
                "resource": alarm["AlarmArn"],
                "evidence": proofs,
                "fix": fix,
            }
        )
        course = {k: [at(v[0]), v[1]] if isinstance(v, tuple) else v for k, v in seen["course"].items()}
        told.append(
            {
                "alarm": name,
                "region": alarm["region"],
                "state": state,
                "since": at(changed(alarm)),
                "said": said,
                "fired": len(past),
                "metric": metric_name(alarm),
                "course": course,
            }
        )
        following += suggest(alarm) if state == "ALARM" else []

    order = ["critical", "high", "medium", "low", "info"]
    findings.sort(key=lambda finding: order.index(finding["severity"]))
    resources = [
        {
            "arn": a["AlarmArn"],
            "type": "cloudwatch:alarm",
            "region": a["region"],
            "summary": {"name": a["AlarmName"], "state": a["StateValue"], "since": at(changed(a))},
        }
        for a in listed
    ]
    in_alarm = [t for t in told if t["state"] == "ALARM"]
    silent = [t for t in told if t["state"] == "INSUFFICIENT_DATA"]
    mute = [a["AlarmName"] for a in listed if not a.get("ActionsEnabled", True)]

    def said_of(some):
        return f" ({', '.join(t['alarm'] for t in some[:8])}{', …' if len(some) > 8 else ''})" if some else ""

    again = [t for t in told if t["state"] == "OK"]
    whole = f"{many(len(listed), 'alarm')} in {many(len(looked), 'region')}"
    summary = f"Of {whole} {len(in_alarm)} are in ALARM{said_of(in_alarm)}"
    summary += f", {len(silent)} have too little data{said_of(silent)}"
    summary += f", {len(again)} fired since {at(start)} and are OK again{said_of(again)}" if start else ""
    failed = (
        f"; {many(len(regions) - len(looked), 'region')} could not be looked at" if len(looked) < len(regions) else ""
    )
    gaps = unseen(skipped, findings)
    facts = {
        "summary": doubt(gaps) if gaps else f"{summary}{failed}.",
        "undecided": bool(gaps),
        "unseen": gaps,
        "alarms_checked": len(listed),
        "in_alarm": len(in_alarm),
        "insufficient_data": len(silent),
        "alarms": told,
        "scaling_alarms": [a["AlarmName"] for a in scaling],
        "new_alarms": [a["AlarmName"] for a in new],
        "actions_disabled": mute,
    }
    unique = list({json.dumps(one, sort_keys=True): one for one in following}.values())
    coverage = {"regions": looked, "skipped": skipped, "truncated": truncated}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": unique[:5]},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
