"""Which service quotas are nearly used up.

Reads JSON from standard input: {"regions": ["eu-west-1"] or ["*"], "threshold": 80, "services": ["ec2", "vpc", …]};
all of them may be left out. Use is read from the metric AWS keeps for a quota, else counted. Needs boto3 and read
access, no more.
"""

import json
import math
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Service Quotas answers few calls a second, so throttling is met with patience.
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=16, connect_timeout=10)
ORDER = ["critical", "high", "medium", "low", "info"]
NOW = datetime.now(UTC)
SERVICES = ["ec2", "vpc", "ebs", "lambda", "elasticloadbalancing", "rds", "dynamodb", "s3", "iam"]
GLOBAL = {"iam", "s3", "route53", "cloudfront"}  # their quotas are kept in us-east-1

# Quotas that are counted where AWS keeps no metric of their use.
VPCS, GROUPS, ADDRESSES, CPUS = "L-F678F1CE", "L-E79EC296", "L-0263D0A3", "L-1216C47A"
CONCURRENCY, BUCKETS = "L-B99A9384", "L-DC2B2D3D"
# Families of the standard instances; Inf, DL, Trn, HPC, Mac and the like begin with the same letters.
STANDARD_FAMILIES = {"a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"}
WINDOW_HOURS = 24
# IAM tells use and limit together. Its quota of users cannot be raised.
IAM_QUOTAS = {
    "Roles": ("L-FE177D64", "Roles per account", True), "Users": ("L-F55AF5E4", "Users per account", False),
    "Groups": ("L-F4A5425F", "Groups per account", True),
    "Policies": ("L-E95E4862", "Customer managed policies per account", True),
    "InstanceProfiles": ("L-6E65F664", "Instance profiles per account", True),
}  # fmt: skip


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def list_quotas(quotas, service):
    """The applied quotas of a service, each with where it stands on record."""
    for page in quotas.get_paginator("list_service_quotas").paginate(ServiceCode=service):
        for number, quota in enumerate(page["Quotas"]):
            yield {**quota, "proof": f"{pointer(page)}/Quotas/{number}/Value"}


def metric_of(quota):
    """The metric that tells how much of a quota is used; None for rates and for what has none."""
    metric = quota.get("UsageMetric") or {}
    if quota["QuotaCode"] == CONCURRENCY and not metric.get("MetricName"):
        metric = {"MetricNamespace": "AWS/Lambda", "MetricName": "ConcurrentExecutions", "MetricDimensions": {}}
    if not metric.get("MetricName") or quota.get("Period"):
        return None
    dimensions = [{"Name": name, "Value": value} for name, value in metric.get("MetricDimensions", {}).items()]
    named = {
        "Namespace": metric["MetricNamespace"], "MetricName": metric["MetricName"], "Dimensions": dimensions,
    }  # fmt: skip
    return {"Metric": named, "Period": 3600, "Stat": metric.get("MetricStatisticRecommendation") or "Maximum"}


def measure(cloudwatch, quotas):
    """Put the highest use of the last day beside each quota that has a metric. 500 metrics fit in one call."""
    waiting = [(quota, stat) for quota in quotas if (stat := metric_of(quota))]
    for first in range(0, len(waiting), 500):
        some = waiting[first : first + 500]
        data = [{"Id": f"m{n}", "MetricStat": stat} for n, (_, stat) in enumerate(some)]
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=data, StartTime=NOW - timedelta(hours=WINDOW_HOURS), EndTime=NOW
        )
        for page in pages:
            for number, result in enumerate(page["MetricDataResults"]):
                quota = some[int(result["Id"][1:])][0]
                if result["Values"]:
                    best = max(range(len(result["Values"])), key=lambda n, values=result["Values"]: values[n])
                    used = result["Values"][best]
                    if used >= quota.get("used", 0):
                        at = f"{pointer(page)}/MetricDataResults/{number}/Values/{best}"
                        quota.update(used=used, how=f"highest use in {WINDOW_HOURS} hours", proofs=[at])


def is_standard_on_demand(instance):
    """Whether an instance counts towards the quota: spot and reserved capacity and hosts of one's own have others."""
    family = re.match("[a-z]*", instance["InstanceType"])[0]
    ordinary = not instance.get("InstanceLifecycle") and instance.get("Placement", {}).get("Tenancy") != "host"
    return instance["State"]["Name"] in ("pending", "running") and family in STANDARD_FAMILIES and ordinary


def count(ec2, code):
    """How many there are of what a quota limits, and the answers that say so."""
    if code == VPCS:
        pages = list(ec2.get_paginator("describe_vpcs").paginate())
        return sum(len(page["Vpcs"]) for page in pages), [f"{pointer(page)}/Vpcs" for page in pages]
    if code == GROUPS:
        pages = list(ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 1000}))
        return sum(len(page["SecurityGroups"]) for page in pages), [f"{pointer(page)}/SecurityGroups" for page in pages]
    if code == ADDRESSES:
        answer = ec2.describe_addresses()
        return len(answer["Addresses"]), [f"{pointer(answer)}/Addresses"]
    running = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    pages = list(ec2.get_paginator("describe_instances").paginate(Filters=running))
    instances = [i for page in pages for reservation in page["Reservations"] for i in reservation["Instances"]]
    standard = [i for i in instances if is_standard_on_demand(i)]
    known = [i["CpuOptions"]["CoreCount"] * i["CpuOptions"]["ThreadsPerCore"] for i in standard if i.get("CpuOptions")]
    if len(known) < len(standard):
        return None, []
    return sum(known), [f"{pointer(page)}/Reservations" for page in pages]


