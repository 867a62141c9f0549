"""Which load balancers have unhealthy targets or none, and why: health check, security groups, network ACLs, zones.

Reads JSON from standard input: {"regions": ["*"], "balancer": "name, ARN or part of the name of a load balancer or
target group"}. Classic load balancers are not looked at. Needs boto3 and read access, no more.
"""

import ipaddress
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
OFF = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
NO_ANSWER = ("Target.Timeout", "Target.FailedHealthChecks")
EPHEMERAL = 40000  # of the ports that answers come back to
FILTER_VALUES = 200  # EC2 takes that many in one filter


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return f"{code}: the region is not enabled" if code in OFF else code
    return type(error).__name__


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


def list_groups(elb, region):
    """A region's load balancers by ARN, and its target groups, each with its proof."""
    balancers, groups = {}, []
    try:
        for page in elb.get_paginator("describe_target_groups").paginate():
            for n, group in enumerate(page["TargetGroups"]):
                groups.append(group | {"region": region, "proof": f"{pointer(page)}/TargetGroups/{n}"})
        pages = elb.get_paginator("describe_load_balancers").paginate() if groups else ()
        for page in pages:
            for n, one in enumerate(page["LoadBalancers"]):
                balancers[one["LoadBalancerArn"]] = one | {
                    "region": region,
                    "proof": f"{pointer(page)}/LoadBalancers/{n}",
                }
    except (ClientError, BotoCoreError) as error:
        return {}, [], [{"what": f"load balancers in {region}", "why": why(error)}], False
    return balancers, groups, [], True


def read_health(elb, group):
    """Each target with its state."""
    name = f"{group['TargetGroupName']} in {group['region']}"
    seen = {"targets": [], "weight": None, "skipped": []}
    try:
        answer = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        at = f"{pointer(answer)}/TargetHealthDescriptions"
        seen["proof"] = at
        for n, one in enumerate(answer["TargetHealthDescriptions"]):
            seen["targets"].append(one["Target"] | one["TargetHealth"] | {"proof": f"{at}/{n}"})
    except (ClientError, BotoCoreError) as error:
        gone = "TargetGroupNotFound" in why(error)
        seen["skipped"].append(
            {"what": f"targets of {name}", "why": "it was deleted while this ran" if gone else why(error)}
        )
    return seen


def read_weights(elb, balancer):
    """The greatest weight with which a balancer forwards to each target group: of two that take turns one has none."""
    weights, name = {}, balancer.split("/")[-2]
    try:
        for page in elb.get_paginator("describe_listeners").paginate(LoadBalancerArn=balancer):
            for listener in page["Listeners"]:
                if ":loadbalancer/app/" not in balancer:
                    take_weights(weights, listener["DefaultActions"])
                    continue
                for rules in elb.get_paginator("describe_rules").paginate(ListenerArn=listener["ListenerArn"]):
                    for rule in rules["Rules"]:
                        take_weights(weights, rule["Actions"])
    except (ClientError, BotoCoreError) as error:
        return {}, [{"what": f"where {name} sends its traffic", "why": why(error)}]
    return weights, []


def take_weights(weights, actions):
    for action in actions:
        shares = action.get("ForwardConfig", {}).get("TargetGroups", [])
        for share in shares or [{"TargetGroupArn": action.get("TargetGroupArn")}]:
            arn = share["TargetGroupArn"]
            weights[arn] = max(share.get("Weight", 1), weights.get(arn, 0))


def weigh(elbs, groups, health, pool):
    """Tell the health of groups that look ill how much traffic they get; what could not be read of that."""
    ill = [g for g in groups if not all(map(is_well, health[g["TargetGroupArn"]]["targets"] or [{"State": ""}]))]
    fronts = sorted({arn for group in ill for arn in group["LoadBalancerArns"]})
    read = list(pool.map(lambda arn: read_weights(elbs[arn.split(":")[3]], arn), fronts))
    failed = {arn for arn, (_, missed) in zip(fronts, read, strict=True) if missed}
    for group in ill:
        if not failed & {*group["LoadBalancerArns"]}:
            shares = [weights[group["TargetGroupArn"]] for weights, _ in read if group["TargetGroupArn"] in weights]
            health[group["TargetGroupArn"]]["weight"] = max(shares, default=1)
    return [gap for _, missed in read for gap in missed]


def is_well(target):
    return target["State"] in ("healthy", "unavailable", "initial", "draining")


