"""Which security groups let everybody in, on which ports, and what stands behind them.

Reads JSON from standard input: {"regions": ["eu-west-1"] or ["*"], "ports": [22], "group": "id or part of a name"}.
Sources are added up: 0.0.0.0/1 and 128.0.0.0/1 together are the world, and so is a prefix list that holds them.
Needs boto3 and read access, no more.
"""

import ipaddress
import itertools
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)

SENSITIVE = {
    "tcp": {
        20: "FTP", 21: "FTP", 22: "SSH", 23: "Telnet", 111: "RPC", 135: "Windows RPC", 139: "NetBIOS", 389: "LDAP",
        445: "SMB", 873: "rsync", 1433: "SQL Server", 1434: "SQL Server", 1521: "Oracle", 2049: "NFS", 2375: "Docker",
        2376: "Docker", 2379: "etcd", 2380: "etcd", 3306: "MySQL", 3389: "RDP", 4333: "mSQL", 5432: "PostgreSQL",
        5439: "Redshift", 5500: "VNC", 5601: "Kibana", 5672: "RabbitMQ", 5900: "VNC", 5985: "WinRM", 5986: "WinRM",
        6379: "Redis", 6443: "Kubernetes API", 7000: "Cassandra", 7001: "Cassandra", 8020: "HDFS", 8888: "Jupyter",
        9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch", 9300: "Elasticsearch", 10250: "kubelet",
        11211: "Memcached", 15672: "RabbitMQ", 27017: "MongoDB", 27018: "MongoDB", 50070: "HDFS",
    },
    "udp": {69: "TFTP", 111: "RPC", 137: "NetBIOS", 161: "SNMP", 389: "LDAP", 1434: "SQL Server", 11211: "Memcached"},
}  # fmt: skip
WEB = {80, 443}
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
# More public addresses than these are the world: one /8 of IPv4, and far beyond any provider's share of IPv6.
MOST_ADDRESSES = {4: 2**24, 6: 2**112}
PRIVATE = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10")
]
FILTER_VALUES = 200  # EC2 takes that many in one filter


def is_world(sources):
    """The families (4, 6) in which some sources together cover more than anybody in particular can own."""
    worlds = set()
    for family, most in MOST_ADDRESSES.items():
        networks = [
            n
            for n in sources
            if n.version == family and not any(n.subnet_of(p) for p in PRIVATE if p.version == family)
        ]
        if sum(n.num_addresses for n in ipaddress.collapse_addresses(networks)) > most:
            worlds.add(family)
    return worlds


def sources_of(permission, prefix_lists):
    texts = [r["CidrIp"] for r in permission.get("IpRanges", [])]
    texts += [r["CidrIpv6"] for r in permission.get("Ipv6Ranges", [])]
    for prefix_list in permission.get("PrefixListIds", []):
        texts += prefix_lists.get(prefix_list["PrefixListId"], [])
    return [ipaddress.ip_network(text, strict=False) for text in texts]


def open_ranges(permissions, prefix_lists):
    """What a group's rules together open to the world: protocol, ports, families, and the numbers of the rules."""
    rules = []
    for number, permission in enumerate(permissions):
        protocol = PROTOCOLS.get(permission["IpProtocol"], permission["IpProtocol"])
        sources = sources_of(permission, prefix_lists)
        if protocol in ("icmp", "icmpv6") or not sources:
            continue
        first, last = permission.get("FromPort", 0), permission.get("ToPort", 65535)
        if protocol == "-1" or first == -1:
            first, last = 0, 65535
        rules.append((number, protocol, first, last, sources))
    found = []
    for protocol in sorted({rule[1] for rule in rules}):
        own = [rule for rule in rules if rule[1] in (protocol, "-1")]
        edges = sorted({first for _, _, first, _, _ in own} | {last + 1 for _, _, _, last, _ in own})
        for start, end in itertools.pairwise(edges):
            here = [rule for rule in own if rule[2] <= start and rule[3] >= end - 1]
            families = is_world([source for rule in here for source in rule[4]])
            if not families:
                continue
            numbers = {rule[0] for rule in here}
            before = found[-1] if found else None
            if (
                before
                and before["protocol"] == protocol
                and before["last"] == start - 1
                and before["families"] == families
            ):
                before["last"], before["rules"] = end - 1, before["rules"] | numbers
            else:
                found.append(
                    {"protocol": protocol, "first": start, "last": end - 1, "families": families, "rules": numbers}
                )
    # What "all traffic" opens anyway is not said once more for each protocol.
    everything = set().union(*(r["families"] for r in found if r["protocol"] == "-1"))
    return [r for r in found if r["protocol"] == "-1" or r["families"] - everything]


