"""Five thousand things, and a needle among each kind of them."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Open, Site, allow, bucket, instance, root_mfa, security_group, user
from cloudprobe.emulator.worlds.building.crowds import crowd
from cloudprobe.emulator.worlds.building.metrics import measure_queue
from cloudprobe.emulator.worlds.building.queues import queue
from cloudprobe.emulator.worlds.building.volumes import volume
from cloudprobe.emulator.worlds.world import Clients


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    crowd(site, groups=1100, buckets=300, queues=500, volumes=1050, users=400, topics=150, logs=200)
    crowd(site, "eu-west-1", groups=600, queues=100, volumes=500, topics=50, logs=50)
    _needles(site)
    return site.arns


def _needles(site: Site) -> None:
    anyone = allow("s3:GetObject", site.bucket_arn("needle-bucket", "/*"), Sid="Anyone", Principal="*")
    bucket(site, "needle-bucket", statements=(anyone,), blocked=False)
    ssh = security_group(site, "needle-group", Open(22))
    instance(site, "needle-machine", ssh)
    ports = security_group(site, "needle-abroad", Open(5432), region="eu-west-1")
    instance(site, "needle-machine-abroad", ports, region="eu-west-1")
    user(site, "needle-user", password=True)
    user(site, "sound-user", password=True, mfa=True)
    volume(site, "needle-disk")
    volume(site, "needle-disk-abroad", region="eu-west-1")
    queue(site, "needle-queue", messages=40)
    measure_queue(site, "needle-queue", visible=(1, 10, 25, 40), sent=40)
