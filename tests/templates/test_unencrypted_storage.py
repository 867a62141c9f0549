"""What keeps data without encryption, and what only looks as if it did."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.volumes import encrypt_by_default, forget_volume, server, snapshot, volume
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.extraction import extract_variables
from cloudprobe.templates.matching import match
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.meddler import Answer, Request, ec2_error, meddling
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "unencrypted_storage"
HOME = {"regions": ["us-east-1"]}
DATABASE = {"MasterUsername": "keeper", "MasterUserPassword": "not-for-anybody-1"}

# Logical name of each fault: kind of finding and severity.
FAULTS = {
    "plain-disk": ("ec2-volume-unencrypted", "medium"),
    "app-root": ("ec2-volume-unencrypted", "medium"),
    "spare-disk": ("ec2-volume-unencrypted", "low"),
    "plain-snapshot": ("ec2-snapshot-unencrypted", "low"),
    "orders": ("rds-db-unencrypted", "medium"),
    "ledger": ("rds-cluster-unencrypted", "medium"),
    "orders-copy": ("rds-snapshot-unencrypted", "low"),
    "ledger-copy": ("rds-cluster-snapshot-unencrypted", "low"),
    "shares": ("elasticfilesystem-file-system-unencrypted", "medium"),
    "sessions": ("elasticache-replicationgroup-unencrypted", "medium"),
    "lone-cache": ("elasticache-cluster-unencrypted", "medium"),
}
SOUND = {
    "sealed-disk", "vault-root", "sealed-snapshot", "customers", "archive", "customers-copy", "sealed-shares", "sealed-cache",
}  # fmt: skip
NIGHTLY = "orders-nightly"  # automated: shares its database's lack, and goes by itself


def _database(site: Site, logical: str, *, encrypted: bool, snapshots: tuple[str, ...] = ()) -> None:
    rds, name = site.client("rds"), site.name(logical)
    made = rds.create_db_instance(
        DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
        StorageEncrypted=encrypted, **DATABASE,
    )  # fmt: skip
    site.arns[logical] = made["DBInstance"]["DBInstanceArn"]
    for one in snapshots:
        copy = rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=site.name(one))
        site.arns[one] = copy["DBSnapshot"]["DBSnapshotArn"]


def _cluster(site: Site, logical: str, *, encrypted: bool, snapshots: tuple[str, ...] = ()) -> None:
    rds, name = site.client("rds"), site.name(logical)
    made = rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", StorageEncrypted=encrypted, **DATABASE
    )
    site.arns[logical] = made["DBCluster"]["DBClusterArn"]
    member = rds.create_db_instance(
        DBInstanceIdentifier=f"{name}-1", Engine="aurora-postgresql", DBInstanceClass="db.r6g.large",
        DBClusterIdentifier=name,
    )  # fmt: skip
    site.arns[f"{logical}-member"] = member["DBInstance"]["DBInstanceArn"]
    for one in snapshots:
        copy = rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=site.name(one))
        site.arns[one] = copy["DBClusterSnapshot"]["DBClusterSnapshotArn"]


def _file_system(site: Site, logical: str, *, encrypted: bool) -> None:
    made = site.client("efs").create_file_system(
        CreationToken=site.name(logical), Encrypted=encrypted, Tags=[{"Key": "Name", "Value": site.name(logical)}]
    )
    site.arns[logical] = made["FileSystemArn"]


def _cache(site: Site, logical: str, *, encrypted: bool) -> None:
    made = site.client("elasticache").create_replication_group(
        ReplicationGroupId=site.name(logical), ReplicationGroupDescription="Sessions", Engine="redis",
        CacheNodeType="cache.t3.micro", AtRestEncryptionEnabled=encrypted,
    )  # fmt: skip
    site.arns[logical] = made["ReplicationGroup"]["ARN"]


def _lone_cache(site: Site, logical: str, engine: str) -> None:
    made = site.client("elasticache").create_cache_cluster(
        CacheClusterId=site.name(logical), Engine=engine, CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )
    site.arns[logical] = made["CacheCluster"]["ARN"]


def _sound(site: Site) -> None:
    _lone_cache(site, "in-memory-alone", "memcached")
    sealed = volume(site, "sealed-disk", encrypted=True)
    server(site, "vault", sealed, encrypted=True)
    snapshot(site, "sealed-snapshot", sealed)
    _database(site, "customers", encrypted=True, snapshots=("customers-copy",))
    _cluster(site, "archive", encrypted=True)
    _file_system(site, "sealed-shares", encrypted=True)
    _cache(site, "sealed-cache", encrypted=True)


def _faulty(site: Site) -> None:
    server(site, "app", volume(site, "plain-disk", size=20), encrypted=False)
    lost = volume(site, "lost-disk")
    snapshot(site, "plain-snapshot", lost)
    forget_volume(site, "lost-disk")
    volume(site, "spare-disk")
    _database(site, "orders", encrypted=False, snapshots=("orders-copy", NIGHTLY))
    nightly = {f"DBSnapshots[DBSnapshotIdentifier={site.name(NIGHTLY)}].SnapshotType": "automated"}
    record_answer(site.client, "rds", "DescribeDBSnapshots", overlay=nightly)
    _cluster(site, "ledger", encrypted=False, snapshots=("ledger-copy",))
    _file_system(site, "shares", encrypted=False)
    _cache(site, "sessions", encrypted=False)
    _lone_cache(site, "lone-cache", "redis")


@dataclass(frozen=True)
class Looked:
    run: ProbeRun
    site: Site
    access: AccountAccess

    @property
    def claimed(self) -> dict[str, tuple[str, str]]:
        logical = {arn: name for name, arn in self.site.arns.items()}
        return {logical.get(f.resource, f.resource): (f.id, f.severity.value) for f in self.run.result.findings}


def _names(kind: str) -> Callable[[str], str]:
    if kind == "own":
        return lambda logical: logical
    return lambda logical: "x" + hashlib.sha256(logical.encode()).hexdigest()[:20]


def _look(account: EmbeddedAccount, naming: str) -> Looked:
    access = account.second_account()
    site = Site(access.client, _names(naming))
    _sound(site)
    _faulty(site)
    encrypt_by_default(site, on=False)
    return Looked(run_probe(TEMPLATE, access, HOME), site, access)


@pytest.fixture(scope="module")
def looked(embedded_account: EmbeddedAccount) -> Looked:
    return _look(embedded_account, "own")


def test_names_every_fault_and_nothing_else(looked: Looked) -> None:
    assert looked.claimed == FAULTS
    assert len(looked.run.result.findings) == len(FAULTS)


@pytest.mark.full
def test_whatever_things_are_called_it_says_the_same(embedded_account: EmbeddedAccount) -> None:
    renamed = _look(embedded_account, "renamed")
    assert renamed.claimed == FAULTS
    assert len(renamed.run.result.findings) == len(FAULTS)


def test_says_what_it_checked_and_that_new_volumes_stay_plain(looked: Looked) -> None:
    facts = looked.run.document["facts"]
    seen = {resource.arn for resource in looked.run.result.resources}
    assert seen >= {looked.site.arns[name] for name in (*FAULTS, *SOUND)}
    assert not {looked.site.arns["ledger-member"], looked.site.arns["archive-member"]} & seen
    assert facts["checked_count"] == len(FAULTS) + len(SOUND) + 1
    assert facts["automated_snapshots_unencrypted"] == 1
    assert facts["regions_without_default"] == ["us-east-1"]
    assert looked.run.result.summary.startswith("11 of 20 checked are not encrypted: ")
    assert "new EBS volumes are not encrypted by default in 1 of 1 region" in looked.run.result.summary


def test_every_claim_points_at_the_value_that_proves_it(looked: Looked) -> None:
    assert looked.run.cited() == [False] * len(FAULTS)


def test_the_fix_names_the_very_thing(looked: Looked) -> None:
    fixes = {f.resource: f.fix for f in looked.run.result.findings}
    name, arns = looked.site.name, looked.site.arns
    disk, root = (arns[logical].rpartition("/")[2] for logical in ("spare-disk", "app-root"))
    assert f"create-snapshot --region us-east-1 --volume-id {disk} && aws" in fixes[arns["spare-disk"]]
    assert "then delete the old one: aws ec2 create-snapshot" in fixes[arns["spare-disk"]]
    assert "&& aws ec2 enable-ebs-encryption-by-default" in fixes[arns["spare-disk"]]
    assert f"--volume-id {root}" in fixes[arns["app-root"]]
    assert f"with {arns['app'].rpartition('/')[2]} stopped" in fixes[arns["app-root"]]
    assert f"--db-instance-identifier {name('orders')} " in fixes[arns["orders"]]
    assert f"--source-db-snapshot-identifier {name('orders-copy')} " in fixes[arns["orders-copy"]]
    assert "restore-db-cluster-from-snapshot" in fixes[arns["ledger"]]
    assert "--engine aurora-postgresql --kms-key-id alias/aws/rds" in fixes[arns["ledger-copy"]]
    assert f"--replication-group-id {name('sessions')} " in fixes[arns["sessions"]]


def test_asks_each_listing_once_a_region(looked: Looked) -> None:
    run = run_probe(TEMPLATE, looked.access, {"regions": ["us-east-1", "eu-west-1", "eu-north-1"]})
    assert run.operations == Counter(
        {
            "sts:GetCallerIdentity": 1,
            **dict.fromkeys(
                (
                    "ec2:GetEbsEncryptionByDefault", "ec2:DescribeVolumes", "ec2:DescribeSnapshots",
                    "rds:DescribeDBInstances", "rds:DescribeDBClusters", "rds:DescribeDBSnapshots",
                    "rds:DescribeDBClusterSnapshots", "efs:DescribeFileSystems", "elasticache:DescribeReplicationGroups",
                    "elasticache:DescribeCacheClusters",
                ),
                3,
            ),
        }
    )  # fmt: skip


def test_a_question_about_one_kind_asks_for_no_other(looked: Looked) -> None:
    run = run_probe(TEMPLATE, looked.access, {**HOME, "kinds": ["database"]})
    assert set(run.operations) == {"sts:GetCallerIdentity", "rds:DescribeDBInstances", "rds:DescribeDBClusters"}
    assert {f.id for f in run.result.findings} == {"rds-db-unencrypted", "rds-cluster-unencrypted"}


def test_a_name_chooses_or_all_is_checked_and_that_is_said(looked: Looked) -> None:
    name, arns = looked.site.name, looked.site.arns
    one = run_probe(TEMPLATE, looked.access, {**HOME, "name": name("orders")})
    assert {f.resource for f in one.result.findings} == {arns["orders"]}
    disk = arns["spare-disk"].rpartition("/")[2]
    assert len(run_probe(TEMPLATE, looked.access, {**HOME, "name": disk}).result.findings) == 1
    other = run_probe(TEMPLATE, looked.access, {**HOME, "name": "no-such-thing"})
    assert len(other.result.findings) == len(FAULTS)
    assert "nothing has that name" in other.result.coverage.skipped[0].why


def test_what_may_not_be_seen_is_said_and_nothing_is_claimed_of_it(looked: Looked) -> None:
    blind = deny(["rds:*", "elasticfilesystem:*", "ec2:GetEbsEncryptionByDefault"], "*")
    reader = restricted(looked.access, looked.site.name("reader"), allow("*", "*"), blind)
    run = run_probe(TEMPLATE, reader, HOME)
    unseen = {s.what: s.why for s in run.result.coverage.skipped}
    assert set(unseen) == {
        f"{what} in us-east-1"
        for what in (
            "encryption by default", "databases", "database clusters", "database snapshots", "database cluster snapshots",
            "file systems",
        )
    }  # fmt: skip
    assert all("AccessDenied" in why or "Unauthorized" in why for why in unseen.values())
    assert {f.id.split("-")[0] for f in run.result.findings} == {"ec2", "elasticache"}
    assert "not everything could be looked at in 1 region" in run.result.summary


def test_allowed_nothing_it_claims_nothing(clean_account: AccountAccess) -> None:
    with pytest.raises(AssertionError, match="Nothing could be looked at"):
        run_probe(TEMPLATE, restricted(clean_account, "nobody", allow("sts:*", "*")), HOME)


def test_the_derived_policy_is_enough(looked: Looked) -> None:
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(TEMPLATE).script))
    assert verdict.findings == ()
    reader = restricted(looked.access, looked.site.name("minimal"), *verdict.policy["Statement"])
    run = run_probe(TEMPLATE, reader, HOME)
    assert run.verdict == looked.run.verdict
    assert run.result.coverage.skipped == ()
    assert {o.name for o in verdict.operations} - set(run.operations) == {"ec2:DescribeRegions"}


@pytest.fixture(scope="module")
def sound(embedded_account: EmbeddedAccount) -> AccountAccess:
    access = embedded_account.second_account()
    site = Site(access.client, lambda logical: logical)
    _sound(site)
    for region in ("us-east-1", "eu-west-1"):
        encrypt_by_default(site, region=region)
    return access


def test_an_account_in_order(sound: AccountAccess) -> None:
    run = run_probe(TEMPLATE, sound, {"regions": ["us-east-1", "eu-west-1"]})
    assert run.result.findings == ()
    assert run.result.coverage.skipped == ()
    assert (
        run.result.summary == "None of 8 volumes, snapshots, databases, file systems and caches checked is unencrypted."
    )


def test_looks_at_every_enabled_region_under_plain_python(sound: AccountAccess) -> None:
    result = run_plain(TEMPLATE, sound)
    assert len(result.coverage.regions) > 15
    assert result.findings == ()


@contextmanager
def _throttled(access: AccountAccess, action: str, refused: list[Request]) -> Iterator[AccountAccess]:
    def throttle(request: Request) -> Answer | None:
        if request.asks(action) and len(refused) < 2:
            refused.append(request)
            return ec2_error("RequestLimitExceeded", status=503)
        return None

    with meddling(access, throttle) as meddled:
        yield meddled


def test_survives_being_throttled(looked: Looked) -> None:
    refused: list[Any] = []
    with _throttled(looked.access, "DescribeVolumes", refused) as meddled:
        run = run_probe(TEMPLATE, meddled, HOME)
    assert len(refused) == 2
    assert run.verdict == looked.run.verdict


def test_skips_a_region_that_is_switched_off(sound: AccountAccess) -> None:
    def off(request: Request) -> Answer | None:
        if request.region != "me-south-1":
            return None
        answer = ec2_error("AuthFailure", status=401)
        return Answer(401, answer.body.replace(b"<RequestID>", b"<RequestID>%d" % next(serial)))

    serial = itertools.count()
    with meddling(sound, off) as meddled:
        run = run_probe(TEMPLATE, meddled, {"regions": ["us-east-1", "me-south-1"], "kinds": ["volume"]})
    assert run.result.coverage.regions == ("us-east-1",)
    assert {s.what for s in run.result.coverage.skipped} == {
        "EBS volumes in me-south-1", "encryption by default in me-south-1",
    }  # fmt: skip
    assert {s.why for s in run.result.coverage.skipped} == {"AuthFailure: the region is not enabled"}


def test_reads_every_page(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    encrypt_by_default(site)
    pages = [[f"vol-0000000{page}{n}" for n in range(3)] for page in (1, 2)]
    for number, ids in enumerate(pages):
        listed = [
            {"VolumeId": v, "State": "available", "Encrypted": False, "Attachments": [], "AvailabilityZone": "us-east-1a", "VolumeType": "gp3", "Size": 1}
            for v in ids
        ]  # fmt: skip
        more = {"NextToken": "more"} if number == 0 else {}
        parameters = {"NextToken": None if number == 0 else "more"}
        record_answer(
            site.client, "ec2", "DescribeVolumes", parameters=parameters, response={"Volumes": listed, **more}
        )
    run = run_probe(TEMPLATE, clean_account, {**HOME, "kinds": ["volume"]})
    assert run.operations["ec2:DescribeVolumes"] == 2
    assert [f.resource.rpartition("/")[2] for f in run.result.findings] == [*pages[0], *pages[1]]
    assert run.cited() == [False] * 6


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("Which EBS volumes are not encrypted?", ["volume"]),
        ("Are all databases encrypted at rest?", ["database"]),
        ("Find unencrypted RDS snapshots and disks", ["volume", "snapshot", "database"]),
        ("Is my-database-cache-1 safe?", None),
        ("Is anything stored unencrypted?", None),
    ],
)
def test_a_question_says_which_kinds_are_meant(asked: str, kinds: list[str] | None) -> None:
    template = TemplateLibrary.builtin().get(TEMPLATE)
    assert extract_variables(asked, template.variables).get("kinds") == kinds


def test_questions_in_other_words_find_it() -> None:
    for asked in ("Which of our RDS instances lack encryption at rest?", "any unencrypted EBS disks in eu-west-1?"):
        assert [m.template.name for m in match(asked, TemplateLibrary.builtin())][:1] == [TEMPLATE], asked
