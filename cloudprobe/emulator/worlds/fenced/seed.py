"""An account whose organisation lets nobody look everywhere. ``questions.toml`` says what can be known."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Open, Site, allow, bucket, instance, key, root_mfa, security_group, user
from cloudprobe.emulator.worlds.building.metrics import measure_function, measure_queue
from cloudprobe.emulator.worlds.building.queues import queue
from cloudprobe.emulator.worlds.building.volumes import volume
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients

DATABASE = {"MasterUsername": "keeper", "MasterUserPassword": "not-for-anybody-1"}


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    anyone = allow("s3:GetObject", site.bucket_arn("open-shelf", "/*"), Sid="Anyone", Principal="*")
    bucket(site, "open-shelf", statements=(anyone,), blocked=False)
    bucket(site, "closed-shelf")
    ssh = security_group(site, "open-door", Open(22), region="eu-west-1")
    instance(site, "door-keeper", ssh, region="eu-west-1")
    user(site, "someone", password=True)
    volume(site, "plain-disk")
    made = site.client("rds").create_db_instance(
        DBInstanceIdentifier=site.name("hidden-database"),
        Engine="postgres",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        StorageEncrypted=False,
        **DATABASE,
    )
    site.arns["hidden-database"] = made["DBInstance"]["DBInstanceArn"]
    queue(site, "hidden-queue", messages=40)
    measure_queue(site, "hidden-queue", visible=(1, 10, 25, 40), sent=40)
    _sealing(site)
    return site.arns


def _sealing(site: Site) -> None:
    sealed = key(site, "hidden-key")
    bucket(site, "sealed-shelf", key=sealed)
    rights = (
        allow(["s3:GetObject", "s3:PutObject"], site.bucket_arn("sealed-shelf", "/*"), Sid="Work"),
        allow(["kms:Decrypt", "kms:GenerateDataKey*"], sealed, Sid="Key"),
    )
    worker(site, "sealer", statements=rights, variables={"BUCKET_NAME": site.name("sealed-shelf")})
    measure_function(site, "sealer", invocations=(20, 20), errors=(20, 20), milliseconds=(200, 210))
