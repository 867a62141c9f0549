"""Groups that let everybody in, and the interfaces behind them."""

from typing import Any

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        ec2 = client("ec2", region)
        opened = [g["GroupId"] for g in everything(ec2, "describe_security_groups", "SecurityGroups") if _open(g)]
        if opened:
            of = [{"Name": "group-id", "Values": opened}]
            list(everything(ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=of))
        found += opened
    return found


def _open(group: dict[str, Any]) -> bool:
    ranges = [r for rule in group["IpPermissions"] for r in rule["IpRanges"] + rule["Ipv6Ranges"]]
    return any(r.get("CidrIp") == "0.0.0.0/0" or r.get("CidrIpv6") == "::/0" for r in ranges)