def in_parts(values):
    values = sorted(values)
    return [values[n : n + FILTER_VALUES] for n in range(0, len(values), FILTER_VALUES)]


def look_around(ec2, region, cases):
    """The places of silent targets, and the security groups, subnets and ACLs between them and their balancers."""
    seen = {"places": {}, "groups": {}, "subnets": {}, "vpcs": {}, "acls": [], "skipped": [], "failed": set()}
    ids = {t["Id"] for _, _, targets in cases for t in targets if t["Id"].startswith("i-")}
    addresses = {t["Id"] for g, _, targets in cases for t in targets if g["TargetType"] == "ip"}
    try:
        for some in in_parts(ids):
            for page in ec2.get_paginator("describe_instances").paginate(
                Filters=[{"Name": "instance-id", "Values": some}]
            ):
                for r, reservation in enumerate(page["Reservations"]):
                    for n, one in enumerate(reservation["Instances"]):
                        seen["places"][one["InstanceId"]] = {
                            "groups": [g["GroupId"] for g in one.get("SecurityGroups", [])],
                            "subnet": one.get("SubnetId"),
                            "address": one.get("PrivateIpAddress"),
                            "proof": f"{pointer(page)}/Reservations/{r}/Instances/{n}",
                        }
        for some in in_parts(addresses):
            asked = [{"Name": "addresses.private-ip-address", "Values": some}]
            for page in ec2.get_paginator("describe_network_interfaces").paginate(Filters=asked):
                for n, one in enumerate(page["NetworkInterfaces"]):
                    place = {"groups": [g["GroupId"] for g in one["Groups"]], "subnet": one["SubnetId"]}
                    place["address"] = one["PrivateIpAddress"]
                    place["proof"] = f"{pointer(page)}/NetworkInterfaces/{n}"
                    own = {one["PrivateIpAddress"], *(a["PrivateIpAddress"] for a in one.get("PrivateIpAddresses", []))}
                    seen["places"] |= {(one["VpcId"], address): place for address in own}
    except (ClientError, BotoCoreError) as error:
        seen["skipped"].append({"what": f"where unhealthy targets in {region} stand", "why": why(error)})
    balancers = [b for _, b, _ in cases if b]
    groups = {g for p in seen["places"].values() for g in p["groups"]} | {
        g for b in balancers for g in b.get("SecurityGroups", [])
    }
    try:
        for some in in_parts(groups):
            for page in ec2.get_paginator("describe_security_groups").paginate(
                Filters=[{"Name": "group-id", "Values": some}]
            ):
                seen["groups"] |= {
                    g["GroupId"]: (g, f"{pointer(page)}/SecurityGroups/{n}")
                    for n, g in enumerate(page["SecurityGroups"])
                }
    except (ClientError, BotoCoreError) as error:
        seen["failed"].add("groups")
        seen["skipped"].append({"what": f"security groups in {region}", "why": why(error)})
    by_vpc = [
        {
            "Name": "vpc-id",
            "Values": sorted({one.get("VpcId") for case in cases for one in case[:2] if one and one.get("VpcId")}),
        }
    ]
    try:
        for page in ec2.get_paginator("describe_subnets").paginate(Filters=by_vpc):
            seen["subnets"] |= {s["SubnetId"]: ipaddress.ip_network(s["CidrBlock"]) for s in page["Subnets"]}
            seen["vpcs"] |= {s["SubnetId"]: s["VpcId"] for s in page["Subnets"]}
        for page in ec2.get_paginator("describe_network_acls").paginate(Filters=by_vpc):
            seen["acls"] += [(a, f"{pointer(page)}/NetworkAcls/{n}") for n, a in enumerate(page["NetworkAcls"])]
    except (ClientError, BotoCoreError) as error:
        seen["failed"].add("acls")
        seen["skipped"].append({"what": f"subnets and network ACLs in {region}", "why": why(error)})
    return seen


def opens(rule, port):
    first, last = rule.get("FromPort", 0), rule.get("ToPort", 65535)
    return rule["IpProtocol"] == "-1" or (rule["IpProtocol"] in ("tcp", "6") and first <= port <= last)


def lets(rules, port, peer_groups, peer_networks):
    """Whether rules open a port to a peer: ``None`` where only a prefix list could."""
    unsure = False
    for rule in (rule for rule in rules if opens(rule, port)):
        blocks = [ipaddress.ip_network(r["CidrIp"], strict=False) for r in rule.get("IpRanges", [])]
        if peer_groups & {pair["GroupId"] for pair in rule.get("UserIdGroupPairs", [])}:
            return True
        if any(peer.overlaps(block) for peer in peer_networks for block in blocks):
            return True
        unsure = unsure or bool(rule.get("PrefixListIds") or rule.get("Ipv6Ranges"))
    return None if unsure else False


