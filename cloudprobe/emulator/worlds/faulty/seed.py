"""An account with several faults. ``questions.toml`` says what is wrong and what only looks it."""

from collections.abc import Callable

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
    security_group,
    user,
)
from cloudprobe.emulator.worlds.world import Clients

ALL_USERS = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
ANY_AWS_ACCOUNT = 'uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"'
READ = ["s3:GetObject", "s3:ListBucket"]
READ_AND_WRITE = ["s3:GetObject", "s3:PutObject"]


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    _buckets(site)
    _networks(site)
    _users(site)
    _functions(site)
    return site.arns


def _buckets(site: Site) -> None:
    def anyone(action: str | list[str], logical: str, **more: object) -> tuple[dict[str, object]]:
        where = [site.bucket_arn(logical), site.bucket_arn(logical, "/*")]
        return (allow(action, where, Sid="Anyone", Principal="*", **more),)

    bucket(site, "web-downloads", statements=anyone(READ, "web-downloads"), blocked=False)
    bucket(site, "upload-dropbox", statements=anyone("s3:PutObject", "upload-dropbox"), blocked=False)
    bucket(site, "legacy-backups", region="eu-west-1", acl="public-read", blocked=False)
    bucket(site, "partner-inbox", grants={"GrantWrite": ANY_AWS_ACCOUNT}, blocked=False)
    bucket(site, "saved-by-block", statements=anyone("s3:GetObject", "saved-by-block"), blocked=True)
    bucket(site, "internal-notes")


def _networks(site: Site) -> None:
    ssh = security_group(site, "ssh-anywhere", Open(22))
    instance(site, "bastion", ssh)
    rdp = security_group(site, "rdp-anywhere", Open(3389, sources=("0.0.0.0/0", "::/0")))
    instance(site, "desktop", rdp)
    everything = security_group(site, "everything-open", Open(protocol="-1"), region="eu-west-1")
    instance(site, "test-machine", everything, region="eu-west-1")
    halves = security_group(site, "halves", Open(5432, sources=("0.0.0.0/1", "128.0.0.0/1")), region="eu-west-1")
    instance(site, "database", halves, region="eu-west-1")
    private = security_group(site, "search-ports", Open(9200, 9300))
    instance(site, "search-node", private, public=False)
    security_group(site, "left-over", Open(6379))
    front = security_group(site, "front", Open(80), Open(443, sources=("0.0.0.0/0", "::/0")))
    load_balancer(site, "front-balancer", front)
    office = security_group(site, "office-only", Open(22, sources=("203.0.113.0/24",)))
    instance(site, "office-machine", office)


def _users(site: Site) -> None:
    user(site, "console-operator", password=True)
    user(site, "auditor", password=True, mfa=True)
    user(site, "build-robot", keys=(AccessKey(age=400, used=1),))
    user(site, "former-contractor", password=True, mfa=True, keys=(AccessKey(age=300, used=200),))
    user(site, "idle-robot", keys=(AccessKey(age=120),))
    user(site, "two-keys-robot", keys=(AccessKey(age=5, used=1), AccessKey(age=2, used=0)))
    user(site, "deploy-robot", keys=(AccessKey(age=20, used=1), AccessKey(age=500, used=30, active=False)))


def _functions(site: Site) -> None:
    def write(logical: str) -> tuple[dict[str, object]]:
        return (allow(READ_AND_WRITE, site.bucket_arn(logical, "/*"), Sid="Work"),)

    # Works: here so that one function can.
    bucket(site, "report-store")
    function(site, "reports", bucket="report-store", statements=write("report-store"))

    # The bucket's policy denies every write.
    frozen = deny("s3:PutObject", site.bucket_arn("order-records", "/*"), Sid="FrozenForAudit", Principal="*")
    bucket(site, "order-records", statements=(frozen,))
    function(site, "orders", bucket="order-records", statements=write("order-records"))

    # The role may only read.
    read = allow("s3:GetObject", site.bucket_arn("invoice-archive", "/*"), Sid="Work")
    bucket(site, "invoice-archive")
    function(site, "invoices", bucket="invoice-archive", statements=(read,))

    # The role may write, but its boundary holds reading alone.
    boundary = allow(["s3:GetObject", "s3:ListBucket", "logs:*"], "*", Sid="ReadersOnly")
    bucket(site, "shipping-labels")
    function(site, "shipping", bucket="shipping-labels", statements=write("shipping-labels"), boundary=(boundary,))

    # The bucket encrypts with a key whose policy lets only another role use it.
    use = allow(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"], "*", Sid="Reporting")
    media = key(site, "media-key", use | {"Principal": {"AWS": site.role_arn("reports-role")}})
    bucket(site, "thumbnail-store", key=media)
    usage = allow(["kms:Decrypt", "kms:GenerateDataKey*"], media, Sid="Encryption")
    function(site, "thumbnails", bucket="thumbnail-store", statements=(*write("thumbnail-store"), usage))
