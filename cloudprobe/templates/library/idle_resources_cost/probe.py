"""What is paid for and serves nothing, and its cost a month.

Reads JSON from standard input: {"regions": ["eu-west-1"] or ["*"], "idle_days": 14, "snapshot_days": 90, "kinds":
["volume", "snapshot", "address", "instance", "load balancer", "nat gateway", "network interface"]}; all of them may be
left out. Costs are estimates at the list prices below. Needs boto3 and read access, no more.
"""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
KINDS = ["volume", "snapshot", "address", "instance", "load balancer", "nat gateway", "network interface"]
ORDER = ["critical", "high", "medium", "low", "info"]
NOW = datetime.now(UTC)

# On-demand list prices in US dollars for us-east-1 as AWS published them in April 2026. A GiB, an IOPS and a MiB/s are
# priced by the month, everything else by the hour. Other regions cost more, sa-east-1 nearly twice as much.
PRICES = {
    "as_of": "2026-04", "region": "us-east-1", "currency": "USD", "hours_a_month": 730,
    "volume_gib": {
        "gp2": 0.10, "gp3": 0.08, "io1": 0.125, "io2": 0.125, "st1": 0.045, "sc1": 0.015, "standard": 0.05,
    },
    "volume_iops": {"io1": 0.065, "io2": 0.065, "gp3": 0.005}, "volume_mibps": {"gp3": 0.04},
    "snapshot_gib": {"standard": 0.05, "archive": 0.0125},
    "address": 0.005, "nat gateway": 0.045,
    "load balancer": {"application": 0.0225, "network": 0.0225, "gateway": 0.0125, "classic": 0.025},
}  # fmt: skip
INCLUDED_IOPS, INCLUDED_MIBPS = {"gp3": 3000}, {"gp3": 125}
OF_A_COPY = "vol-ffffffff"  # what AWS gives as the volume of a copied snapshot
SEVERITIES = [(30, "medium"), (1, "low"), (0, "info")]
TRAFFIC = {
    "nat": ("AWS/NATGateway", ["BytesOutToDestination", "BytesInFromDestination"]),
    "application": ("AWS/ApplicationELB", ["RequestCount", "HTTP_Redirect_Count", "HTTP_Fixed_Response_Count"]),
    "network": ("AWS/NetworkELB", ["ProcessedBytes"]),
    "gateway": ("AWS/GatewayELB", ["ProcessedBytes"]),
    "classic": ("AWS/ELB", ["RequestCount", "EstimatedProcessedBytes"]),
}


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def listed(pages, key):
    """Every item of every page, and where it stands on record."""
    for page in pages:
        for number, item in enumerate(page.get(key, [])):
            yield item, f"{pointer(page)}/{key}/{number}"


def called(identifier, item):
    """An id, with the name it is tagged with."""
    name = next((tag["Value"] for tag in item.get("Tags") or [] if tag["Key"] == "Name"), "")
    return f"{identifier} ({name})" if name else identifier


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def by_hour(price):
    return price * PRICES["hours_a_month"]


def volume_cost(volume):
    kind = volume["VolumeType"]
    iops = max(volume.get("Iops", 0) - INCLUDED_IOPS.get(kind, 0), 0) * PRICES["volume_iops"].get(kind, 0)
    speed = max(volume.get("Throughput", 0) - INCLUDED_MIBPS.get(kind, 0), 0) * PRICES["volume_mibps"].get(kind, 0)
    return volume["Size"] * PRICES["volume_gib"].get(kind, 0.10) + iops + speed


def days_since(moment):
    return (NOW - moment).days