def acl_refuses(seen, subnet, port, network, *, egress):
    """By which entry the ACL of a subnet refuses some addresses of a network, or ``None``.

    Name of the ACL, proofs, number of the entry, and the addresses.
    """
    own = [a for a in seen["acls"] if any(x["SubnetId"] == subnet for x in a[0]["Associations"])]
    default = [a for a in seen["acls"] if a[0]["IsDefault"] and a[0]["VpcId"] == seen["vpcs"].get(subnet)]
    for acl, proof in (own or default)[:1]:
        left = [network]
        entries = [
            (e["RuleNumber"], n, e) for n, e in enumerate(acl["Entries"]) if e["Egress"] is egress and "CidrBlock" in e
        ]
        for number, n, entry in sorted(entries, key=lambda e: e[:2]):
            ports = entry.get("PortRange", {"From": 0, "To": 65535})
            counts = entry["Protocol"] == "-1" or (entry["Protocol"] == "6" and ports["From"] <= port <= ports["To"])
            block = ipaddress.ip_network(entry["CidrBlock"], strict=False)
            hit = [part for part in left if counts and part.overlaps(block)]
            if hit and entry["RuleAction"] == "deny":
                refused = hit[0] if hit[0].subnet_of(block) else block
                return acl["NetworkAclId"], [f"{proof}/Entries/{n}", proof], number, refused
            for part in hit:
                left.remove(part)
                left += [] if part.subnet_of(block) else part.address_exclude(block)
    return None


def port_of(group, target):
    own = group.get("HealthCheckPort", "traffic-port")
    return int(own) if own.isdigit() else int(target.get("Port") or group.get("Port") or 0)


def find_block(group, balancer, target, seen):
    """What between a balancer and a silent target keeps them apart: kind, sentence, fix, proofs."""
    place = seen["places"].get(target["Id"]) or seen["places"].get((group.get("VpcId"), target["Id"]))
    if not place or not balancer:
        return None
    port, region = port_of(group, target), group["region"]
    fronts = [z["SubnetId"] for z in balancer.get("AvailabilityZones", []) if z.get("SubnetId") in seen["subnets"]]
    networks, own = [seen["subnets"][s] for s in fronts], set(balancer.get("SecurityGroups", []))
    rules = [seen["groups"][g] for g in place["groups"] if g in seen["groups"]]
    inward = [r for g, _ in rules for r in g["IpPermissions"]]
    if networks and rules and lets(inward, port, own, networks) is False:
        to = f"--source-group {min(own)}" if own else f"--cidr {networks[0] if networks else 'ADDRESSES'}"
        traffic = int(target.get("Port") or group.get("Port") or 0)
        but = f", though it does on {traffic}" if traffic != port and lets(inward, traffic, own, networks) else ""
        said = f"its security groups ({', '.join(place['groups'])}) do not let the balancer in on port {port}{but}"
        fix = (
            f"aws ec2 authorize-security-group-ingress --region {region} --group-id {place['groups'][0]} "
            f"--protocol tcp --port {port} {to}"
        )
        return "elb-target-closed-by-security-group", said, fix, [p for _, p in rules]
    outer = [seen["groups"][g] for g in sorted(own) if g in seen["groups"]]
    there = [ipaddress.ip_network(place["address"])] if place["address"] and place["subnet"] in seen["subnets"] else []
    outward = [r for g, _ in outer for r in g["IpPermissionsEgress"]]
    if there and outer and lets(outward, port, set(place["groups"]), there) is False:
        said = f"the balancer's own security groups ({', '.join(sorted(own))}) let nothing out to it on port {port}"
        pair = f"UserIdGroupPairs=[{{GroupId={place['groups'][0]}}}]"
        fix = f"aws ec2 authorize-security-group-egress --region {region} --group-id {min(own)} --ip-permissions "
        fix += f"'IpProtocol=tcp,FromPort={port},ToPort={port},{pair}'"
        return "elb-balancer-egress-closed", said, fix, [p for _, p in outer]
    for front, network in zip(fronts, networks, strict=True):
        if front == place["subnet"] or not there:
            continue
        for subnet, peer, number, egress in (
            (place["subnet"], network, port, False),
            (place["subnet"], network, EPHEMERAL, True),
            (front, there[0], port, True),
            (front, there[0], EPHEMERAL, False),
        ):
            if refused := acl_refuses(seen, subnet, number, peer, egress=egress):
                name, shows, rule, block = refused
                part = f", a part of {peer}" if block != peer else ""
                what = "answers" if number == EPHEMERAL else f"port {port}"
                way, shown = "out to" if egress else "in from", "*" if rule == 32767 else rule
                said = f"network ACL {name} of {subnet} lets {what} not {way} {block}{part} (rule {shown})"
                ports = "1024,To=65535" if number == EPHEMERAL else f"{port},To={port}"
                fix = f"aws ec2 create-network-acl-entry --region {region} --network-acl-id {name} --rule-number "
                fix += f"{max(1, rule - 1) if rule < 32767 else 32000} --protocol tcp --port-range From={ports} "
                fix += f"--cidr-block {block} --rule-action allow {'--egress' if egress else '--ingress'}"
                return "elb-target-closed-by-network-acl", said, fix, shows
    return None


