"""An account in which nothing is wrong."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import (
    AccessKey,
    Open,
    Site,
    allow,
    bucket,
    function,
    instance,
    key,
    load_balancer,
    root_mfa,
    security_group,
    user,
)
from cloudprobe.emulator.worlds.world import Clients

READ_AND_WRITE = ["s3:GetObject", "s3:PutObject"]
OFFICE = ("203.0.113.0/24", "2001:db8:113::/48")


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    _buckets(site)
    _networks(site)
    _users(site)
    _functions(site)
    return site.arns


def _buckets(site: Site) -> None:
    shared = allow(
        "s3:GetObject",
        site.bucket_arn("shared-reports", "/*"),
        Sid="OwnAccount",
        Principal={"AWS": f"arn:aws:iam::{site.account}:root"},
    )
    bucket(site, "customer-exports")
    bucket(site, "shared-reports", statements=(shared,))
    bucket(site, "log-archive", region="eu-west-1", acl="private")


def _networks(site: Site) -> None:
    ssh = security_group(site, "ssh-from-office", Open(22, sources=OFFICE))
    instance(site, "bastion", ssh)
    front = security_group(site, "front", Open(443, sources=("0.0.0.0/0", "::/0")))
    load_balancer(site, "front-balancer", front)
    inside = security_group(site, "database-inside", Open(5432, sources=("10.0.0.0/8",)), region="eu-west-1")
    instance(site, "database", inside, region="eu-west-1", public=False)
    security_group(site, "closed", region="eu-west-1")


def _users(site: Site) -> None:
    root_mfa(site)
    user(site, "console-operator", password=True, mfa=True)
    user(site, "auditor", password=True, mfa=True)
    user(site, "build-robot", keys=(AccessKey(age=30, used=1),))
    user(site, "deploy-robot", keys=(AccessKey(age=60, used=0),))


def _functions(site: Site) -> None:
    def write(logical: str) -> tuple[dict[str, object]]:
        return (allow(READ_AND_WRITE, site.bucket_arn(logical, "/*"), Sid="Work"),)

    bucket(site, "order-records")
    function(site, "orders", bucket="order-records", statements=write("order-records"))

    bucket(site, "invoice-archive")
    function(site, "invoices", bucket="invoice-archive", statements=write("invoice-archive"))

    boundary = allow(["s3:*", "logs:*"], "*", Sid="StorageAndLogs")
    bucket(site, "shipping-labels")
    function(
        site,
        "shipping",
        bucket="shipping-labels",
        statements=write("shipping-labels"),
        boundary=(boundary,),
    )

    delegation = allow("kms:*", "*", Sid="DecidedByIam", Principal={"AWS": f"arn:aws:iam::{site.account}:root"})
    media = key(site, "media-key", delegation)
    usage = allow(["kms:Decrypt", "kms:GenerateDataKey*"], media, Sid="Encryption")
    bucket(site, "thumbnail-store", key=media)
    function(
        site,
        "thumbnails",
        bucket="thumbnail-store",
        statements=(*write("thumbnail-store"), usage),
    )
