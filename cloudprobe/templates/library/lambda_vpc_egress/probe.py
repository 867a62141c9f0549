"""Which Lambda functions in a VPC cannot reach the internet or an AWS service, and what stands in their way.

Reads JSON from standard input, every member optional:
{"function": "name, part of one, or ARN", "service": "sqs", "regions": ["eu-west-1"] or ["*"]}.
Follows the way of a request: security group, network ACL, route, gateway or endpoint, and names.
A function's interfaces never have a public address, whatever their subnet gives to others.
"""

import ipaddress
import json
import re
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
FILTER_VALUES = 200  # EC2 takes that many in one filter
HTTPS = 443
LAST_RULE = 32767  # of an ACL, which refuses what no rule before it allowed
ANSWERS = (32768, 60999)  # the ports a function's own end of a connection has; answers come back to them
SOMEWHERE = ipaddress.ip_address("8.8.8.8")  # any address of the internet, where no rule sets some of them apart
INTERNAL = [
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
]
HALVES = ("0.0.0.0/1", "128.0.0.0/1")  # together a default route, and more specific than one
GATEWAY_SERVICES = ("s3", "dynamodb")
SERVICE = re.compile(r"arn:aws[\w-]*:([a-z0-9-]+):|\b([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com")
FAILING = ("pending", "failed", "deleting", "deleted")
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
    """What one region has: functions in networks, and the networks."""

    def __init__(self, name):
        self.name, self.complete, self.asked_for, self.skipped, self.findings = name, False, False, [], []
        self.functions, self.outside, self.parts, self.missing, self.dns = [], [], {}, set(), {}
        self.api = boto3.client("lambda", region_name=name, config=CONFIG)


def find(region):
    try:
        for page in region.api.get_paginator("list_functions").paginate():
            for number, function in enumerate(page["Functions"]):
                found = {**function, "at": f"{pointer(page)}/Functions/{number}"}
                (region.functions if (found.get("VpcConfig") or {}).get("VpcId") else region.outside).append(found)
        region.complete = True
    except (ClientError, BotoCoreError) as error:
        region.skipped.append({"what": f"functions in {region.name}", "why": why(error)})
    return region


def chosen(functions, hint):
    exact = [f for f in functions if hint in (f["FunctionName"].lower(), f["FunctionArn"].lower())]
    return exact or [f for f in functions if hint in f["FunctionName"].lower()]


def keep(region, what, pages, key):
    """The items of a listing, each with where it stands; a listing that failed makes its part missing."""
    region.parts.setdefault(what, [])
    try:
        for page in pages:
            for number, item in enumerate(page[key]):
                region.parts[what].append({**item, "at": f"{pointer(page)}/{key}/{number}"})
    except (ClientError, BotoCoreError) as error:
        region.missing.add(what)
        region.skipped.append({"what": f"{what} in {region.name}", "why": why(error)})


def read_networks(region, ec2):
    """Everything between the functions of a region and the outside, by a few listings for all of them together."""
    networks = sorted({function["VpcConfig"]["VpcId"] for function in region.functions})
    for first in range(0, len(networks), FILTER_VALUES):
        within = [{"Name": "vpc-id", "Values": networks[first : first + FILTER_VALUES]}]
        keep(region, "route tables", ec2.get_paginator("describe_route_tables").paginate(Filters=within), "RouteTables")
        keep(region, "NAT gateways", ec2.get_paginator("describe_nat_gateways").paginate(Filter=within), "NatGateways")
        keep(
            region,
            "VPC endpoints",
            ec2.get_paginator("describe_vpc_endpoints").paginate(Filters=within),
            "VpcEndpoints",
        )
        keep(region, "network ACLs", ec2.get_paginator("describe_network_acls").paginate(Filters=within), "NetworkAcls")
        keep(
            region,
            "security groups",
            ec2.get_paginator("describe_security_groups").paginate(Filters=within),
            "SecurityGroups",
        )
    for network in networks:
        try:
            answer = ec2.describe_vpc_attribute(VpcId=network, Attribute="enableDnsSupport")
            region.dns[network] = (answer["EnableDnsSupport"]["Value"], f"{pointer(answer)}/EnableDnsSupport/Value")
        except (ClientError, BotoCoreError) as error:
            region.skipped.append({"what": f"DNS support of {network}", "why": why(error)})


