"""Why a database of RDS cannot be reached: its state, port, security groups, network ACLs, routes and names.

Reads JSON from standard input: {"regions": ["*"], "database": "name or part of one", "source": "from where"}. A source
is an instance (id or Name), a Lambda function, a security group, an address, or "internet"; without one only what
stops everybody is told. Needs boto3 and read access, no more.
"""

import ipaddress
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
# A database answers in these states, some of which only look like work in progress.
REACHABLE = {
    "available", "backing-up", "configuring-enhanced-monitoring", "configuring-iam-database-auth", "modifying",
    "configuring-log-exports", "storage-optimization", "storage-config-upgrade", "storage-initialization", (
        "moving-to-vpc"
    ),
    "resetting-master-credentials", "renaming", "converting-to-vpc",
}  # fmt: skip
PASSING = {"creating", "starting", "stopping", "rebooting", "upgrading", "maintenance", "deleting", "delete-precheck"}
REPAIRS = {
    "stopped": "aws rds start-db-instance --region {region} --db-instance-identifier {name}",
    "storage-full": "aws rds modify-db-instance --region {region} --db-instance-identifier {name}"
    " --allocated-storage {more} --apply-immediately",
    "incompatible-parameters": "Reset the parameter that keeps it from starting in its parameter group, then: "
    "aws rds reboot-db-instance --region {region} --db-instance-identifier {name}",
    "inaccessible-encryption-credentials": "Enable its KMS key again and let RDS use it, then start the database.",
    "inaccessible-encryption-credentials-recoverable": (
        "Enable its KMS key again and let RDS use it, then start the database."
    ),
    "incompatible-network": "Its subnets have no free addresses or its VPC does not resolve names; repair that first.",
}
DATABASE_PORTS = (3306, 5432, 1433, 1521, 50000)
MOST_SOURCES = 10  # of those a part of a name fits
FILTER_VALUES = 200  # EC2 takes that many in one filter
EPHEMERAL = 40000  # of the ports that answers come back to
LAST_RULE = 32767  # of an ACL, which refuses what no rule before it allowed
WORLD = ipaddress.ip_network("0.0.0.0/0")
INTERNAL = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
OFF = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")


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


def list_databases(rds, region):
    found = []
    try:
        for page in rds.get_paginator("describe_db_instances").paginate():
            for n, one in enumerate(page["DBInstances"]):
                found.append(read_database(one, region, f"{pointer(page)}/DBInstances/{n}"))
    except (ClientError, BotoCoreError) as error:
        return [], [{"what": f"databases in {region}", "why": why(error)}], False
    return found, [], True


def read_database(one, region, proof):
    group = one.get("DBSubnetGroup", {})
    zones = {one.get("AvailabilityZone"), one.get("SecondaryAvailabilityZone")}
    places = group.get("Subnets", [])
    inside = [s["SubnetIdentifier"] for s in places if s["SubnetAvailabilityZone"]["Name"] in zones]
    return {
        "name": one["DBInstanceIdentifier"],
        "cluster": one.get("DBClusterIdentifier") or "",
        "arn": one["DBInstanceArn"],
        "region": region,
        "engine": one["Engine"],
        "status": one["DBInstanceStatus"],
        "storage": one.get("AllocatedStorage", 0),
        "port": one.get("Endpoint", {}).get("Port") or one.get("DbInstancePort") or 0,
        "public": one.get("PubliclyAccessible", False),
        "vpc": group.get("VpcId", ""),
        "subnets": inside or [s["SubnetIdentifier"] for s in places],
        "groups": [g["VpcSecurityGroupId"] for g in one.get("VpcSecurityGroups", []) if g["Status"] != "removing"],
        "expires": one.get("CertificateDetails", {}).get("ValidTill"),
        "proof": proof,
    }


