"""A shop in which everything works, whatever its things are called. Every question ends in "nothing found"."""

from collections.abc import Callable
from typing import Any

from cloudprobe.emulator.worlds.building import Site, bucket, root_mfa
from cloudprobe.emulator.worlds.building.alarms import alarm
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.balancers import balancer_in, target_group, unwell
from cloudprobe.emulator.worlds.building.clusters import cluster, fares, record_cluster, service
from cloudprobe.emulator.worlds.building.databases import database, group_in, network, port_from
from cloudprobe.emulator.worlds.building.leftovers import address
from cloudprobe.emulator.worlds.building.metrics import measure_function, measure_queue
from cloudprobe.emulator.worlds.building.notifications import entry, let_in, notify
from cloudprobe.emulator.worlds.building.private_networks import nat
from cloudprobe.emulator.worlds.building.private_networks import network as private_network
from cloudprobe.emulator.worlds.building.queues import consume, queue, reading
from cloudprobe.emulator.worlds.building.quotas import Quotas
from cloudprobe.emulator.worlds.building.trail import Trail, by_service, by_user
from cloudprobe.emulator.worlds.building.volumes import server, volume
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    _network(site)
    _work(site)
    _elsewhere(site)
    address(
        site, "spare-no-more", instance=server(site, "broken-name", volume(site, "unencrypted-no-more", encrypted=True))
    )
    trail = Trail(site)
    trail.event("RotateKey", by_service("kms.amazonaws.com"), service="kms")
    trail.event("DescribeInstances", by_user(site, "watcher"), service="ec2", read_only=True)
    trail.record()
    return site.arns


def _network(site: Site) -> None:
    home = network(site)
    front = group_in(site, "front", home, port_from(443, "203.0.113.0/24"))
    inner = group_in(site, "inner", home, port_from(80, front))
    behind = balancer_in(site, "unhealthy-last-year", home, front)
    machines = []
    for logical in ("one", "two"):
        one: dict[str, Any] = {"ImageId": "ami-12345678", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
        made = site.client("ec2").run_instances(**one, SubnetId=home.subnets[0], SecurityGroupIds=[inner])
        machines.append(made["Instances"][0]["InstanceId"])
        site.arns[f"machine-{logical}"] = f"arn:aws:ec2:us-east-1:{site.account}:instance/{machines[-1]}"
    targets = target_group(site, "targets", home, *machines, behind=behind)
    unwell(site, targets, dict.fromkeys(machines, ("healthy", "", "")))
    opened = group_in(site, "database-door", home, port_from(5432, inner))
    database(site, "unreachable-once", home, opened, StorageEncrypted=True)


def _work(site: Site) -> None:
    arn = queue(site, "stuck-orders")
    worker(site, "failing-taker", statements=(reading(arn),))
    mapping = consume(site, "failing-taker", arn, enabled=False)
    on = {f"EventSourceMappings[UUID={mapping}]": {"State": "Enabled"}}
    record_answer(site.client, "lambda", "ListEventSourceMappings", overlay=on)
    measure_queue(site, "stuck-orders", visible=(2, 0, 1, 0), sent=200, received=200, deleted=200)
    measure_function(site, "failing-taker", invocations=(100, 100), errors=(0, 0), milliseconds=(400, 500))
    bucket(site, "silent-inbox")
    function = worker(site, "never-started")
    let_in(site, "never-started", site.bucket_arn("silent-inbox"), account=site.account)
    notify(site, "silent-inbox", entry(function))
    alarm(site, "always-red", "Load", *(10.0,) * 20, namespace="Shop", state="OK", reason="Threshold not crossed.")


def _elsewhere(site: Site) -> None:
    """Tasks, a function in a network of its own, and quotas."""
    main = cluster(site, "kitchen")
    crashed = site.arns["crashed-in-march"] = service(site, "crashed-in-march", main)
    steady = ("(service x) has reached a steady state.",)
    record_cluster(site, main, [fares(crashed, running=2, events=steady)], [])
    made = private_network(site, "island")
    ec2, gateway = site.client("ec2"), nat(site, made)
    # AWS does this by itself; the embedded account leaves the gateway's address on its own.
    free = next(one for one in ec2.describe_addresses()["Addresses"] if "AssociationId" not in one)
    ec2.associate_address(AllocationId=free["AllocationId"], NetworkInterfaceId=f"eni-of-{gateway}"[:21])
    worker(site, "no-way-out", subnets=(made.subnet,), groups=(made.group,))
    quotas = Quotas(site)
    quotas.quota("dynamodb", "L-F98FE922", "Tables", limit=2500, used=(12,))
    quotas.record()