def table_of(region, network, subnet):
    """The route table of a subnet: its own, else the main one of its network."""
    main = None
    for table in region.parts["route tables"]:
        for association in table.get("Associations", []):
            if association.get("SubnetId") == subnet:
                return table
            if association.get("Main") and table["VpcId"] == network:
                main = table
    return main


def acl_of(region, network, subnet):
    """The network ACL of a subnet: its own, else the default one of its network."""
    default = None
    for acl in region.parts["network ACLs"]:
        if any(association.get("SubnetId") == subnet for association in acl.get("Associations", [])):
            return acl
        if acl.get("IsDefault") and acl["VpcId"] == network:
            default = acl
    return default


def is_internal(network):
    return network.version == 4 and any(network.subnet_of(own) for own in INTERNAL)


def rules_of(acl, egress):
    """The rules of one direction that concern TCP over IPv4, in their order, with the place of each."""
    numbered = [(entry, place) for place, entry in enumerate(acl["Entries"]) if entry["Egress"] == egress]
    numbered = [one for one in numbered if one[0]["Protocol"] in ("-1", "6") and "CidrBlock" in one[0]]
    rules = []
    for entry, place in sorted(numbered, key=lambda one: one[0]["RuleNumber"]):
        span = entry.get("PortRange") or {"From": 0, "To": 65535}
        block = ipaddress.ip_network(entry["CidrBlock"], strict=False)
        rules.append((block, span["From"], span["To"], entry["RuleAction"] == "allow", place))
    return rules


def refusal(rules, address, ports):
    """The place of the rule that keeps some port of an address shut, -1 where no rule speaks of it; None if none."""
    edges = {ports[0], *(first for _, first, _, _, _ in rules), *(last + 1 for _, _, last, _, _ in rules)}
    for port in sorted(edge for edge in edges if ports[0] <= edge <= ports[1]):
        fitting = (rule for rule in rules if address in rule[0] and rule[1] <= port <= rule[2])
        rule = next(fitting, None)
        if rule is None or not rule[3]:
            return -1 if rule is None else rule[4]
    return None


def acl_closes(acl, egress, ports, within):
    """The place of the rule by which an ACL lets TCP on some ports to or from nobody at all; None if it lets somebody.

    The place is -1 where no rule speaks of it, which refuses as well. ``within`` are the networks that count, or
    nothing for the internet. What shuts out some addresses is no fault.
    """
    rules = rules_of(acl, egress)
    edges = [rule[0][0] for rule in rules] + [rule[0][-1] + 1 for rule in rules if int(rule[0][-1]) < 2**32 - 1]
    asked = [network[0] for network in within] or [SOMEWHERE]
    counts = [
        address
        for address in [*asked, *edges]
        if (any(address in one for one in within) if within else not is_internal(ipaddress.ip_network(address)))
    ]
    refusals = [refusal(rules, address, ports) for address in counts]
    if None in refusals:
        return None
    return refusals[0]


def inside_of(region, network, subnet):
    """The addresses of a network itself, as its local routes name them."""
    table = table_of(region, network, subnet)
    local = [route for route in (table or {"Routes": []})["Routes"] if route.get("GatewayId") == "local"]
    return [ipaddress.ip_network(route["DestinationCidrBlock"]) for route in local if "DestinationCidrBlock" in route]