def find_sources(clients, name, skipped):
    """What a source may be in a region: its network, groups and addresses; several where a name is only a part."""
    found = {"what": name, "vpc": "", "subnets": [], "groups": [], "networks": [], "proofs": []}
    if re.fullmatch(r"[0-9.]+(/\d+)?|[0-9a-f:]*:[0-9a-f:]*(/\d+)?", name):
        return [found | {"networks": [ipaddress.ip_network(name, strict=False)]}]
    if name == "internet":
        return [found | {"what": "the internet", "networks": [WORLD]}]
    if name.startswith("sg-"):
        answer = clients["ec2"].describe_security_groups(Filters=[{"Name": "group-id", "Values": [name]}])
        groups = answer["SecurityGroups"]
        return [found | {"vpc": groups[0]["VpcId"], "groups": [name], "what": f"members of {name}"}] if groups else []
    if name.startswith("i-"):
        return find_instances(clients["ec2"], "instance-id", name)
    try:
        answer = clients["lambda"].get_function_configuration(FunctionName=name)
        return [function_source(answer, f"{pointer(answer)}/FunctionName", f"{pointer(answer)}/VpcConfig")]
    except (ClientError, BotoCoreError) as error:
        if why(error) not in ("ResourceNotFoundException", "ValidationException", "InvalidParameterValueException"):
            skipped.append({"what": f"whether {name} is a function", "why": why(error)})
    if instances := find_instances(clients["ec2"], "tag:Name", name):
        return instances
    return find_alike(clients, name, skipped)


def find_alike(clients, name, skipped):
    """Functions and instances whose names hold a word that is given as a source."""
    alike = []
    try:
        for page in clients["lambda"].get_paginator("list_functions").paginate():
            for n, one in enumerate(page["Functions"]):
                if name.lower() in one["FunctionName"].lower():
                    at = f"{pointer(page)}/Functions/{n}"
                    alike.append(function_source(one, f"{at}/FunctionName", f"{at}/VpcConfig"))
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"functions whose names hold {name}", "why": why(error)})
    alike += find_instances(clients["ec2"], "tag:Name", f"*{name}*")
    if len(alike) > MOST_SOURCES:
        skipped.append({"what": f"{len(alike) - MOST_SOURCES} more of {len(alike)} sources like {name}", "why": "cut"})
    return alike[:MOST_SOURCES]


def function_source(settings, name_at, network_at):
    found = {"what": f"function {settings['FunctionName']}", "subnets": [], "groups": [], "networks": []}
    place = settings.get("VpcConfig", {})
    if not place.get("VpcId"):
        outside = {"what": f"{found['what']}, which is in no VPC", "vpc": "", "networks": [WORLD], "proofs": [name_at]}
        return found | outside
    found |= {"vpc": place["VpcId"], "subnets": place["SubnetIds"], "groups": place["SecurityGroupIds"]}
    return found | {"proofs": [network_at]}


def find_instances(ec2, key, name):
    found, wanted = [], name.strip("*").lower()
    for page in ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": key, "Values": [name]}]):
        for r, reservation in enumerate(page["Reservations"]):
            for n, one in enumerate(reservation["Instances"]):
                called = next((tag["Value"] for tag in one.get("Tags", []) if tag["Key"] == "Name"), "")
                whole = name in (one["InstanceId"], called)
                if not one.get("VpcId") or not (whole or ("*" in name and wanted in called.lower())):
                    continue
                found.append(
                    {
                        "what": f"instance {name if whole else called}",
                        "vpc": one["VpcId"],
                        "subnets": [one["SubnetId"]],
                        "groups": [g["GroupId"] for g in one["SecurityGroups"]],
                        "networks": [ipaddress.ip_network(one["PrivateIpAddress"])],
                        "proofs": [f"{pointer(page)}/Reservations/{r}/Instances/{n}"],
                    }
                )
    return found


