"""A mid-sized account over three regions. ``questions.toml`` says what is wrong in which."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Open, Site, allow, bucket, instance, root_mfa, security_group, user
from cloudprobe.emulator.worlds.building.alarms import alarm
from cloudprobe.emulator.worlds.building.crowds import crowd
from cloudprobe.emulator.worlds.building.leftovers import address
from cloudprobe.emulator.worlds.building.metrics import measure_function, measure_queue
from cloudprobe.emulator.worlds.building.queues import queue
from cloudprobe.emulator.worlds.building.volumes import volume
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients

HOME, IRELAND, SYDNEY = "us-east-1", "eu-west-1", "ap-southeast-2"


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    for region in (HOME, IRELAND, SYDNEY):
        crowd(site, region, groups=40, buckets=15, queues=15, volumes=40, topics=20, logs=20)
    crowd(site, users=25)
    _storage(site)
    _networks(site)
    _work(site)
    user(site, "sydney-operator", password=True)
    user(site, "ireland-operator", password=True, mfa=True)
    return site.arns


def _storage(site: Site) -> None:
    anyone = allow("s3:GetObject", site.bucket_arn("sydney-assets", "/*"), Sid="Anyone", Principal="*")
    bucket(site, "sydney-assets", region=SYDNEY, statements=(anyone,), blocked=False)
    bucket(site, "ireland-assets", region=IRELAND)
    volume(site, "ireland-plain-disk", region=IRELAND)
    volume(site, "sydney-plain-disk", region=SYDNEY)
    volume(site, "home-sealed-disk", encrypted=True)
    address(site, "ireland-spare-address", region=IRELAND)


def _networks(site: Site) -> None:
    ssh = security_group(site, "ireland-ssh", Open(22), region=IRELAND)
    instance(site, "ireland-machine", ssh, region=IRELAND)
    database = security_group(site, "sydney-database", Open(3306, sources=("::/0",)), region=SYDNEY)
    instance(site, "sydney-machine", database, region=SYDNEY)
    office = security_group(site, "home-office", Open(22, sources=("198.51.100.0/24",)))
    instance(site, "home-machine", office)


def _work(site: Site) -> None:
    queue(site, "sydney-orders", messages=40, region=SYDNEY)
    measure_queue(site, "sydney-orders", visible=(1, 10, 25, 40), sent=40, region=SYDNEY)
    worker(site, "ireland-billing", region=IRELAND)
    measure_function(
        site,
        "ireland-billing",
        invocations=(100, 100),
        errors=(0, 60),
        milliseconds=(400, 500),
        region=IRELAND,
    )
    worker(site, "home-billing")
    measure_function(site, "home-billing", invocations=(100, 100), errors=(0, 0), milliseconds=(400, 500))
    pager = [f"arn:aws:sns:{SYDNEY}:{site.account}:{site.name('pager')}"]
    alarm(
        site,
        "sydney-load",
        "Load",
        *(10.0,) * 20,
        95,
        96,
        97,
        namespace="Shop",
        state="ALARM",
        region=SYDNEY,
        AlarmActions=pager,
    )
    alarm(site, "home-load", "Load", *(10.0,) * 20, namespace="Shop", state="OK", reason="Threshold not crossed.")
