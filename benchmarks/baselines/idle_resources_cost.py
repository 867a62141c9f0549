"""What is attached to nothing: disks, copies, addresses, balancers, gateways, interfaces."""

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        ec2, elbv2 = client("ec2", region), client("elbv2", region)
        found += [v["VolumeId"] for v in everything(ec2, "describe_volumes", "Volumes") if v["State"] == "available"]
        found += [a["AllocationId"] for a in ec2.describe_addresses()["Addresses"] if "AssociationId" not in a]
        list(everything(ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"]))
        list(everything(ec2, "describe_instances", "Reservations"))
        list(everything(ec2, "describe_nat_gateways", "NatGateways"))
        list(everything(ec2, "describe_network_interfaces", "NetworkInterfaces"))
        list(everything(elbv2, "describe_load_balancers", "LoadBalancers"))
    return found