def check_of(group):
    way = group.get("HealthCheckProtocol", "")
    path = group.get("HealthCheckPath", "") if way in ("HTTP", "HTTPS") else ""
    port = group.get("HealthCheckPort", "traffic-port")
    return f"{way} {path}".strip() + (f" on port {port}" if port.isdigit() else "")


def judge_target(group, balancer, target, seen):
    """Kind, sentence, fix and proofs for one target that is not well."""
    reason, text, region = target.get("Reason", ""), target.get("Description", ""), group["region"]
    modify = f"aws elbv2 modify-target-group --region {region} --target-group-arn {group['TargetGroupArn']}"
    matcher = group.get("Matcher", {})
    expected = matcher.get("HttpCode") or matcher.get("GrpcCode") or ""
    if reason == "Target.ResponseCodeMismatch":
        codes = "".join(re.findall(r"\[[\d, ]+\]", text)) or text
        said = f"the health check ({check_of(group)}) gets {codes} and expects {expected}"
        if re.search(r"\[5", codes):
            return (
                "elb-health-check-mismatch",
                said,
                "Repair the application: it answers its health check with an error.",
                [],
            )
        fix = f"Let the check ask a path that answers {expected}: {modify} --health-check-path PATH"
        if re.fullmatch(r"\[3[\d, ]+\]", codes):
            fix = "Let the check ask a path that does not redirect (--health-check-path), or take redirections for"
            fix += f" healthy: {modify} --matcher HttpCode=200-399"
        return "elb-health-check-mismatch", said, fix, [f"{group['proof']}/Matcher"]
    if reason == "Target.InvalidState":
        return (
            "elb-target-not-running",
            text or "it is not running",
            f"aws ec2 start-instances --region {region} --instance-ids {target['Id']}",
            [],
        )
    if reason == "Target.IpUnusable":
        return (
            "elb-target-ip-unusable",
            text or "its address is one a load balancer uses itself",
            "Register another address.",
            [],
        )
    if reason == "Target.NotInUse":
        zone = target.get("AvailabilityZone") or "its zone"
        said = f"it is in a zone that is not enabled for the balancer ({text or zone})"
        name = balancer["LoadBalancerArn"] if balancer else "ARN"
        fix = (
            f"Give it a subnet in the zone of {target['Id']}, beside all that it has: "
            f"aws elbv2 set-subnets --region {region} --load-balancer-arn {name} --subnets SUBNETS"
        )
        return "elb-target-zone-disabled", said, fix, [f"{balancer['proof']}/AvailabilityZones"] if balancer else []
    if reason in NO_ANSWER and seen and (found := find_block(group, balancer, target, seen)):
        return found
    if reason in NO_ANSWER and group["TargetType"] != "lambda":
        wait = group.get("HealthCheckTimeoutSeconds", "")
        port = port_of(group, target)
        how = f"does not answer within {wait} s" if reason == "Target.Timeout" else "fails"
        said = f"the health check ({check_of(group)}) {how} on port {port}"
        if seen and seen["skipped"]:
            said += "; what stands between it and the balancer could not all be read"
        fix = (
            f"See whether something listens on port {port} there and answers in time; "
            f"if it needs longer: {modify} --health-check-timeout-seconds {min(120, 2 * int(wait or 5))}"
        )
        return "elb-target-not-answering", said, fix, []
    return (
        "elb-target-unhealthy",
        text or reason or "no reason is given",
        "See what AWS says of it in describe-target-health.",
        [],
    )


