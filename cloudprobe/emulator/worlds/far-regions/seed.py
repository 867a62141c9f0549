"""Regions that are on, off and closed. ``questions.toml`` says what can be known of them."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Open, Site, allow, bucket, instance, root_mfa, security_group
from cloudprobe.emulator.worlds.building.alarms import alarm
from cloudprobe.emulator.worlds.building.metrics import measure_function
from cloudprobe.emulator.worlds.building.volumes import volume
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients

CAPE_TOWN, IRELAND = "af-south-1", "eu-west-1"


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    site.client("account").enable_region(RegionName=CAPE_TOWN)
    anyone = allow("s3:GetObject", site.bucket_arn("cape-pictures", "/*"), Sid="Anyone", Principal="*")
    bucket(site, "cape-pictures", region=CAPE_TOWN, statements=(anyone,), blocked=False)
    for region, place in ((CAPE_TOWN, "cape"), (IRELAND, "irish")):
        group = security_group(site, f"{place}-group", Open(3389), region=region)
        instance(site, f"{place}-machine", group, region=region)
        volume(site, f"{place}-disk", region=region)
        worker(site, f"{place}-function", region=region)
        measure_function(
            site,
            f"{place}-function",
            invocations=(100, 100),
            errors=(0, 60),
            milliseconds=(400, 500),
            region=region,
        )
        alarm(site, f"{place}-alarm", "Load", *(10.0,) * 20, 95, 96, 97, namespace="Shop", state="ALARM", region=region)
    return site.arns