def describe_range(opened, sensitive):
    if opened["protocol"] == "-1":
        return "all traffic"
    first, last = opened["first"], opened["last"]
    services = sorted({name for port, name in sensitive.get(opened["protocol"], {}).items() if first <= port <= last})
    ports = str(first) if first == last else f"{first}-{last}"
    note = f" ({', '.join(services[:4])}{', …' if len(services) > 4 else ''})" if services else ""
    return f"{opened['protocol']} {ports}{note}"


def kind_of(ranges, sensitive):
    """``sensitive``, ``web`` (HTTP and HTTPS alone) or ``other``."""
    for opened in ranges:
        ports = sensitive.get(opened["protocol"], {})
        if opened["protocol"] == "-1" or any(opened["first"] <= port <= opened["last"] for port in ports):
            return "sensitive"
    web = all(r["protocol"] == "tcp" and r["first"] == r["last"] and r["first"] in WEB for r in ranges)
    return "web" if web else "other"


def describe_interface(interface):
    """What an interface belongs to, and its address on the internet if it has one."""
    instance = interface.get("Attachment", {}).get("InstanceId")
    described = instance or interface.get("Description") or interface["NetworkInterfaceId"]
    public_ip = interface.get("Association", {}).get("PublicIp")
    ipv6 = [address["Ipv6Address"] for address in interface.get("Ipv6Addresses", [])]
    return {
        "interface": interface["NetworkInterfaceId"],
        "belongs_to": described,
        "load_balancer": interface.get("RequesterId") == "amazon-elb" or described.startswith("ELB "),
        "addresses": {4: [public_ip] if public_ip else [], 6: ipv6},
    }


def severity_of(kind, exposed, attached):
    """By what stands behind a group; None where an open group is in order."""
    if kind == "sensitive":
        return "critical" if exposed else "medium" if attached else "low"
    if kind == "other" and attached:
        return "medium" if exposed else "low"
    return None


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def inspect_region(ec2, region):
    """The groups of a region, what the open ones open, and the interfaces of those."""
    groups, prefix_lists, skipped = [], {}, []
    try:
        for page in ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 1000}):
            groups += [(g, f"{pointer(page)}/SecurityGroups/{n}") for n, g in enumerate(page["SecurityGroups"])]
        used = {p["PrefixListId"] for g, _ in groups for r in g["IpPermissions"] for p in r.get("PrefixListIds", [])}
        for name in sorted(used):
            try:
                pages = ec2.get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=name)
                prefix_lists[name] = [entry["Cidr"] for page in pages for entry in page["Entries"]]
            except (ClientError, BotoCoreError) as error:
                skipped.append({"what": f"prefix list {name} in {region}", "why": why(error)})
        opened = {g["GroupId"]: open_ranges(g["IpPermissions"], prefix_lists) for g, _ in groups}
        wanted = sorted(group for group, ranges in opened.items() if ranges)
        interfaces = {}
        for start in range(0, len(wanted), FILTER_VALUES):
            some = [{"Name": "group-id", "Values": wanted[start : start + FILTER_VALUES]}]
            for page in ec2.get_paginator("describe_network_interfaces").paginate(Filters=some):
                for number, interface in enumerate(page["NetworkInterfaces"]):
                    proof = f"{pointer(page)}/NetworkInterfaces/{number}"
                    for group in interface["Groups"]:
                        seen = describe_interface(interface) | {"proof": proof}
                        interfaces.setdefault(group["GroupId"], {})[interface["NetworkInterfaceId"]] = seen
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"security groups in {region}", "why": why(error)})
        return [], skipped, False
    return (
        [(g, at, opened[g["GroupId"]], list(interfaces.get(g["GroupId"], {}).values())) for g, at in groups],
        skipped,
        True,
    )


def many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return f"{code}: the region is not enabled" if code in ("AuthFailure", "OptInRequired") else code
    return type(error).__name__


def revoke(region, group, rules):
    """Commands that take the open rules away, as they stand."""
    command = f"aws ec2 revoke-security-group-ingress --region {region} --group-id {group} --ip-permissions"
    commands = []
    for rule in rules:
        ports = "" if rule["IpProtocol"] == "-1" else f",FromPort={rule['FromPort']},ToPort={rule['ToPort']}"
        for ranges, field in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("PrefixListIds", "PrefixListId")):
            if rule.get(ranges):
                listed = ",".join(f"{{{field}={entry[field]}}}" for entry in rule[ranges])
                commands.append(f"{command} 'IpProtocol={rule['IpProtocol']}{ports},{ranges}=[{listed}]'")
    return " && ".join(commands)


def judge(group, region, ranges, interfaces, sensitive):
    """What is to be said of an open group; ``severity`` is None where that is in order."""
    families = set().union(*(opened["families"] for opened in ranges))
    exposed = [i for i in interfaces if any(i["addresses"][family] for family in families)]
    fact = {
        "group": group["GroupId"],
        "name": group["GroupName"],
        "region": region,
        "open": [describe_range(opened, sensitive) for opened in ranges],
        "families": [f"IPv{family}" for family in sorted(families)],
        "exposes": [f"{i['belongs_to']} at {', '.join(i['addresses'][4] + i['addresses'][6])}" for i in exposed],
        "attached_to": sorted({i["belongs_to"] for i in interfaces}),
        "severity": severity_of(kind_of(ranges, sensitive), exposed, interfaces),
    }
    return fact, [interface["proof"] for interface in (exposed or interfaces)[:5]]