def look_around(ec2, databases, sources, region):
    """The groups, subnets, ACLs, routes and name resolution of what is judged; a part that failed is missing."""
    vpcs = sorted({d["vpc"] for d in [*databases, *sources] if d["vpc"]})
    groups = {g for d in [*databases, *sources] for g in d["groups"]}
    seen = {"groups": {}, "subnets": {}, "acls": [], "tables": [], "resolves": {}, "skipped": [], "failed": set()}
    by_vpc = [{"Name": "vpc-id", "Values": vpcs}]
    try:
        for n in range(0, len(groups), FILTER_VALUES):
            some = [{"Name": "group-id", "Values": sorted(groups)[n : n + FILTER_VALUES]}]
            for page in ec2.get_paginator("describe_security_groups").paginate(Filters=some):
                for at, group in enumerate(page["SecurityGroups"]):
                    seen["groups"][group["GroupId"]] = group, f"{pointer(page)}/SecurityGroups/{at}"
    except (ClientError, BotoCoreError) as error:
        seen["failed"].add("groups")
        seen["skipped"].append({"what": f"security groups in {region}", "why": why(error)})
    try:
        for page in ec2.get_paginator("describe_subnets").paginate(Filters=by_vpc):
            seen["subnets"] |= {s["SubnetId"]: ipaddress.ip_network(s["CidrBlock"]) for s in page["Subnets"]}
        for page in ec2.get_paginator("describe_network_acls").paginate(Filters=by_vpc):
            seen["acls"] += [(a, f"{pointer(page)}/NetworkAcls/{n}") for n, a in enumerate(page["NetworkAcls"])]
    except (ClientError, BotoCoreError) as error:
        seen["failed"].add("acls")
        seen["skipped"].append({"what": f"network ACLs in {region}", "why": why(error)})
    if any(d["public"] for d in databases) or sources:
        try:
            for page in ec2.get_paginator("describe_route_tables").paginate(Filters=by_vpc):
                seen["tables"] += [(t, f"{pointer(page)}/RouteTables/{n}") for n, t in enumerate(page["RouteTables"])]
        except (ClientError, BotoCoreError) as error:
            seen["failed"].add("tables")
            seen["skipped"].append({"what": f"route tables in {region}", "why": why(error)})
    for vpc in sorted({d["vpc"] for d in databases if d["vpc"]}):
        try:
            answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")
            seen["resolves"][vpc] = (answer["EnableDnsSupport"]["Value"], f"{pointer(answer)}/EnableDnsSupport")
        except (ClientError, BotoCoreError) as error:
            seen["skipped"].append({"what": f"whether {vpc} resolves names", "why": why(error)})
    return seen


def is_outside(network):
    return network.version != 4 or not any(network.subnet_of(own) for own in INTERNAL)


def opens(rule, port):
    first, last = rule.get("FromPort", 0), rule.get("ToPort", 65535)
    return rule["IpProtocol"] == "-1" or (rule["IpProtocol"] in ("tcp", "6") and first <= port <= last)


def networks_of(rule):
    return [ipaddress.ip_network(r["CidrIp"], strict=False) for r in rule.get("IpRanges", [])]


def lets(rules, port, peer_groups, peer_networks):
    """Whether rules open a port to some peer: ``None`` where only a prefix list could."""
    unsure = False
    for rule in rules:
        if not opens(rule, port):
            continue
        if peer_groups & {pair["GroupId"] for pair in rule.get("UserIdGroupPairs", [])}:
            return True
        if any(p.subnet_of(n) for n in networks_of(rule) for p in peer_networks if p.version == n.version):
            return True
        unsure = unsure or bool(rule.get("PrefixListIds"))
    return None if unsure else False


def acl_of(seen, vpc, subnet):
    """The ACL of a subnet; a subnet without one of its own has its VPC's default."""
    own = [a for a in seen["acls"] if any(x["SubnetId"] == subnet for x in a[0]["Associations"])]
    return next(iter(own or [a for a in seen["acls"] if a[0]["VpcId"] == vpc and a[0]["IsDefault"]]), None)


def acl_judges(acl, port, network, *, egress):
    """How an ACL treats a network on a port: the first entry that refuses some of it, and whether any part may pass.

    The entry by its number, its place and the addresses it refuses; ``None`` where all of the network may pass.
    """
    entries = [
        (e["RuleNumber"], n, e) for n, e in enumerate(acl["Entries"]) if e["Egress"] is egress and "CidrBlock" in e
    ]
    left, refused, allowed = [network], None, not entries
    for number, n, entry in sorted(entries, key=lambda e: e[:2]):
        ports = entry.get("PortRange", {"From": 0, "To": 65535})
        block = ipaddress.ip_network(entry["CidrBlock"], strict=False)
        counts = entry["Protocol"] == "-1" or (entry["Protocol"] == "6" and ports["From"] <= port <= ports["To"])
        for part in [part for part in left if counts and part.overlaps(block)]:
            if entry["RuleAction"] == "allow":
                allowed = True
            else:
                refused = refused or (number, n, part if part.subnet_of(block) else block)
            left.remove(part)
            left += [] if part.subnet_of(block) else part.address_exclude(block)
    if left and entries:  # what no entry speaks of is refused
        refused = refused or (LAST_RULE, entries[-1][1], left[0])
    return refused, allowed


