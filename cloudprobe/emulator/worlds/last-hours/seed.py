"""Changes of the last hours, and what came of them. ``questions.toml`` tells the grave from the rest."""

from collections.abc import Callable
from datetime import timedelta

from cloudprobe.emulator.worlds.building import Open, Site, bucket, instance, root_mfa, security_group, user
from cloudprobe.emulator.worlds.building.databases import database, group_in, network, port_from
from cloudprobe.emulator.worlds.building.logs import logged
from cloudprobe.emulator.worlds.building.metrics import measure_function
from cloudprobe.emulator.worlds.building.trail import Trail, by_role, by_service, by_user
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    group = security_group(site, "admin-door", Open(22))
    instance(site, "admin-machine", group)
    worker(site, "checkout", timeout=3)
    measure_function(site, "checkout", invocations=(50, 50), errors=(0, 22), milliseconds=(900, 3000))
    logged(site, "checkout", "START", "2026-11-24T05:00:00Z 8b7d Task timed out after 3.00 seconds", "END")
    bucket(site, "price-lists")
    user(site, "casual-admin", mfa=True, password=True)
    home = network(site)
    database(site, "stock", home, group_in(site, "stock-door", home, port_from(5432, "10.20.0.0/16")))
    site.client("rds").stop_db_instance(DBInstanceIdentifier=site.name("stock"))
    site.arns["audit-trail"] = f"arn:aws:cloudtrail:us-east-1:{site.account}:trail/{site.name('audit-trail')}"
    _history(site, group)
    return site.arns


def _history(site: Site, group: str) -> None:
    trail, name, two_hours = Trail(site), site.name, timedelta(hours=2)
    admin, pipeline = by_user(site, "casual-admin"), by_role(site, "pipeline", session="build-17")
    world = {"groupId": group, "ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}
    trail.event("AuthorizeSecurityGroupIngress", admin, service="ec2", parameters=world, ago=two_hours)
    trail.event("StopLogging", admin, service="cloudtrail", parameters={"name": name("audit-trail")}, ago=two_hours)
    trail.event(
        "UpdateFunctionConfiguration20150331v2",
        pipeline,
        service="lambda",
        parameters={"functionName": name("checkout"), "timeout": 3},
    )
    trail.event("PutBucketTagging", pipeline, service="s3", resource=name("price-lists"), kind="AWS::S3::Bucket")
    trail.event("RotateKey", by_service("kms.amazonaws.com"), service="kms")
    trail.event("DescribeInstances", admin, service="ec2", read_only=True)
    trail.event("DeleteTable", admin, service="dynamodb", resource=name("old-table"), ago=timedelta(days=3))
    trail.record()