def describe(fact):
    if fact["exposes"]:
        behind = f"it exposes {'; '.join(fact['exposes'][:5])}"
    elif fact["attached_to"]:
        behind = f"attached to {', '.join(fact['attached_to'][:5])}, without an address on the internet"
    else:
        behind = "attached to nothing"
    return f"Security group {fact['name']} ({fact['group']}) lets everybody in on {', '.join(fact['open'])}; {behind}"


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
    return f"No group that could be read lets everybody in, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home = boto3.session.Session().region_name or "us-east-1"
    asked = [int(port) for port in variables.get("ports") or []]
    hint = (variables.get("group") or "").lower()
    skipped = []
    regions = variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)
    sensitive = {p: {**dict.fromkeys(asked, "asked for"), **names} for p, names in SENSITIVE.items()}

    clients, running = {}, {}
    with ThreadPoolExecutor(16) as pool:
        for region in regions:  # clients are made one by one, which boto3 asks for, while the first are at work
            clients[region] = boto3.client("ec2", region_name=region, config=CONFIG)
            running[region] = pool.submit(inspect_region, clients[region], region)
        results = {region: task.result() for region, task in running.items()}

    looked = sorted(region for region, (_, _, complete) in results.items() if complete)
    skipped += [gap for _, missed, _ in results.values() for gap in missed]
    if not looked:
        sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")
    everything = [(region, *one) for region, (groups, _, _) in results.items() for one in groups]
    wanted = [one for one in everything if hint in (one[1]["GroupId"], "") or hint in one[1]["GroupName"].lower()]
    if hint and not wanted:
        skipped.append({"what": f"security group {hint}", "why": "no group has that name, so all were checked"})
        wanted = everything

    findings, resources, open_groups, harmless = [], [], [], []
    for region, group, at, ranges, interfaces in wanted:
        name, group_id, partition = group["GroupName"], group["GroupId"], clients[region].meta.partition
        arn = f"arn:{partition}:ec2:{region}:{group['OwnerId']}:security-group/{group_id}"
        fact, proofs = judge(group, region, ranges, interfaces, sensitive) if ranges else ({"open": []}, [])
        summary = {"name": name, "vpc": group.get("VpcId", ""), "open_to_the_world": fact["open"]}
        resources.append({"arn": arn, "type": "ec2:security-group", "region": region, "summary": summary})
        if not fact.get("severity"):
            harmless += [fact] if ranges else []
            continue
        rules = sorted(set().union(*(opened["rules"] for opened in ranges)))
        unused = not interfaces and name != "default"
        findings.append(
            {
                "id": "ec2-security-group-open",
                "title": describe(fact),
                "severity": fact["severity"],
                "resource": arn,
                "evidence": [
                    f"/result/facts/open_groups/{len(open_groups)}",
                    *(f"{at}/IpPermissions/{rule}" for rule in rules),
                    *proofs,
                ],
                "fix": f"aws ec2 delete-security-group --region {region} --group-id {group_id}"
                if unused
                else revoke(region, group_id, [group["IpPermissions"][rule] for rule in rules]),
            }
        )
        open_groups.append(fact)

    order = ["critical", "high", "medium", "low", "info"]
    findings.sort(key=lambda finding: (order.index(finding["severity"]), finding["resource"]))
    exposing = sum(bool(fact["exposes"]) for fact in open_groups)
    names = ", ".join(f"{fact['name']} ({', '.join(fact['open'])})" for fact in open_groups[:10])
    whole = f"{many(len(wanted), 'security group')} in {many(len(looked), 'region')}"
    verdict = f"{len(open_groups)} of {whole} {'lets' if len(wanted) == 1 else 'let'} everybody in: {names}"
    unread = many(len(regions) - len(looked), "region")
    failed = f" {unread} could not be looked at." if len(looked) < len(regions) else ""
    nothing = f"None of {whole} lets everybody in where it should not."
    gaps = unseen(skipped, findings)
    facts = {
        "summary": doubt(gaps)
        if gaps
        else (f"{verdict}; {exposing} of them expose something with a public address." if open_groups else nothing)
        + failed,
        "undecided": bool(gaps),
        "unseen": gaps,
        "groups_checked": len(wanted),
        "regions_checked": len(looked),
        "open_count": len(open_groups),
        "exposing_count": exposing,
        "open_groups": open_groups,
        "open_but_harmless": harmless,
    }
    coverage = {"regions": looked, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout
    )


if __name__ == "__main__":
    main()
