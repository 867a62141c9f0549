"""An account in which much looks wrong and one thing is: ``partner-feed`` is narrowed by a condition that is none."""

from collections.abc import Callable
from typing import Any

from cloudprobe.emulator.worlds.building import (
    AccessKey,
    Open,
    Site,
    allow,
    bucket,
    deny,
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


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    _buckets(site)
    _networks(site)
    _users(site)
    _functions(site)
    return site.arns


def _buckets(site: Site) -> None:
    def anyone(logical: str, **condition: Any) -> dict[str, Any]:
        where = [site.bucket_arn(logical), site.bucket_arn(logical, "/*")]
        return allow(["s3:GetObject", "s3:ListBucket"], where, Sid="Anyone", Principal="*", **condition)

    def when(operator: str, name: str, *values: str) -> dict[str, Any]:
        return {"Condition": {operator: {name: list(values)}}}

    vpce = when("StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d4e5f60718")
    bucket(site, "vpc-only", statements=(anyone("vpc-only", **vpce),), blocked=False)

    account = when("StringEquals", "aws:SourceAccount", site.account)
    bucket(site, "own-account-only", statements=(anyone("own-account-only", **account),), blocked=False)

    organisation = when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")
    bucket(site, "organisation-only", statements=(anyone("organisation-only", **organisation),), blocked=False)

    office = when("IpAddress", "aws:SourceIp", "203.0.113.0/24")
    bucket(site, "office-only", region="eu-west-1", statements=(anyone("office-only", **office),), blocked=False)

    outside = when("StringNotEquals", "aws:SourceVpce", "vpce-0a1b2c3d4e5f60718")
    everything = [site.bucket_arn("denied-outside"), site.bucket_arn("denied-outside", "/*")]
    keep_out = deny(["s3:GetObject*", "s3:ListBucket*"], everything, Sid="KeepOut", Principal="*", **outside)
    bucket(site, "denied-outside", statements=(anyone("denied-outside"), keep_out), blocked=False)

    bucket(site, "ignored-acl", acl="public-read-write", blocked=True)
    bucket(site, "blocked-policy", statements=(anyone("blocked-policy"),), blocked=True)
    bucket(site, "public-assets")

    anywhere = when("IpAddress", "aws:SourceIp", "0.0.0.0/1", "128.0.0.0/1")
    bucket(site, "partner-feed", statements=(anyone("partner-feed", **anywhere),), blocked=False)


def _networks(site: Site) -> None:
    front = security_group(site, "front", Open(80), Open(443, sources=("0.0.0.0/0", "::/0")))
    load_balancer(site, "front-balancer", front)
    security_group(site, "open-but-unused", Open(8080))
    ping = security_group(site, "ping-anywhere", Open(-1, -1, protocol="icmp"))
    instance(site, "probe-target", ping)
    private = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")
    inside = security_group(site, "inside-only", Open(22, sources=private), Open(3306, sources=private))
    instance(site, "inner-machine", inside, region="us-east-1")
    partner = security_group(site, "ssh-public", Open(22, sources=("198.51.100.7/32",)), region="eu-west-1")
    instance(site, "partner-machine", partner, region="eu-west-1")


def _users(site: Site) -> None:
    root_mfa(site)
    user(site, "no-mfa-robot", keys=(AccessKey(age=12, used=0),))
    user(site, "new-robot", keys=(AccessKey(age=3),))
    user(site, "retired-robot", keys=(AccessKey(age=700, used=650, active=False),))
    user(site, "no-credentials")
    user(site, "console-admin", password=True, mfa=True, keys=(AccessKey(age=89, used=80),))


def _functions(site: Site) -> None:
    def write(logical: str) -> dict[str, Any]:
        return allow(READ_AND_WRITE, site.bucket_arn(logical, "/*"), Sid="Work")

    # Its role is denied another bucket, its bucket denies what is not encrypted in transit.
    elsewhere = deny("s3:*", "arn:aws:s3:::another-bucket-altogether/*", Sid="NotThere")
    plain = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    encrypted = deny("s3:*", site.bucket_arn("order-records", "/*"), Sid="TlsOnly", Principal="*", **plain)
    bucket(site, "order-records", statements=(encrypted,))
    function(site, "orders", bucket="order-records", statements=(write("order-records"), elsewhere))

    # Its bucket may not be deleted from, which is not what it does.
    keep = deny("s3:DeleteObject", site.bucket_arn("invoice-archive", "/*"), Sid="KeepAll", Principal="*")
    bucket(site, "invoice-archive", statements=(keep,))
    function(site, "invoices", bucket="invoice-archive", statements=(write("invoice-archive"),))

    # Its boundary is narrow, but wide enough.
    boundary = allow([*READ_AND_WRITE, "logs:*"], "*", Sid="ObjectsAndLogs")
    bucket(site, "shipping-labels")
    function(
        site,
        "shipping",
        bucket="shipping-labels",
        statements=(write("shipping-labels"),),
        boundary=(boundary,),
    )

    # Its key's policy does not name the role, but leaves the decision to IAM.
    delegation = allow("kms:*", "*", Sid="DecidedByIam", Principal={"AWS": f"arn:aws:iam::{site.account}:root"})
    media = key(site, "media-key", delegation)
    usage = allow(["kms:Decrypt", "kms:GenerateDataKey*"], media, Sid="Encryption")
    bucket(site, "thumbnail-store", key=media)
    function(site, "thumbnails", bucket="thumbnail-store", statements=(write("thumbnail-store"), usage))