def needs_look(target):
    return target["State"] in ("unhealthy", "unhealthy.draining") or (
        target["State"] == "unused"
        and target.get("Reason") in ("Target.NotInUse", "Target.InvalidState", "Target.IpUnusable")
    )


def judge(group, balancer, health, seen):
    """The findings about one target group."""
    targets, name = health["targets"], group["TargetGroupName"]
    front = f" of {balancer['LoadBalancerName']}" if balancer else ""
    whole = f"Target group {name}{front}"

    def finding(kind, severity, title, fix, proofs):
        return {
            "id": kind,
            "title": f"{whole} {title}"[:1000],
            "severity": severity,
            "resource": group["TargetGroupArn"],
            "evidence": proofs,
            "fix": fix,
        }

    if not group["LoadBalancerArns"] or (health["skipped"] and not targets):
        return
    if balancer and balancer["State"]["Code"] in ("failed", "active_impaired"):
        said = f"stands behind a balancer that is {balancer['State']['Code']}: {balancer['State'].get('Reason', '')}"
        fix = "Free addresses in its subnets, or make it anew in others."
        yield finding("elb-balancer-impaired", "high", said, fix, [f"{balancer['proof']}/State"])
    if not targets:
        if health["weight"] != 0:
            fix = (
                f"aws elbv2 register-targets --region {group['region']} --target-group-arn "
                f"{group['TargetGroupArn']} --targets Id=TARGET"
            )
            fix = f"See what should register targets here (service, auto scaling group), or: {fix}"
            yield finding(
                "elb-no-targets",
                "high",
                "has no registered target, so requests fail",
                fix,
                [health["proof"], group["proof"]],
            )
        return
    healthy = [t for t in targets if t["State"] in ("healthy", "unavailable")]
    draining = [t for t in targets if t["State"] == "draining"]
    bad = [t for t in targets if needs_look(t)]
    if len(draining) == len(targets) and health["weight"] != 0:
        fix = "Register new targets: these are leaving."
        yield finding(
            "elb-targets-draining",
            "high",
            f"has only targets that are being deregistered ({len(draining)})",
            fix,
            [health["proof"]],
        )
    alike = {}
    for target in bad:
        kind, said, fix, proofs = judge_target(group, balancer, target, seen)
        alike.setdefault((kind, said), (fix, proofs, []))[2].append(target)
    severity = "critical" if not healthy else "high" if 2 * len(bad) >= len(targets) else "medium"
    idle = "; nothing is sent there, for its weight is 0" if health["weight"] == 0 else ""
    severity = "info" if idle else severity
    for (kind, said), (fix, proofs, some) in alike.items():
        ids = ", ".join(
            f"{t['Id'].rpartition(':')[2]}{':' + str(t['Port']) if t.get('Port') else ''}" for t in some[:5]
        )
        ids += ", …" if len(some) > 5 else ""
        title = f"has {len(some)} of {many(len(targets), 'target')} unhealthy ({ids}): {said}{idle}"
        yield finding(kind, severity, title, fix, [*(t["proof"] for t in some[:5]), group["proof"], *proofs])