class Region:
    """One region: its quotas, how much of them is used, and what could not be asked."""

    def __init__(self, region, services, *, home):
        self.region, self.services, self.home = region, services, home
        self.quotas = boto3.client("service-quotas", region_name=region, config=CONFIG)
        self.cloudwatch = boto3.client("cloudwatch", region_name=region, config=CONFIG)
        self.ec2 = boto3.client("ec2", region_name=region, config=CONFIG)
        self.found, self.gaps = [], []

    def ask(self, what, call):
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            self.gaps.append((what, self.region, why(error)))
            return None

    def inspect(self):
        for service in self.services:
            listed = self.ask(f"quotas of {service}", lambda service=service: list(list_quotas(self.quotas, service)))
            self.found += [{**quota, "service": service} for quota in listed or []]
        self.ask("usage metrics", lambda: measure(self.cloudwatch, self.found))
        for quota in self.found:
            code = quota["QuotaCode"]
            if "used" in quota or code not in (VPCS, GROUPS, ADDRESSES, CPUS):
                continue
            counted = self.ask(f"number behind {quota['QuotaName']}", lambda code=code: count(self.ec2, code))
            if counted and counted[0] is not None:
                quota.update(used=counted[0], how="counted", proofs=counted[1])
        if self.home:
            self.inspect_global()
        return self

    def inspect_global(self):
        if "s3" in self.services:
            s3 = boto3.client("s3", region_name=self.region, config=CONFIG)
            pages = s3.get_paginator("list_buckets")
            for quota in self.found:
                if quota["QuotaCode"] == BUCKETS and "used" not in quota:
                    listed = self.ask("buckets", lambda: list(pages.paginate(PaginationConfig={"PageSize": 1000})))
                    if listed is not None:
                        proofs = [f"{pointer(page)}/Buckets" for page in listed]
                        quota.update(used=sum(len(p["Buckets"]) for p in listed), how="counted", proofs=proofs)

    def default_of(self, quota):
        """What a quota is by default, to tell whether it was raised before; None where that cannot be read."""
        try:
            answer = self.quotas.get_aws_default_service_quota(
                ServiceCode=quota["service"], QuotaCode=quota["QuotaCode"]
            )
        except (ClientError, BotoCoreError) as error:
            self.gaps.append((f"default of {quota['QuotaName']}", self.region, why(error)))
            return None
        return answer["Quota"].get("Value")


def ask_iam(iam, account):
    """What IAM says of its own quotas; they are the same in every region."""
    answer = iam.get_account_summary()
    summary, at = answer["SummaryMap"], f"{pointer(answer)}/SummaryMap"
    return [
        {
            "QuotaCode": code, "QuotaName": name, "Adjustable": adjustable, "service": "iam",
            "Value": summary[f"{kind}Quota"], "used": summary[kind], "how": "counted",
            "proof": f"{at}/{kind}Quota", "proofs": [f"{at}/{kind}"],
            "QuotaArn": f"arn:{iam.meta.partition}:servicequotas::{account}:iam/{code}",
        }
        for kind, (code, name, adjustable) in IAM_QUOTAS.items()
        if kind in summary and f"{kind}Quota" in summary
    ]  # fmt: skip


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        off = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
        return f"{code}: the region is not enabled" if code in off else code
    return type(error).__name__


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
    """One entry for all that failed for the same reason in the same regions."""
    regions_of, joined = {}, {}
    for label, region, reason in gaps:
        regions_of.setdefault((label, reason), []).append(region)
    for (label, reason), where in regions_of.items():
        joined.setdefault((reason, ", ".join(where)), []).append(label)
    return [{"what": f"{', '.join(labels)} in {where}", "why": reason} for (reason, where), labels in joined.items()]


def number(value):
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def judge(quota, region, default):
    """One finding for a quota that is nearly used up."""
    percent, value, code = quota["percent"], quota["Value"], quota["QuotaCode"]
    severity = "high" if percent >= 100 else "medium" if percent >= 90 else "low"
    raised = f", raised from {number(default)}" if default is not None and default < value else ""
    title = (
        f"{quota['QuotaName']} ({quota['service']}) in {region}: {number(quota['used'])} of {number(value)} used, "
        f"{percent:.0f} percent ({quota['how']}{raised})"
    )
    fix = "This quota is fixed: remove what is not needed, or spread over regions or accounts."
    if quota.get("Adjustable"):
        wanted = math.ceil(max(value, quota["used"]) * 1.5)
        place = "us-east-1" if quota["service"] == "iam" else region
        fix = (
            f"aws service-quotas request-service-quota-increase --region {place} --service-code {quota['service']} "
            f"--quota-code {code} --desired-value {wanted}"
        )
    return {
        "id": "service-quota-reached" if percent >= 100 else "service-quota-near", "title": title, "severity": severity,
        "resource": quota["QuotaArn"], "evidence": [*quota["proofs"], quota["proof"]], "fix": fix,
    }  # fmt: skip


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
    return (
        f"No quota is nearly used up of those that could be read, but this could not be: {'; '.join(gaps[:5])}{more}."
    )