class Region:
    """One region: what is idle in it, what is too new to say, and what could not be asked."""

    def __init__(self, region, owner, kinds, limits):
        self.region, self.owner, self.kinds, self.limits = region, owner, kinds, limits
        self.ec2 = boto3.client("ec2", region_name=region, config=CONFIG)
        self.elbv2 = boto3.client("elbv2", region_name=region, config=CONFIG)
        self.elb = boto3.client("elb", region_name=region, config=CONFIG)
        self.cloudwatch = boto3.client("cloudwatch", region_name=region, config=CONFIG)
        self.seen, self.idle, self.gaps, self.recent = {}, [], [], 0

    def arn(self, rest, service="ec2", *, owner=None):
        return f"arn:{self.ec2.meta.partition}:{service}:{self.region}:{self.owner if owner is None else owner}:{rest}"

    def see(self, kind, rest, **where):
        """Note that a thing was looked at; its ARN."""
        arn = self.arn(rest, **where)
        self.seen[arn] = kind
        return arn

    def add(self, kind, arn, name, cost, note, fix, proofs):
        self.idle.append(
            {
                "kind": kind, "arn": arn, "name": name, "region": self.region,
                "monthly_cost": round(cost, 2), "note": note, "fix": fix, "proofs": proofs,
            }
        )  # fmt: skip

    def ask(self, what, call):
        """What a call gives as a list, and whether it could be made; an incomplete listing is no listing."""
        try:
            return list(call()), True
        except (ClientError, BotoCoreError) as error:
            self.gaps.append((what, self.region, why(error)))
            return [], False

    def is_new(self, made):
        new = days_since(made) < self.limits["idle"]
        self.recent += new
        return new

    def inspect(self):
        volumes, complete = self.list_volumes() if {"volume", "snapshot", "instance"} & self.kinds else ([], False)
        unused = self.find_interfaces() if {"network interface", "address"} & self.kinds else set()
        stopped = self.find_stopped(volumes) if {"instance", "address"} & self.kinds else set()
        if "volume" in self.kinds:
            self.find_volumes(volumes)
        if "address" in self.kinds:
            self.find_addresses(stopped, unused)
        if "snapshot" in self.kinds and complete:
            self.find_snapshots({volume["VolumeId"] for volume, _ in volumes})
        waiting = []
        if "load balancer" in self.kinds:
            waiting += [*self.find_balancers(), *self.find_classic_balancers()]
        if "nat gateway" in self.kinds:
            waiting += self.find_gateways()
        self.judge_by_traffic(waiting)
        return self

    def list_volumes(self):
        pages = self.ec2.get_paginator("describe_volumes")
        return self.ask("EBS volumes", lambda: listed(pages.paginate(PaginationConfig={"PageSize": 500}), "Volumes"))

    def find_volumes(self, volumes):
        for volume, proof in volumes:
            volume_id = volume["VolumeId"]
            arn = self.see("volume", f"volume/{volume_id}")
            if volume["State"] != "available" or self.is_new(volume["CreateTime"]):
                continue
            made, size = volume["CreateTime"], f"{volume['Size']} GiB {volume['VolumeType']}"
            note = f"{size}, attached to nothing, made {made:%Y-%m-%d}"
            fix = (
                "If its content may be wanted make a snapshot first and wait for it to be completed; then: "
                f"aws ec2 delete-volume --region {self.region} --volume-id {volume_id}"
            )
            self.add("volume", arn, called(volume_id, volume), volume_cost(volume), note, fix, [f"{proof}/State"])

    def find_interfaces(self):
        """Interfaces that nobody uses; those a service keeps for itself are its own business."""
        pages = self.ec2.get_paginator("describe_network_interfaces")
        free = [{"Name": "status", "Values": ["available"]}]
        found, _ = self.ask("network interfaces", lambda: listed(pages.paginate(Filters=free), "NetworkInterfaces"))
        unused = set()
        for interface, proof in found:
            if interface["Status"] != "available" or interface.get("RequesterManaged"):
                continue
            unused.add(interface["NetworkInterfaceId"])
            if "network interface" in self.kinds:
                interface_id = interface["NetworkInterfaceId"]
                fix = f"aws ec2 delete-network-interface --region {self.region} --network-interface-id {interface_id}"
                arn = self.see("network interface", f"network-interface/{interface_id}")
                name = called(interface_id, {"Tags": interface.get("TagSet")})
                self.add("network interface", arn, name, 0, "attached to nothing, free", fix, [f"{proof}/Status"])
        return unused

    def find_stopped(self, volumes):
        """Ids of stopped instances; those stopped for long are idle with all their volumes."""
        pages = self.ec2.get_paginator("describe_instances")
        stopped = [{"Name": "instance-state-name", "Values": ["stopped"]}]
        found, _ = self.ask("stopped instances", lambda: listed(pages.paginate(Filters=stopped), "Reservations"))
        ids = set()
        for reservation, place in found:
            for number, instance in enumerate(reservation["Instances"]):
                if instance["State"]["Name"] != "stopped":
                    continue
                ids.add(instance["InstanceId"])
                if "instance" in self.kinds:
                    self.judge_stopped(instance, f"{place}/Instances/{number}", volumes)
        return ids

    def judge_stopped(self, instance, proof, volumes):
        instance_id = instance["InstanceId"]
        arn = self.see("instance", f"instance/{instance_id}")
        said = re.search(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) GMT\)", instance.get("StateTransitionReason", ""))
        since = datetime.strptime(said[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if said else None
        if self.is_new(since or instance["LaunchTime"]):
            return
        own = [(v, at) for v, at in volumes if any(a.get("InstanceId") == instance_id for a in v["Attachments"])]
        size = sum(volume["Size"] for volume, _ in own)
        when = f"since {since:%Y-%m-%d}" if since else f"launched {instance['LaunchTime']:%Y-%m-%d}"
        note = f"stopped, {when}, with {many(len(own), 'volume')} of {size} GiB"
        fix = (
            "If it may be wanted make an image of it first and wait for that to be available; then: "
            f"aws ec2 terminate-instances --region {self.region} --instance-ids {instance_id}"
        )
        cost, proofs = sum(volume_cost(v) for v, _ in own), [f"{proof}/State", *(f"{at}/Size" for _, at in own[:20])]
        self.add("instance", arn, called(instance_id, instance), cost, note, fix, proofs)

    def find_addresses(self, stopped, unused):
        found, _ = self.ask("addresses", lambda: listed([self.ec2.describe_addresses()], "Addresses"))
        for address, proof in found:
            allocation, note = address.get("AllocationId", address["PublicIp"]), "associated with nothing"
            arn = self.see("address", f"elastic-ip/{allocation}")
            if address.get("InstanceId") in stopped:
                note = f"associated with the stopped instance {address['InstanceId']}"
            elif address.get("NetworkInterfaceId") in unused:
                note = f"associated with the unused interface {address['NetworkInterfaceId']}"
            elif address.get("AssociationId") or address.get("InstanceId"):
                continue
            free = f"--allocation-id {allocation}" if "AllocationId" in address else f"--public-ip {allocation}"
            fix = f"The number is then gone for good: aws ec2 release-address --region {self.region} {free}"
            name = called(address["PublicIp"], address)
            self.add("address", arn, name, by_hour(PRICES["address"]), note, fix, [proof])

    def find_snapshots(self, existing):
        """Old snapshots of volumes that are gone; those that images are made of have their use."""
        pages = self.ec2.get_paginator("describe_snapshots")
        own = pages.paginate(OwnerIds=["self"], PaginationConfig={"PageSize": 1000})
        found, _ = self.ask("EBS snapshots", lambda: listed(own, "Snapshots"))
        for snapshot, _ in found:
            self.see("snapshot", f"snapshot/{snapshot['SnapshotId']}", owner="")
        # A copy does not say of which volume it is: that one may well be there, in another region or account.
        left = [(s, at) for s, at in found if s["VolumeId"] not in existing and s["VolumeId"] != OF_A_COPY]
        old = [(s, at) for s, at in left if days_since(s["StartTime"]) >= self.limits["snapshot"]]
        self.recent += len(left) - len(old)
        if not old:
            return
        pages = self.ec2.get_paginator("describe_images")
        images, known = self.ask("own images", lambda: listed(pages.paginate(Owners=["self"]), "Images"))
        disks = [disk for image, _ in images for disk in image.get("BlockDeviceMappings", [])]
        needed = {disk.get("Ebs", {}).get("SnapshotId") for disk in disks}
        for snapshot, proof in old if known else []:
            snapshot_id = snapshot["SnapshotId"]
            if snapshot_id in needed:
                continue
            stored = snapshot.get("FullSnapshotSizeInBytes", 0) / 2**30 or snapshot["VolumeSize"]
            cost = stored * PRICES["snapshot_gib"].get(snapshot.get("StorageTier", "standard"), 0.05)
            day, volume = f"{snapshot['StartTime']:%Y-%m-%d}", snapshot["VolumeId"]
            note = f"at most {stored:.0f} GiB, of {day}, its volume {volume} is gone"
            fix = f"aws ec2 delete-snapshot --region {self.region} --snapshot-id {snapshot_id}"
            arn = self.arn(f"snapshot/{snapshot_id}", owner="")
            proofs = [f"{proof}/VolumeId", f"{proof}/StartTime"]
            self.add("snapshot", arn, called(snapshot_id, snapshot), cost, note, fix, proofs)

    def find_balancers(self):
        """Load balancers, and whether they have targets; what traffic they have is asked of all of them together."""
        pages = self.elbv2.get_paginator("describe_load_balancers")
        found, _ = self.ask("load balancers", lambda: listed(pages.paginate(), "LoadBalancers"))
        for balancer, _ in found:
            self.seen[balancer["LoadBalancerArn"]] = "load balancer"
        if not found:
            return
        pages = self.elbv2.get_paginator("describe_target_groups")
        groups, known = self.ask("target groups", lambda: listed(pages.paginate(), "TargetGroups"))
        serving, unclear = set(), set()
        for group, _ in groups:
            if set(group["LoadBalancerArns"]) <= serving:
                continue
            health = lambda arn=group["TargetGroupArn"]: [self.elbv2.describe_target_health(TargetGroupArn=arn)]  # noqa: E731
            answers, asked = self.ask(f"targets of {group['TargetGroupName']}", health)
            if not asked:
                unclear |= set(group["LoadBalancerArns"])
            elif answers[0]["TargetHealthDescriptions"]:
                serving |= set(group["LoadBalancerArns"])
        for balancer, proof in found if known else []:
            arn, kind = balancer["LoadBalancerArn"], balancer["Type"]
            if self.is_new(balancer["CreatedTime"]):
                continue
            lonely = arn not in serving | unclear
            fix = f"aws elbv2 delete-load-balancer --region {self.region} --load-balancer-arn {arn}"
            cost = by_hour(PRICES["load balancer"].get(kind, 0.0225))
            dimension = {"Name": "LoadBalancer", "Value": arn.split(":loadbalancer/")[1]}
            note = f"{kind}, no targets" if lonely else f"{kind}, with targets" if arn in serving else kind
            idle = ["load balancer", arn, balancer["LoadBalancerName"], cost, note, fix]
            yield kind, dimension, idle, proof, not lonely

    def find_classic_balancers(self):
        pages = self.elb.get_paginator("describe_load_balancers")
        found, _ = self.ask("classic load balancers", lambda: listed(pages.paginate(), "LoadBalancerDescriptions"))
        for balancer, proof in found:
            name = balancer["LoadBalancerName"]
            arn = self.see("load balancer", f"loadbalancer/{name}", service="elasticloadbalancing")
            if self.is_new(balancer["CreatedTime"]):
                continue
            fix = f"aws elb delete-load-balancer --region {self.region} --load-balancer-name {name}"
            cost = by_hour(PRICES["load balancer"]["classic"])
            serving = bool(balancer.get("Instances"))
            note = f"classic, {'with' if serving else 'no'} instances"
            idle = ["load balancer", arn, name, cost, note, fix]
            yield "classic", {"Name": "LoadBalancerName", "Value": name}, idle, proof, serving

    def find_gateways(self):
        pages = self.ec2.get_paginator("describe_nat_gateways")
        up = [{"Name": "state", "Values": ["available"]}]
        found, _ = self.ask("NAT gateways", lambda: listed(pages.paginate(Filter=up), "NatGateways"))
        for gateway, proof in found:
            gateway_id = gateway["NatGatewayId"]
            arn = self.see("nat gateway", f"natgateway/{gateway_id}")
            if gateway["State"] != "available" or self.is_new(gateway["CreateTime"]):
                continue
            fix = (
                "Take it out of the route tables that name it first, and release its address afterwards: "
                f"aws ec2 delete-nat-gateway --region {self.region} --nat-gateway-id {gateway_id}"
            )
            cost = by_hour(PRICES["nat gateway"])
            idle = ["nat gateway", arn, called(gateway_id, gateway), cost, gateway["VpcId"], fix]
            yield "nat", {"Name": "NatGatewayId", "Value": gateway_id}, idle, proof, True

    def judge_by_traffic(self, waiting):
        """Call those idle that had no traffic; of balancers without targets also those of which that is not known."""
        waiting = list(waiting)
        sums, proofs, known = self.measure(waiting)
        for number, (_, _, idle, proof, by_traffic_alone) in enumerate(waiting):
            if sums.get(number) or (by_traffic_alone and not known):
                continue
            *rest, note, fix = idle
            said = f"no traffic in {self.limits['idle']} days" if known else "its traffic could not be read"
            self.add(*rest, f"{note}, {said}", fix, [proof, *proofs.get(number, [])])

    def measure(self, waiting):
        """Traffic of each, where it stands on record, and whether it could be read. 500 metrics fit in one call."""
        queries = [
            (number, {"Namespace": TRAFFIC[kind][0], "MetricName": metric, "Dimensions": [dimension]})
            for number, (kind, dimension, _, _, _) in enumerate(waiting)
            for metric in TRAFFIC[kind][1]
        ]
        sums, proofs, known = {}, {}, True
        start = (NOW - timedelta(days=self.limits["idle"])).replace(hour=0, minute=0, second=0, microsecond=0)
        for first in range(0, len(queries), 500):
            data = [
                {"Id": f"m{first + n}", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Sum"}}
                for n, (_, metric) in enumerate(queries[first : first + 500])
            ]
            pages = self.cloudwatch.get_paginator("get_metric_data")
            asked = pages.paginate(MetricDataQueries=data, StartTime=start, EndTime=NOW)
            results, complete = self.ask("traffic metrics", lambda asked=asked: listed(asked, "MetricDataResults"))
            known = known and complete
            for result, proof in results:
                number = queries[int(result["Id"][1:])][0]
                sums[number] = sums.get(number, 0) + sum(result["Values"])
                proofs.setdefault(number, []).append(f"{proof}/Values")
        return sums, proofs, known


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
    """One entry where the same thing failed for the same reason in several regions."""
    joined = {}
    for label, region, reason in gaps:
        joined.setdefault((label, reason), []).append(region)
    return [{"what": f"{label} in {', '.join(where)}", "why": reason} for (label, reason), where in joined.items()]


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("is not enabled", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


def unseen(skipped, findings):
    """What could not be read where the rest shows no fault, so that it decides."""
    if any(finding["severity"] != "info" for finding in findings):
        return []
    return [f"{gap['what']} ({gap['why']})" for gap in skipped if not gap["why"].endswith(HIDES_NOTHING)]


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"Nothing is idle in what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home = boto3.session.Session().region_name or "us-east-1"
    kinds = set(variables.get("kinds") or KINDS)
    limits = {"idle": variables.get("idle_days", 14), "snapshot": variables.get("snapshot_days", 90)}
    owner = boto3.client("sts", region_name=home, config=CONFIG).get_caller_identity()["Account"]
    skipped, regions = [], variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)

    with ThreadPoolExecutor(16) as pool:  # clients are made one by one, while the first are at work
        running = [pool.submit(Region(region, owner, kinds, limits).inspect) for region in regions]
        done = [task.result() for task in running]

    skipped += join_gaps([gap for region in done for gap in region.gaps])
    checked = sum(len(region.seen) for region in done)
    if not checked and len({gap[1] for region in done for gap in region.gaps}) == len(regions):
        sys.exit(f"Nothing could be looked at: {'; '.join(sorted({gap['why'] for gap in skipped}))}")
    idle = sorted((one for region in done for one in region.idle), key=lambda one: (-one["monthly_cost"], one["arn"]))
    findings, resources = [], []
    for one in idle:
        severity = next(word for least, word in SEVERITIES if one["monthly_cost"] >= least)
        cost = f"about ${one['monthly_cost']:.2f} a month" if one["monthly_cost"] else "no charge"
        title = (
            f"{one['kind'].capitalize().replace('Nat', 'NAT')} {one['name']} in {one['region']}: {one['note']}; {cost}"
        )
        findings.append(
            {
                "id": f"idle-{one['kind'].replace(' ', '-')}", "title": title, "severity": severity,
                "resource": one["arn"], "evidence": one["proofs"], "fix": one["fix"],
            }
        )  # fmt: skip
    found = {one["arn"]: one for one in idle}
    for region in done:
        for arn, kind in region.seen.items():
            service, one = "elasticloadbalancing" if kind == "load balancer" else "ec2", found.get(arn)
            summary = {"idle": one["note"], "monthly_cost_usd": one["monthly_cost"]} if one else {"idle": ""}
            type_ = f"{service}:{kind.replace(' ', '-')}"
            resources.append({"arn": arn, "type": type_, "region": region.region, "summary": summary})
    findings.sort(key=lambda finding: ORDER.index(finding["severity"]))

    by_kind = {}
    for one in idle:
        entry = by_kind.setdefault(one["kind"], {"count": 0, "monthly_cost_usd": 0.0})
        entry["count"] += 1
        entry["monthly_cost_usd"] = round(entry["monthly_cost_usd"] + one["monthly_cost"], 2)
    total, recent = round(sum(one["monthly_cost"] for one in idle), 2), sum(region.recent for region in done)
    parts = (f"{entry['count']} x {kind} (${entry['monthly_cost_usd']:.2f})" for kind, entry in by_kind.items())
    said = [f"None of {many(checked, 'resource')} checked is idle"]
    if idle:
        said = [
            f"{len(idle)} of {many(checked, 'resource')} checked are idle and cost about ${total:.2f} a month",
            ", ".join(parts),
        ]
        said.append(f"estimated at {PRICES['region']} list prices of {PRICES['as_of']}")
    if recent:
        said.append(f"{recent} are too new to be called idle")
    failed = sorted({gap[1] for region in done for gap in region.gaps})
    if failed:
        said.append(f"not everything could be looked at in {many(len(failed), 'region')}")
    missing = unseen(skipped, findings)
    facts = {
        "summary": doubt(missing) if missing else "; ".join(said) + ".",
        "undecided": bool(missing),
        "unseen": missing,
        "resources_checked": checked,
        "idle_count": len(idle),
        "monthly_cost_usd": total,
        "by_kind": by_kind,
        "too_new_count": recent,
        "idle_days": limits["idle"],
        "snapshot_days": limits["snapshot"],
        "prices": PRICES,
        "idle": [{key: one[key] for key in ("kind", "arn", "name", "region", "monthly_cost", "note")} for one in idle],
    }
    coverage = {"regions": sorted(regions), "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