def choose(groups, balancers, hint, skipped):
    """The target groups a hint names, by their own name or their balancer's, or else all."""

    def names_of(group):
        fronts = [balancers[arn]["LoadBalancerName"] for arn in group["LoadBalancerArns"] if arn in balancers]
        return [group["TargetGroupName"], group["TargetGroupArn"], *fronts, *group["LoadBalancerArns"]]

    exact = [g for g in groups if hint in names_of(g)]
    words = [w for w in re.split(r"[\s_-]+", hint.lower()) if w]
    named = exact or [g for g in groups if any(all(w in n.lower() for w in words) for n in names_of(g) if ":" not in n)]
    if hint and not named:
        skipped.append(
            {"what": f"load balancer or target group {hint}", "why": "none has that name, so all were checked"}
        )
    return named or groups


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = (
    "is not enabled",
    "were checked",
    "while this ran",
    "NotFound",
    "NotFoundException",
    "NoSuchEntity",
    "NoSuchBucket",
)


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
    home, skipped = boto3.session.Session().region_name or "us-east-1", []
    regions = variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)
    clients, running, looking = {}, {}, {}
    with ThreadPoolExecutor(16) as pool:
        for region in regions:  # clients are made one by one, which boto3 asks for, while the first are at work
            clients[region] = boto3.client("elbv2", region_name=region, config=CONFIG)
            running[region] = pool.submit(list_groups, clients[region], region)
        results = {region: task.result() for region, task in running.items()}
        looked = sorted(region for region, result in results.items() if result[3])
        skipped += [gap for result in results.values() for gap in result[2]]
        if not looked:
            sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")
        balancers = {arn: one for result in results.values() for arn, one in result[0].items()}
        wanted = choose(
            [g for result in results.values() for g in result[1]], balancers, variables.get("balancer") or "", skipped
        )
        used = [g for g in wanted if g["LoadBalancerArns"]]
        health = dict(
            zip(
                (g["TargetGroupArn"] for g in used),
                pool.map(lambda g: read_health(clients[g["region"]], g), used),
                strict=True,
            )
        )
        missed = weigh(clients, used, health, pool)
        cases = []
        for group in used:
            silent = [
                t for t in health[group["TargetGroupArn"]]["targets"] if needs_look(t) and t.get("Reason") in NO_ANSWER
            ]
            if silent and group["TargetType"] != "lambda":
                cases.append((group, balancers.get(group["LoadBalancerArns"][0]), silent))
        for region in sorted({group["region"] for group, _, _ in cases}):
            ec2, own = (
                boto3.client("ec2", region_name=region, config=CONFIG),
                [c for c in cases if c[0]["region"] == region],
            )
            looking[region] = pool.submit(look_around, ec2, region, own)
        around = {region: task.result() for region, task in looking.items()}
    skipped += [gap for seen in around.values() for gap in seen["skipped"]]
    skipped += [gap for seen in health.values() for gap in seen["skipped"]] + missed

    findings, resources, told, following = [], [], [], []
    for group in wanted:
        arn, region = group["TargetGroupArn"], group["region"]
        balancer = balancers.get(next(iter(group["LoadBalancerArns"]), ""))
        states = {}
        for target in health[arn]["targets"] if arn in health else ():
            states[target["State"]] = states.get(target["State"], 0) + 1
        fact = {
            "group": group["TargetGroupName"],
            "balancer": balancer["LoadBalancerName"] if balancer else "",
            "region": region,
            "targets": states,
            "target_count": sum(states.values()),
            "reasons": {},
        }
        told.append(fact)
        resources.append({"arn": arn, "type": "elasticloadbalancing:targetgroup", "region": region, "summary": fact})
        if arn in health:
            own = list(judge(group, balancer, health[arn], around.get(region)))
            findings += own
            for target in filter(needs_look, health[arn]["targets"]):
                reason = target.get("Reason", target["State"])
                fact["reasons"][reason] = fact["reasons"].get(reason, 0) + 1
            if group["TargetType"] == "ip" and any(f["id"] == "elb-no-targets" for f in own):
                following.append({"template": "ecs_not_starting", "variables": {"regions": [region]}})
    order = ["critical", "high", "medium", "low", "info"]
    findings.sort(key=lambda finding: (order.index(finding["severity"]), finding["resource"]))
    faults = {finding["resource"] for finding in findings if finding["severity"] != "info"}
    bad = [t for t, g in zip(told, wanted, strict=True) if g["TargetGroupArn"] in faults]
    named = ", ".join(f"{t['group']} of {t['balancer'] or 'no balancer'}" for t in bad[:8])
    failed = (
        f"; {many(len(regions) - len(looked), 'region')} could not be looked at" if len(looked) < len(regions) else ""
    )
    gaps = unseen(skipped, findings)
    facts = {
        "summary": doubt(gaps)
        if gaps
        else (
            f"{len(bad)} of {many(len(told), 'target group')} in {many(len(looked), 'region')} "
            f"{'has' if len(bad) == 1 else 'have'} unhealthy "
            f"targets or none{': ' + named if named else ''}{failed}."
        ),
        "undecided": bool(gaps),
        "unseen": gaps,
        "groups_checked": len(told),
        "groups_unhealthy": len(bad),
        "unused_groups": [g["TargetGroupName"] for g in wanted if not g["LoadBalancerArns"]],
        "groups": told,
        "subnets": {name: str(block) for seen in around.values() for name, block in seen["subnets"].items()},
    }
    unique = list({json.dumps(one, sort_keys=True): one for one in following}.values())
    coverage = {"regions": looked, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": unique}, sys.stdout
    )


if __name__ == "__main__":
    main()