def lets_somebody(acl, port, *, egress):
    """Whether an ACL lets anybody at all pass, so that nothing can be said without knowing who asks."""
    return acl_judges(acl, port, WORLD, egress=egress)[1]


def table_of(seen, vpc, subnet):
    own = [t for t in seen["tables"] if any(a.get("SubnetId") == subnet for a in t[0]["Associations"])]
    main = [t for t in seen["tables"] if t[0]["VpcId"] == vpc and any(a.get("Main") for a in t[0]["Associations"])]
    return next(iter(own or main), None)


def leads_to(table, network, kinds):
    """Whether the most specific active route for a network goes to one of some kinds of gateway."""
    fitting = [
        (ipaddress.ip_network(r["DestinationCidrBlock"]), r)
        for r in table["Routes"]
        if "DestinationCidrBlock" in r and network.subnet_of(ipaddress.ip_network(r["DestinationCidrBlock"]))
    ]
    if not fitting:
        return False
    route = max(fitting, key=lambda f: f[0].prefixlen)[1]
    targets = [
        str(route.get(key, ""))
        for key in ("GatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "NetworkInterfaceId")
    ]
    return route.get("State") != "blackhole" and any(t.startswith(kinds) for t in targets)


def judge_state(database):
    status, name = database["status"], database["name"]
    if status in REACHABLE:
        return
    severity = "medium" if status in PASSING else "critical" if status != "stopped" else "high"
    more = max(database["storage"] + 10, int(database["storage"] * 1.2))
    fix = REPAIRS.get(
        status,
        f"See why: aws rds describe-events --region {{region}} --source-type db-instance --source-identifier {name}",
    )
    if database["cluster"] and status == "stopped":
        fix = f"aws rds start-db-cluster --region {{region}} --db-cluster-identifier {database['cluster']}"
    wait = (
        "Wait until it is available."
        if status in PASSING
        else fix.format(region=database["region"], name=name, more=more)
    )
    yield "rds-not-running", severity, f"it is {status}", wait, [f"{database['proof']}/DBInstanceStatus"]


def judge_groups(database, seen, source):
    """What the security groups of both ends say."""
    port, region = database["port"], database["region"]
    if "groups" in seen["failed"] or not port:
        return
    groups = [seen["groups"][g] for g in database["groups"] if g in seen["groups"]]
    rules = [rule for group, _ in groups for rule in group["IpPermissions"]]
    proofs, names = [proof for _, proof in groups], ", ".join(database["groups"]) or "none"
    others = [p for p in DATABASE_PORTS if p != port and any(opens(r, p) and r["IpProtocol"] != "-1" for r in rules)]
    instead = f"; they open {', '.join(map(str, others))} instead" if others else ""
    command = (
        f"aws ec2 authorize-security-group-ingress --region {region} --group-id {(database['groups'] or ['ID'])[0]} "
        f"--protocol tcp --port {port}"
    )
    if source is None:
        if not any(opens(rule, port) for rule in rules):
            said = f"its security groups ({names}) let nobody in on port {port}{instead}"
            yield (
                "rds-closed-by-security-group",
                "high",
                said,
                f"Let in the group of the clients: {command} --source-group GROUP_ID",
                proofs,
            )
        return
    peers = source["networks"] or [seen["subnets"][s] for s in source["subnets"] if s in seen["subnets"]]
    if lets(rules, port, set(source["groups"]), peers) is False:
        to = (
            f"--source-group {source['groups'][0]}"
            if source["groups"]
            else f"--cidr {peers[0] if peers else 'ADDRESS/32'}"
        )
        to = "--cidr YOUR-ADDRESS/32" if WORLD in peers else to
        only = " from everywhere" if WORLD in peers and any(opens(r, port) for r in rules) else ""
        said = f"its security groups ({names}) do not let {source['what']} in on port {port}{only}{instead}"
        severity = "info" if only else "high"  # some addresses may be let in, and nobody said which is meant
        yield "rds-closed-by-security-group", severity, said, f"{command} {to}", proofs
    own = [seen["groups"][g] for g in source["groups"] if g in seen["groups"]]
    outward = [rule for group, _ in own for rule in group["IpPermissionsEgress"]]
    targets = [seen["subnets"][s] for s in database["subnets"] if s in seen["subnets"]]
    if own and lets(outward, port, set(database["groups"]), targets) is False:
        said = (
            f"the security groups of {source['what']} ({', '.join(source['groups'])}) "
            f"let nothing out to it on port {port}"
        )
        fix = (
            f"aws ec2 authorize-security-group-egress --region {region} --group-id {source['groups'][0]} "
            "--ip-permissions "
        )
        pair = (database["groups"] or ["ID"])[0]
        fix += f"'IpProtocol=tcp,FromPort={port},ToPort={port},UserIdGroupPairs=[{{GroupId={pair}}}]'"
        yield "rds-source-egress-closed", "high", said, fix, [proof for _, proof in own]


def judge_acls(database, seen, source):
    """What network ACLs refuse: towards the database, and answers on their way back."""
    port, told = database["port"], set()
    if "acls" in seen["failed"] or not port:
        return
    here = [s for s in database["subnets"] if s in seen["subnets"]]
    far = [s for s in (source["subnets"] if source else ()) if s in seen["subnets"]]
    networks = [seen["subnets"][s] for s in far] or (
        [n for n in source["networks"] if n.version == 4] if source else [seen["subnets"][s] for s in here]
    )
    crossings = [(s, n, port, False) for s in here for n in networks] + [
        (s, n, EPHEMERAL, True) for s in here for n in networks
    ]
    back = [(s, seen["subnets"][h]) for s in far for h in here if s not in here]
    crossings += [(s, n, port, True) for s, n in back] + [(s, n, EPHEMERAL, False) for s, n in back]
    for subnet, network, number, egress in crossings:
        if source is not None and subnet in far and network == seen["subnets"][subnet]:
            continue  # within a subnet no ACL counts
        acl = acl_of(seen, source["vpc"] if source and subnet in far else database["vpc"], subnet)
        refused = acl and acl_judges(acl[0], number, network, egress=egress)[0]
        if not refused or (acl[0]["NetworkAclId"], egress) in told:
            continue
        if source is None and lets_somebody(acl[0], number, egress=egress):
            continue
        told.add((acl[0]["NetworkAclId"], egress))
        part = f", a part of {network}," if refused[2] != network else ""
        shut = refused[2]
        way = "out" if egress else "in"
        what = (
            f"answers to {shut}{part}"
            if number == EPHEMERAL and egress
            else f"answers from {shut}{part}"
            if number == EPHEMERAL
            else f"port {port} {'to' if egress else 'from'} {shut}{part}"
        )
        said = (
            f"network ACL {acl[0]['NetworkAclId']} of {subnet} lets {what} not {way} "
            f"(rule {'*' if refused[0] == LAST_RULE else refused[0]})"
        )
        ports = "1024,To=65535" if number == EPHEMERAL else f"{port},To={port}"
        fix = (
            f"aws ec2 create-network-acl-entry --region {database['region']} --network-acl-id {acl[0]['NetworkAclId']}"
        )
        fix += (
            f" --rule-number {max(1, refused[0] - 1) if refused[0] < LAST_RULE else 32000} "
            f"--protocol tcp --port-range From={ports} --cidr-block {shut}"
        )
        fix += f" --rule-action allow {'--egress' if egress else '--ingress'}"
        yield "rds-closed-by-network-acl", "high", said, fix, [f"{acl[1]}/Entries/{refused[1]}", acl[1]]


def judge_route(database, seen, source):
    region, name = database["region"], database["name"]
    outside = source is not None and not source["vpc"] and any(map(is_outside, source["networks"]))
    if outside and not database["public"]:
        said = f"it is not publicly accessible, so {source['what']} cannot reach it"
        fix = (
            f"Reach it from inside its VPC {database['vpc']} (VPN, bastion or a function "
            "in the VPC); if it must be public: aws rds modify-db-instance --region "
            f"{region} --db-instance-identifier {name} --publicly-accessible"
        )
        yield "rds-not-public", "high", said, fix, [f"{database['proof']}/PubliclyAccessible", *source["proofs"]]
        return
    if "tables" in seen["failed"]:
        return
    rules = [r for g in database["groups"] if g in seen["groups"] for r in seen["groups"][g][0]["IpPermissions"]]
    invited = any(opens(r, database["port"]) and any(map(is_outside, networks_of(r))) for r in rules)
    if database["public"] and (outside or (source is None and invited)):
        for subnet in database["subnets"]:
            table = table_of(seen, database["vpc"], subnet)
            if table and not leads_to(table[0], WORLD, ("igw-",)):
                said = (
                    f"it is publicly accessible, but its subnet {subnet} has no route to an internet "
                    f"gateway ({table[0]['RouteTableId']})"
                )
                fix = (
                    f"Route to the internet gateway of {database['vpc']}, or make it private if that will do: "
                    f"aws ec2 create-route --region {region} --route-table-id {table[0]['RouteTableId']} "
                    "--destination-cidr-block 0.0.0.0/0 --gateway-id GATEWAY_ID"
                )
                if source is None:  # from where clients come nobody said, and those in its VPC need no gateway
                    said += "; clients in its VPC need none"
                severity = "high" if source else "medium"
                yield "rds-public-without-route", severity, said, fix, [table[1]]
                return
    if source and source["vpc"] and source["vpc"] != database["vpc"]:
        targets = [seen["subnets"][s] for s in database["subnets"] if s in seen["subnets"]]
        for subnet in source["subnets"]:
            table = table_of(seen, source["vpc"], subnet)
            if table and targets and not leads_to(table[0], targets[0], ("pcx-", "tgw-", "vgw-")):
                said = (
                    f"{source['what']} is in {source['vpc']}, the database in {database['vpc']}, "
                    f"and {table[0]['RouteTableId']} has no route there"
                )
                fix = (
                    f"Peer the two VPCs or use a transit gateway, then route {targets[0]} to "
                    f"it in {table[0]['RouteTableId']}."
                )
                yield "rds-no-route-between-vpcs", "high", said, fix, [table[1], *source["proofs"]]
                return


def judge_names(database, seen):
    resolves = seen["resolves"].get(database["vpc"])
    if resolves and not resolves[0]:
        fix = (
            f"aws ec2 modify-vpc-attribute --region {database['region']} --vpc-id {database['vpc']} "
            "--enable-dns-support"
        )
        yield (
            "rds-name-not-resolved",
            "high",
            f"{database['vpc']} does not resolve names, so its endpoint has no address there",
            fix,
            [resolves[1]],
        )
    if database["expires"] and database["expires"] < datetime.now(UTC):
        said = f"its certificate ran out on {database['expires']:%Y-%m-%d}, so clients that check it turn away"
        fix = (
            f"aws rds modify-db-instance --region {database['region']} --db-instance-identifier "
            f"{database['name']} --ca-certificate-identifier rds-ca-rsa2048-g1 --apply-immediately"
        )
        yield "rds-certificate-expired", "medium", said, fix, [f"{database['proof']}/CertificateDetails"]


def judge_region(clients, databases, source_name, region):
    """Every database of a region with what stops its clients; whether the source is there; the subnets looked at."""
    skipped, sources = [], []
    try:
        if source_name and not (sources := find_sources(clients, source_name, skipped)):
            return [], skipped, False, {}
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"{source_name} in {region}", "why": why(error)})
    seen = look_around(clients["ec2"], databases, sources, region)
    judged = []
    for one in databases:
        problems = {}
        for source in sources or [None]:
            found = [*judge_state(one), *judge_groups(one, seen, source), *judge_acls(one, seen, source)]
            for problem in [*found, *judge_route(one, seen, source), *judge_names(one, seen)]:
                problems.setdefault((problem[0], problem[2]), problem)
        judged.append((one, list(problems.values())))
    return judged, skipped + seen["skipped"], True, {name: str(block) for name, block in seen["subnets"].items()}