def lets_out(groups):
    """What a function's security groups let it reach on HTTPS: everything, something in particular, or nothing."""
    reached = set()
    for group in groups:
        for rule in group.get("IpPermissionsEgress", []):
            if rule["IpProtocol"] not in ("-1", "tcp", "6"):
                continue
            if rule["IpProtocol"] != "-1" and not rule.get("FromPort", 0) <= HTTPS <= rule.get("ToPort", 65535):
                continue
            reached |= {r["CidrIp"] for r in rule.get("IpRanges", [])} | {
                r["CidrIpv6"] for r in rule.get("Ipv6Ranges", [])
            }
            reached |= {p["PrefixListId"] for p in rule.get("PrefixListIds", [])}
            reached |= {p["GroupId"] for p in rule.get("UserIdGroupPairs", []) if "GroupId" in p}
    return reached


def defaults_in(table):
    """The routes of a table that stand for everywhere, each with its place."""
    routes = list(enumerate(table["Routes"]))
    halved = set(HALVES) <= {route.get("DestinationCidrBlock") for _, route in routes}
    everywhere = HALVES if halved else ("0.0.0.0/0",)
    return [(place, route) for place, route in routes if route.get("DestinationCidrBlock") in everywhere]


def way_out(region, network, subnet):
    """Where the default route of a subnet leads: kind, text, proofs; kind ``open`` where a way out is whole."""
    table = table_of(region, network, subnet)
    if table is None:
        return "unknown", "its route table could not be seen", [], ""
    at = table["at"]
    number, route = next(iter(defaults_in(table)), (0, None))
    name = table["RouteTableId"]
    if route is None:
        return "none", f"its route table {name} has no route to the internet", [f"{at}/Routes"], name
    proof = f"{at}/Routes/{number}"
    if route.get("State") == "blackhole":
        gone = route.get("NatGatewayId") or route.get("GatewayId") or route.get("NetworkInterfaceId") or "something"
        return "blackhole", f"the default route of {name} leads to {gone}, which is gone (blackhole)", [proof], name
    if (route.get("GatewayId") or "").startswith("igw-"):
        text = (
            f"the default route of {name} leads to the internet gateway {route['GatewayId']}: this is a public subnet"
        )
        return "public", f"{text}, and a function has no public address", [proof], name
    if route.get("NatGatewayId"):
        return nat_works(region, network, route["NatGatewayId"], proof, name)
    target = route.get("TransitGatewayId") or route.get("NetworkInterfaceId") or route.get("VpcPeeringConnectionId")
    return "open", f"its traffic goes to {target or 'a gateway of your own'}, which was not followed", [proof], name


def nat_works(region, network, name, proof, table):
    """Whether a NAT gateway leads to the internet."""
    nat = next((nat for nat in region.parts["NAT gateways"] if nat["NatGatewayId"] == name), None)
    if "NAT gateways" in region.missing:
        return "unknown", f"the NAT gateway {name} could not be seen", [proof], table
    if nat is None:
        return "blackhole", f"the default route of {table} leads to {name}, which does not exist", [proof], table
    proofs = [proof, nat["at"]]
    if nat["State"] in FAILING:
        reason = f" ({nat['FailureMessage']})" if nat.get("FailureMessage") else ""
        return "nat-down", f"the NAT gateway {name} is {nat['State']}{reason}", proofs, table
    if nat.get("ConnectivityType") == "private":
        return "nat-private", f"the NAT gateway {name} is a private one, which leads to no internet", proofs, table
    own = table_of(region, network, nat["SubnetId"])
    routes = own["Routes"] if own else []
    if own and not any(
        r.get("DestinationCidrBlock") in ("0.0.0.0/0", *HALVES) and (r.get("GatewayId") or "").startswith("igw-")
        for r in routes
    ):
        text = (
            f"the NAT gateway {name} stands in {nat['SubnetId']}, whose route table {own['RouteTableId']} has no route"
        )
        return "nat-private", f"{text} to an internet gateway", [*proofs, f"{own['at']}/Routes"], own["RouteTableId"]
    return "open", f"NAT gateway {name}", proofs, table


