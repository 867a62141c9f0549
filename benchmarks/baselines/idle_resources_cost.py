"""What is attached to nothing: disks, copies, addresses, balancers, gateways, interfaces."""

from typing import Any

from benchmarks.baselines import Client, Given, everything, regions

LISTS = {
    "volume": (("ec2", "describe_volumes", "Volumes"),),
    "snapshot": (("ec2", "describe_snapshots", "Snapshots"), ("ec2", "describe_images", "Images")),
    "instance": (("ec2", "describe_instances", "Reservations"), ("ec2", "describe_volumes", "Volumes")),
    "nat gateway": (("ec2", "describe_nat_gateways", "NatGateways"),),
    "network interface": (("ec2", "describe_network_interfaces", "NetworkInterfaces"),),
    "load balancer": (
        ("elbv2", "describe_load_balancers", "LoadBalancers"),
        ("elbv2", "describe_target_groups", "TargetGroups"),
        ("elb", "describe_load_balancers", "LoadBalancerDescriptions"),
    ),
}


def answer(client: Client, given: Given) -> list[str]:
    kinds = given.get("kinds", [*LISTS, "address"])
    lists = dict.fromkeys(one for kind in kinds for one in LISTS.get(kind, ()))
    found = []
    for region in regions(client, given):
        for service, operation, name in lists:
            own = {"Owners": ["self"]} if name == "Images" else {"OwnerIds": ["self"]} if name == "Snapshots" else {}
            found += [one for one in everything(client(service, region), operation, name, **own) if _unused(one)]
        if "address" in kinds:
            found += [a for a in client("ec2", region).describe_addresses()["Addresses"] if "AssociationId" not in a]
    return [str(one) for one in found]


def _unused(one: Any) -> bool:
    return bool(one and one.get("State") == "available")