def choose(databases, hint, skipped):
    exact = [d for d in databases if hint in (d["name"], d["arn"], d["cluster"])]
    words = [w for w in re.split(r"[\s_-]+", hint.lower()) if w]
    named = exact or [d for d in databases if all(w in f"{d['name']} {d['cluster']}".lower() for w in words)]
    if hint and not named:
        skipped.append({"what": f"database {hint}", "why": "no database has that name, so all were checked"})
    return named or databases


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
    home, skipped = boto3.session.Session().region_name or "us-east-1", []
    source = (variables.get("source") or "").strip()
    regions = variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)
    running, judging = {}, {}
    with ThreadPoolExecutor(16) as pool:
        for region in regions:  # clients are made one by one, which boto3 asks for, while the first are at work
            running[region] = pool.submit(
                list_databases, boto3.client("rds", region_name=region, config=CONFIG), region
            )
        results = {region: task.result() for region, task in running.items()}
        looked = sorted(region for region, result in results.items() if result[2])
        skipped += [gap for _, missed, _ in results.values() for gap in missed]
        if not looked:
            sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")
        wanted = choose(
            [d for found, _, _ in results.values() for d in found], variables.get("database") or "", skipped
        )
        for region in sorted({d["region"] for d in wanted}):
            clients = {"ec2": boto3.client("ec2", region_name=region, config=CONFIG)}
            clients["lambda"] = boto3.client("lambda", region_name=region, config=CONFIG)
            own = [d for d in wanted if d["region"] == region]
            judging[region] = pool.submit(judge_region, clients, own, source, region)
        judged = {region: task.result() for region, task in judging.items()}
    skipped += [gap for _, missed, _, _ in judged.values() for gap in missed]
    lost = sorted(region for region, (_, _, found, _) in judged.items() if not found)
    absent = [{"what": f"databases in {', '.join(lost)}", "why": f"{source} is not in that region"}] if lost else []
    if len(lost) == len(judged):
        skipped += absent  # else they are told apart below: where the source is not, it asks for nothing

    findings, told, resources = [], [], []
    for one, problems in [pair for pairs, _, _, _ in judged.values() for pair in pairs]:
        resources.append(
            {
                "arn": one["arn"],
                "type": "rds:db",
                "region": one["region"],
                "summary": {key: one[key] for key in ("name", "engine", "status", "port", "public", "vpc", "groups")},
            }
        )
        told.append(
            {"database": one["name"], "region": one["region"], "problems": [said for _, _, said, _, _ in problems]}
        )
        for kind, severity, said, fix, proofs in problems:
            title = f"Database {one['name']} ({one['engine']}) cannot be reached: {said}"
            title = title.replace(" cannot be reached:", ":") if severity == "info" else title
            if kind == "rds-public-without-route":
                title = title.replace(" cannot be reached:", " cannot be reached from the internet:")
            evidence = [*proofs, one["proof"]] if kind != "rds-not-running" else proofs
            findings.append(
                {
                    "id": kind,
                    "title": title[:1000],
                    "severity": severity,
                    "resource": one["arn"],
                    "evidence": evidence,
                    "fix": fix,
                }
            )
    order = ["critical", "high", "medium", "low", "info"]
    findings.sort(key=lambda finding: (order.index(finding["severity"]), finding["resource"]))
    bad = sorted({one["database"] for one in told if one["problems"]})
    whence = f" from {source}" if source else ""
    first = f": {findings[0]['title']}" if len(told) == 1 and findings else f" ({', '.join(bad[:8])})" if bad else ""
    failed = (
        f"; {many(len(regions) - len(looked), 'region')} could not be looked at" if len(looked) < len(regions) else ""
    )
    gaps = unseen(skipped, findings)
    facts = {
        "summary": doubt(gaps)
        if gaps
        else (
            f"Something stops clients{whence} at {len(bad)} of {many(len(told), 'database')} "
            f"in {many(len(looked), 'region')}{first}{failed}."
        ),
        "undecided": bool(gaps),
        "unseen": gaps,
        "databases_checked": len(told),
        "unreachable": bad,
        "source": source,
        "subnets": {name: block for _, _, _, subnets in judged.values() for name, block in subnets.items()},
        "databases": told,
    }
    skipped += [gap for gap in absent if gap not in skipped]
    coverage = {"regions": looked, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