FIXES = {
    "none": "point 0.0.0.0/0 to a NAT gateway in a public subnet, or make VPC endpoints for what is used",
    "public": "move the function to subnets whose 0.0.0.0/0 leads to a NAT gateway",
    "blackhole": "point 0.0.0.0/0 to a NAT gateway that is there",
    "nat-down": "make a new NAT gateway and point 0.0.0.0/0 to it",
    "nat-private": "make a public NAT gateway in a subnet that leads to an internet gateway, and use that",
}


def route_fix(region, kind, table, function):
    if kind == "public":
        options = {"function_name": function["FunctionName"]}
        groups = ",".join(function["VpcConfig"]["SecurityGroupIds"])
        options["vpc_config"] = f"SubnetIds=PRIVATE_SUBNETS,SecurityGroupIds={groups}"
        return command(region.name, "lambda update-function-configuration", **options) + f"  # {FIXES[kind]}"
    options = {"route_table_id": table, "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "NAT_GATEWAY"}
    operation = "ec2 create-route" if kind == "none" else "ec2 replace-route"
    return command(region.name, operation, **options) + f"  # {FIXES[kind]}"


def wanted_by(function, asked):
    """The AWS services a function's settings speak of, as its variables hold ARNs and addresses of them."""
    if asked:
        return [asked]
    variables = (function.get("Environment") or {}).get("Variables") or {}
    found = {one or other for value in variables.values() for one, other in SERVICE.findall(str(value))}
    return sorted(found - {"iam", "lambda", "ec2", "sts"})


def endpoint_for(region, function, service):
    """What an endpoint does for a function and a service: kind of trouble or ``open``, text, proofs."""
    network, subnets = function["VpcConfig"]["VpcId"], function["VpcConfig"]["SubnetIds"]
    found = [
        e
        for e in region.parts["VPC endpoints"]
        if e["VpcId"] == network and e["ServiceName"].endswith(f".{region.name}.{service}")
    ]
    if not found:
        return "missing", f"the VPC has no endpoint for {service}", []
    troubles = []
    for endpoint in found:
        name, at = endpoint["VpcEndpointId"], endpoint["at"]
        tables = [table_of(region, network, subnet) for subnet in subnets]
        if endpoint["State"].lower() not in ("available", "pending"):
            troubles.append(("down", f"the endpoint {name} for {service} is {endpoint['State']}", [at]))
        elif endpoint["VpcEndpointType"] == "Gateway":
            left = [
                t["RouteTableId"] for t in tables if t and t["RouteTableId"] not in endpoint.get("RouteTableIds", [])
            ]
            if not left:
                return "open", name, [at]
            text = f"the endpoint {name} for {service} is not in the route table {', '.join(dict.fromkeys(left))}"
            troubles.append(("unrouted", text, [at]))
        elif endpoint.get("PrivateDnsEnabled") is False:
            text = f"the endpoint {name} for {service} has no private DNS, so its ordinary name leads past it"
            troubles.append(("nameless", text, [at]))
        elif not lets_in(region, endpoint, function):
            groups = ", ".join(group["GroupId"] for group in endpoint.get("Groups", []))
            text = (
                f"the security group {groups} of the endpoint {name} for {service} does not let the function in on 443"
            )
            troubles.append(("closed", text, [at]))
        else:
            return "open", name, [at]
    return troubles[0]


def lets_in(region, endpoint, function):
    """Whether the groups of an interface endpoint let a function in; True where they cannot be seen."""
    known = {group["GroupId"]: group for group in region.parts["security groups"]}
    groups = [known[g["GroupId"]] for g in endpoint.get("Groups", []) if g["GroupId"] in known]
    own = set(function["VpcConfig"]["SecurityGroupIds"])
    for group in groups:
        for rule in group.get("IpPermissions", []):
            fits = rule["IpProtocol"] == "-1" or rule.get("FromPort", 0) <= HTTPS <= rule.get("ToPort", 65535)
            sources = {pair.get("GroupId") for pair in rule.get("UserIdGroupPairs", [])}
            if fits and (rule.get("IpRanges") or rule.get("PrefixListIds") or sources & own):
                return True
    return not groups


def say(region, function, kind, severity, text, proofs, fix):
    finding = {
        "id": kind,
        "title": f"Function {function['FunctionName']} in {region.name}: {text}",
        "severity": severity,
        "resource": function["FunctionArn"],
        "evidence": [*[proof for proof in proofs if proof], f"{function['at']}/VpcConfig"],
        "fix": fix,
    }
    region.findings.append(finding)
    function.setdefault("causes", []).append(kind)


def judge(region, function, asked):
    """What keeps one function from the outside."""
    place = function["VpcConfig"]
    network, subnets = place["VpcId"], place["SubnetIds"]
    on, dns_at = region.dns.get(network, (True, ""))
    if not on:
        fix = command(region.name, "ec2 modify-vpc-attribute", "--enable-dns-support", vpc_id=network)
        text = f"DNS is switched off in its VPC {network}, so it can resolve no name"
        say(region, function, "lambda-vpc-no-dns", "high", text, [dns_at], fix)
    ways = [(subnet, *way_out(region, network, subnet)) for subnet in subnets]
    function["ways"] = [f"{subnet}: {text}" for subnet, _, text, _, _ in ways]
    broken = [way for way in ways if way[1] not in ("open", "unknown")]
    wanted = wanted_by(function, asked)
    judged = {service: endpoint_for(region, function, service) for service in wanted}
    served = [e for e in region.parts["VPC endpoints"] if e["VpcId"] == network]
    function["endpoints"] = sorted({e["ServiceName"].rsplit(".", 1)[1] for e in served})
    # An isolated network, on purpose: what the function uses has its endpoint, for all that can be seen.
    isolated = bool(wanted) and all(kind == "open" for kind, _, _ in judged.values())
    all_none = len(broken) == len(ways) and all(way[1] == "none" for way in broken)
    isolated = isolated or (not wanted and bool(served) and all_none)
    # The addresses of a gateway's service are the internet's, and an ACL must let them pass.
    stays = isolated and not {*(wanted or function["endpoints"])} & {*GATEWAY_SERVICES}
    stays = stays or (not wanted and not served and all_none)
    judge_groups(region, function, wanted, leaves=not stays and len(broken) < len(ways))
    judge_acls(region, function, stays=stays)
    if not broken or "route tables" in region.missing:
        return
    for service, (kind, text, proofs) in judged.items():
        if kind != "open" and "VPC endpoints" not in region.missing:
            judge_service(region, function, service, kind, text, [*proofs, *broken[0][3]])
    if isolated:
        return
    some = f"in {len(broken)} of its {len(ways)} subnets, so now and then, " if len(broken) < len(ways) else ""
    _, kind, text, proofs, table = broken[0]
    title = f"it has {some}no way to the internet: {text}"
    fix = route_fix(region, kind, table, function)
    ids = {"none": "lambda-vpc-no-route", "public": "lambda-vpc-public-subnet", "blackhole": "lambda-vpc-blackhole"}
    severity = "high"
    if kind == "none" and not wanted and not region.asked_for:
        severity, title = "medium", f"{title}, nor any endpoint; in order only if it uses nothing outside of its VPC"
    say(region, function, ids.get(kind, "lambda-vpc-nat-broken"), severity, title, proofs, fix)


def judge_groups(region, function, wanted, *, leaves):
    """Whether the security groups let it out at all, and out of its networks where it ``leaves`` them."""
    own = function["VpcConfig"]["SecurityGroupIds"]
    groups = [group for group in region.parts["security groups"] if group["GroupId"] in own]
    reached = lets_out(groups)
    blocks = [ipaddress.ip_network(one) for one in reached if "/" in one]
    # What a prefix list holds was not read; it may be the internet's.
    only = not any(one.startswith("pl-") for one in reached) and all(map(is_internal, blocks))
    if not groups or (reached and not (leaves and only)):
        return
    opening = "IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}]"
    fix = command(
        region.name, "ec2 authorize-security-group-egress", group_id=groups[0]["GroupId"], ip_permissions=opening
    )
    names = ", ".join(group["GroupId"] for group in groups)
    text, severity = f"its security group {names} lets nothing out on port {HTTPS}", "high"
    if reached:
        text = f"its security group {names} lets it out on port {HTTPS} to {', '.join(sorted(reached))} alone"
        text += ", so to nothing on the internet"
        if not wanted and not region.asked_for:
            severity, text = "medium", f"{text}; in order only if it uses nothing outside of its networks"
    proofs = [group["at"] for group in groups]
    say(region, function, "lambda-vpc-egress-closed", severity, text, proofs, fix)


def judge_acls(region, function, *, stays):
    """The ACLs on the way: of its subnets, and of those its NAT gateways stand in unless it ``stays`` in its VPC."""
    network, told = function["VpcConfig"]["VpcId"], set()
    for subnet in function["VpcConfig"]["SubnetIds"]:
        acl = acl_of(region, network, subnet)
        within = inside_of(region, network, subnet) if stays else []
        if acl and acl["NetworkAclId"] not in told and (within or not stays):
            told.add(acl["NetworkAclId"])
            judge_acl(region, function, acl, f"its subnet {subnet}", within)
    if stays:
        return
    for subnet in function["VpcConfig"]["SubnetIds"]:
        table = table_of(region, network, subnet)
        named = {route.get("NatGatewayId") for _, route in defaults_in(table)} if table else set()
        for nat in (nat for nat in region.parts["NAT gateways"] if nat["NatGatewayId"] in named):
            acl = acl_of(region, network, nat["SubnetId"])
            if acl and acl["NetworkAclId"] not in told:
                told.add(acl["NetworkAclId"])
                judge_acl(region, function, acl, f"the subnet of the NAT gateway {nat['NatGatewayId']}", [])


def judge_acl(region, function, acl, whose, within):
    other = ", ".join(map(str, within)) or "0.0.0.0/0"
    for egress, ports, text in ((True, (HTTPS, HTTPS), f"out on port {HTTPS}"), (False, ANSWERS, "answers back in")):
        entry = acl_closes(acl, egress, ports, within)
        if entry is None:
            continue
        number = acl["Entries"][entry]["RuleNumber"] if entry >= 0 else LAST_RULE
        options = {"network_acl_id": acl["NetworkAclId"], "rule_number": max(1, number - 1), "protocol": "tcp"}
        options |= {"port_range": f"From={ports[0]},To={ports[1]}", "cidr_block": other.partition(",")[0]}
        options["rule_action"] = "allow"
        flag = "--egress" if egress else "--ingress"
        taken = [e["RuleNumber"] for e in acl["Entries"] if e["Egress"] == egress]
        if number == LAST_RULE:
            options["rule_number"] = next(free for free in range(100, LAST_RULE) if free not in taken)
        fix = command(region.name, "ec2 create-network-acl-entry", flag, **options)
        shown = "its last rule" if number == LAST_RULE else f"rule {number}"
        title = f"the network ACL {acl['NetworkAclId']} of {whose} lets nothing {text} ({shown})"
        proofs = [f"{acl['at']}/NetworkAclId", f"{acl['at']}/Entries{f'/{entry}' if entry >= 0 else ''}"]
        say(region, function, "lambda-vpc-acl-closed", "high", title, proofs, fix)


def judge_service(region, function, service, kind, text, proofs):
    network, subnets = function["VpcConfig"]["VpcId"], function["VpcConfig"]["SubnetIds"]
    options = {"vpc_id": network, "service_name": f"com.amazonaws.{region.name}.{service}"}
    if service in GATEWAY_SERVICES:
        tables = [table_of(region, network, subnet) for subnet in subnets]
        options["route_table_ids"] = ",".join(sorted({table["RouteTableId"] for table in tables if table}))
        fix = command(region.name, "ec2 create-vpc-endpoint", **options)
    else:
        options |= {"vpc_endpoint_type": "Interface", "subnet_ids": ",".join(subnets)}
        fix = command(region.name, "ec2 create-vpc-endpoint", "--private-dns-enabled", **options)
    if kind == "nameless":
        name = text.split(" ")[2]
        fix = command(region.name, "ec2 modify-vpc-endpoint", "--private-dns-enabled", vpc_endpoint_id=name)
    title = f"it uses {service} and cannot reach it: it has no way to the internet, and {text}"
    say(region, function, f"lambda-vpc-endpoint-{kind}", "high", title, proofs, fix)


def explain(region, ec2, asked):
    read_networks(region, ec2)
    for function in region.functions:
        judge(region, function, asked)


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


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
    hint, skipped = (variables.get("function") or "").strip().lower(), []
    names = variables.get("regions") or ["*"]
    if "*" in names:
        names = find_regions(home, skipped)
    with ThreadPoolExecutor(8) as pool:  # clients are made one by one, which boto3 asks for
        regions = [task.result() for task in [pool.submit(find, Region(name)) for name in names]]
    looked = [region for region in regions if region.complete]
    if not looked:
        sys.exit(f"No region could be looked at: {'; '.join(g['why'] for r in regions for g in r.skipped)}")
    within = chosen([function for region in looked for function in region.functions], hint)
    outside = chosen([function for region in looked for function in region.outside], hint) if hint else []
    unknown = bool(hint) and not within and not outside
    if unknown:
        skipped.append({"what": f"function {hint}", "why": "no function has that name, so all were checked"})
        within = chosen([function for region in looked for function in region.functions], "")
    arns = {function["FunctionArn"] for function in within}
    with ThreadPoolExecutor(8) as pool:
        running = []
        for region in looked:
            region.functions = [function for function in region.functions if function["FunctionArn"] in arns]
            if region.functions:
                region.asked_for = bool(hint and not unknown)
                ec2 = boto3.client("ec2", region_name=region.name, config=CONFIG)
                running.append(pool.submit(explain, region, ec2, (variables.get("service") or "").lower()))
        for task in running:
            task.result()
    skipped += [gap for region in regions for gap in region.skipped]

    findings = sorted((f for r in looked for f in r.findings), key=lambda f: (ORDER.index(f["severity"]), f["title"]))
    facts, resources = [], []
    for region in looked:
        for function in region.functions:
            fact = {"name": function["FunctionName"], "region": region.name, "vpc": function["VpcConfig"]["VpcId"]}
            fact |= {key: function.get(key, []) for key in ("ways", "endpoints", "causes")}
            facts.append(fact)
            resource = {"arn": function["FunctionArn"], "type": "lambda:function", "region": region.name}
            resources.append({**resource, "summary": fact})
    troubled = [fact for fact in facts if fact["causes"]]
    told = "; ".join(f"{fact['name']}: {', '.join(fact['causes'])}" for fact in troubled[:5])
    whole = many(len(facts), "function")
    summary = f"{len(troubled)} of {whole} in a VPC cannot reach what they need ({told})."
    if not troubled:
        summary = f"Nothing stands in the way of {whole} in a VPC, in {many(len(looked), 'region')}."
    if outside:
        summary += f" Not in a VPC, so free to reach the internet: {', '.join(f['FunctionName'] for f in outside[:5])}."
    if findings:
        summary += f" First: {findings[0]['title']}."
    gaps = unseen(skipped, findings)
    document = {
        "facts": {
            "summary": doubt(gaps) if gaps else summary,
            "undecided": bool(gaps),
            "unseen": gaps,
            "port": HTTPS,
            "functions": facts,
            "outside": [f["FunctionName"] for f in outside],
        },
        "findings": findings,
        "resources": resources,
        "coverage": {"regions": [region.name for region in looked], "skipped": skipped, "truncated": []},
        "next": [],
    }
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