def main():
    variables = json.load(sys.stdin)
    home = boto3.session.Session().region_name or "us-east-1"
    services, threshold = variables.get("services") or SERVICES, variables.get("threshold") or 80
    skipped, regions = [], variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)
    keeper = "us-east-1" if "us-east-1" in regions else regions[0]
    caller = boto3.client("sts", region_name=home, config=CONFIG).get_caller_identity()
    iam = boto3.client("iam", region_name=home, config=CONFIG)

    with ThreadPoolExecutor(16) as pool:  # clients are made one by one, while the first are at work
        running = []
        for region in regions:
            here = [s for s in services if s not in GLOBAL or (region == keeper == "us-east-1" and s != "iam")]
            running.append(pool.submit(Region(region, here, home=region == keeper).inspect))
        done = [task.result() for task in running]
        gaps, of_iam = [gap for region in done for gap in region.gaps], []
        found = [({**quota, "region": region.region}, region) for region in done for quota in region.found]
        if "iam" in services:
            try:
                found += [({**quota, "region": "all regions"}, None) for quota in ask_iam(iam, caller["Account"])]
            except (ClientError, BotoCoreError) as error:
                of_iam.append(("quotas of iam", "all regions", why(error)))
        gaps += of_iam
        if "s3" in services and keeper != "us-east-1":
            skipped.append({"what": "quotas of s3", "why": "they are kept in us-east-1, which was not asked for"})

        if not found and gaps:
            sys.exit(f"Nothing could be looked at: {'; '.join(sorted({reason for _, _, reason in gaps}))}")
        compared = [(quota, region) for quota, region in found if "used" in quota and quota["Value"] > 0]
        for quota, _ in compared:
            quota["percent"] = 100 * quota["used"] / quota["Value"]
        near = [(quota, region) for quota, region in compared if quota["percent"] >= threshold]
        defaults = list(pool.map(lambda one: one[1].default_of(one[0]) if one[1] else None, near))
        gaps = [gap for region in done for gap in region.gaps] + of_iam
        skipped += join_gaps(gaps)

    findings = [judge(quota, quota["region"], default) for (quota, _), default in zip(near, defaults, strict=True)]
    findings.sort(key=lambda finding: (ORDER.index(finding["severity"]), finding["resource"]))
    fullest = sorted((quota for quota, _ in near), key=lambda quota: -quota["percent"])
    told = [f"{q['QuotaName']} in {q['region']} ({number(q['used'])} of {number(q['Value'])})" for q in fullest]
    said = [f"None of {many(len(compared), 'quota')} whose use is known is used above {threshold:g} percent"]
    if near:
        more = ", …" if len(told) > 6 else ""
        whole = f"{len(near)} of {many(len(compared), 'quota')} are used above {threshold:g} percent"
        said = [f"{whole}: {', '.join(told[:6])}{more}"]
    if len(found) > len(compared):
        said.append(f"of {len(found) - len(compared)} others the use is not known")
    failed = sorted({gap[1] for gap in gaps})
    if failed:
        said.append(f"not everything could be looked at in {many(len(failed), 'region')}")
    highest = sorted((quota for quota, _ in compared), key=lambda quota: -quota["percent"])[:20]
    missing = unseen(skipped, findings)
    facts = {
        "summary": doubt(missing) if missing else "; ".join(said) + ".",
        "undecided": bool(missing),
        "unseen": missing,
        "threshold_percent": threshold,
        "window_hours": WINDOW_HOURS,
        "quotas_compared": len(compared),
        "use_unknown": len(found) - len(compared),
        "near_limit": len(near),
        "near": [
            {"quota": quota["QuotaName"], "percent": round(quota["percent"]), "default": default}
            for (quota, _), default in zip(near, defaults, strict=True)
        ],
        "highest": [
            {
                "quota": quota["QuotaName"], "service": quota["service"], "region": quota["region"],
                "used": quota["used"], "limit": quota["Value"], "percent": round(quota["percent"], 1),
                "adjustable": bool(quota.get("Adjustable")),
            }
            for quota in highest
        ],
    }  # fmt: skip
    resources = [
        {
            "arn": quota["QuotaArn"], "type": "servicequotas:quota", "region": region.region if region else "",
            "summary": {
                "name": quota["QuotaName"], "used": quota["used"], "limit": quota["Value"],
                "percent": round(quota["percent"], 1),
            },
        }
        for quota, region in compared
    ]  # fmt: skip
    looked = sorted(region.region for region in done if region.found or not region.gaps)
    coverage = {"regions": looked, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
