"""A shop that answers 503, and reports without their database. ``questions.toml`` has the causes."""

from collections.abc import Callable
from typing import Any

from cloudprobe.emulator.worlds.building import Site, root_mfa
from cloudprobe.emulator.worlds.building.alarms import alarm
from cloudprobe.emulator.worlds.building.balancers import balancer_in, target_group, unwell
from cloudprobe.emulator.worlds.building.clusters import cluster, fares, record_cluster, service, stopped
from cloudprobe.emulator.worlds.building.databases import Network, database, group_in, network, port_from
from cloudprobe.emulator.worlds.world import Clients

TIMEOUT = ("unhealthy", "Target.Timeout", "Request timed out")
WELL = ("healthy", "", "")


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    home = network(site, internet=True)
    _shops(site, home)
    _databases(site, home)
    _services(site)
    return site.arns


def _shops(site: Site, home: Network) -> None:
    front = group_in(site, "shop-front", home, port_from(443, "203.0.113.0/24"))
    former = group_in(site, "former-front", home)
    shut, served = (
        group_in(site, "shop-inner", home, port_from(80, former)),
        group_in(site, "outlet-inner", home, port_from(80, front)),
    )
    groups = {}
    for shop, inner, state in (("shop", shut, TIMEOUT), ("outlet", served, WELL)):
        behind = balancer_in(site, f"{shop}-balancer", home, front)
        machines = [_machine(site, f"{shop}-machine-{n}", home, inner) for n in (1, 2)]
        groups[shop] = target_group(site, f"{shop}-targets", home, *machines, behind=behind)
        unwell(site, groups[shop], dict.fromkeys(machines, state))
    dimensions = {
        "TargetGroup": groups["shop"].rpartition(":")[2],
        "LoadBalancer": site.arns["shop-balancer"].partition("loadbalancer/")[2],
    }
    alarm(
        site,
        "unhealthy-hosts",
        "UnHealthyHostCount",
        *(0.0,) * 20,
        2,
        2,
        2,
        namespace="AWS/ApplicationELB",
        dimensions=dimensions,
        threshold=0,
        state="ALARM",
        AlarmActions=[f"arn:aws:sns:us-east-1:{site.account}:pager"],
    )


def _databases(site: Site, home: Network) -> None:
    clients = group_in(site, "reporting", home)
    _machine(site, "reporter", home, clients)
    nobody = group_in(site, "ledger-door", home)
    database(site, "ledger", home, nobody, StorageEncrypted=True)
    database(site, "catalogue", home, group_in(site, "catalogue-door", home, port_from(5432, clients)))


def _services(site: Site) -> None:
    main = cluster(site, "kitchen")
    ovens, plates = (service(site, logical, main) for logical in ("ovens", "plates"))
    site.arns |= {"ovens": ovens, "plates": plates}
    states = [fares(ovens, running=0), fares(plates, running=2, events=("(service x) has reached a steady state.",))]
    crashed = [stopped(site, main, n, service=site.name("ovens"), exit_code=1) for n in range(2)]
    record_cluster(site, main, states, crashed)


def _machine(site: Site, logical: str, place: Network, group: str) -> str:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": site.name(logical)}]}]
    one: dict[str, Any] = {"ImageId": "ami-12345678", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    made = site.client("ec2").run_instances(
        **one, SubnetId=place.subnets[0], SecurityGroupIds=[group], TagSpecifications=tags
    )["Instances"][0]["InstanceId"]
    site.arns[logical] = f"arn:aws:ec2:us-east-1:{site.account}:instance/{made}"
    return str(made)
