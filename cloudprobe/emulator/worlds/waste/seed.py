"""What costs money for nothing, and what only looks so. ``questions.toml`` has the bill."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Site, root_mfa
from cloudprobe.emulator.worlds.building.leftovers import address, interface, nat_gateway
from cloudprobe.emulator.worlds.building.quotas import Quotas
from cloudprobe.emulator.worlds.building.volumes import forget_volume, server, snapshot, volume
from cloudprobe.emulator.worlds.world import Clients

IRELAND = "eu-west-1"


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    _unused(site)
    _used(site)
    _limits(site)
    return site.arns


def _unused(site: Site) -> None:
    volume(site, "archive-disk", size=1000, age=300, encrypted=True)
    volume(site, "scratch-disk", size=50, age=60, region=IRELAND)
    address(site, "spare-address")
    nat_gateway(site, "quiet-gateway", age=100)
    interface(site, "spare-interface")
    volume(site, "gone-disk", size=200, age=400, encrypted=True)
    snapshot(site, "copy-of-gone", f"{site.arns['gone-disk'].rpartition('/')[2]}", age=300)
    forget_volume(site, "gone-disk")


def _used(site: Site) -> None:
    machine = server(site, "web-server", volume(site, "web-disk", size=500, age=400, encrypted=True))
    address(site, "web-address", instance=machine)
    volume(site, "new-disk", size=900, age=2, encrypted=True)
    nat_gateway(site, "busy-gateway", traffic=50_000, age=100)
    kept = volume(site, "imaged-disk", age=400, encrypted=True)
    image = snapshot(site, "copy-of-image", kept, age=300)
    forget_volume(site, "imaged-disk")
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": image}}
    site.client("ec2").register_image(Name=site.name("image"), RootDeviceName="/dev/xvda", BlockDeviceMappings=[disk])
    server(site, "plain-server", encrypted=False, region=IRELAND)


def _limits(site: Site) -> None:
    quotas = Quotas(site)
    quotas.quota("rds", "L-7B6409FD", "DB instances", limit=40, used=(38,))
    quotas.quota("dynamodb", "L-F98FE922", "Tables", limit=2500, used=(12,))
    quotas.record()
    for logical, path in (("database-quota", "rds/L-7B6409FD"), ("table-quota", "dynamodb/L-F98FE922")):
        site.arns[logical] = f"arn:aws:servicequotas:us-east-1:{site.account}:{path}"
