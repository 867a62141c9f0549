"""What keeps clients from a database, from nowhere in particular and from named places."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.databases import Network, database, group_in, network, port_from
from cloudprobe.emulator.worlds.building.functions import function
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "rds_unreachable"
HOME = {"regions": ["us-east-1"]}

# logical name: the kinds of what stops clients from everywhere, and words of the title.
TRUTH: dict[str, tuple[set[tuple[str, str]], str]] = {
    "stopped": ({("rds-not-running", "high")}, "it is stopped"),
    "full": ({("rds-not-running", "critical")}, "it is storage-full"),
    "restarting": ({("rds-not-running", "medium")}, "it is rebooting"),
    "closed": ({("rds-closed-by-security-group", "high")}, "let nobody in on port 5432"),
    "other-port": ({("rds-closed-by-security-group", "high")}, "on port 6432; they open 5432 instead"),
    "walled": ({("rds-closed-by-network-acl", "high")}, "(rule 50)"),
    "nameless": ({("rds-name-not-resolved", "high")}, "does not resolve names"),
    "stranded": ({("rds-public-without-route", "medium")}, "cannot be reached from the internet: it is publicly"),
    "outdated": ({("rds-certificate-expired", "medium")}, "ran out on 2024-08-22"),
    # in order
    "orders": (set(), ""),
    "shop": (set(), ""),  # open to the world by its group, but private: nobody asked from there
    "saving": (set(), ""),  # backing up, and answering
    "picky": (set(), ""),  # its network ACL lets in some, and nobody said who asks
    "broken-stopped-old": (set(), ""),  # so it is called
}


@dataclass(frozen=True)
class Place:
    access: AccountAccess
    site: Site
    run: ProbeRun
    home: Network
    clients: str
    instances: dict[str, str]


def _build(access: AccountAccess, names: Callable[[str], str]) -> Place:
    site = Site(access.client, names)
    ec2 = site.client("ec2")
    home = network(site)
    clients = group_in(site, "clients", home)
    good = group_in(site, "from-clients", home, port_from(5432, clients))
    closed = group_in(site, "nobody", home)
    world = group_in(site, "world", home, port_from(5432, "0.0.0.0/0"))
    for logical in ("stopped", "full", "restarting", "outdated", "orders", "saving", "broken-stopped-old"):
        database(site, logical, home, good)
    database(site, "closed", home, closed)
    database(site, "other-port", home, good, port=6432)
    database(site, "shop", home, world)
    site.client("rds").stop_db_instance(DBInstanceIdentifier=site.name("stopped"))

    def apart(logical: str, block: int, **more: Any) -> Network:
        place = network(site, block=block)
        opened = group_in(site, f"of-{logical}", place, port_from(5432, "0.0.0.0/0"))
        database(site, logical, place, opened, **more)
        return place

    walled = apart("walled", 31)
    entry = {
        "NetworkAclId": walled.acl,
        "Protocol": "6",
        "PortRange": {"From": 5000, "To": 6000},
        "CidrBlock": "0.0.0.0/0",
    }
    ec2.create_network_acl_entry(**entry, RuleNumber=50, RuleAction="deny", Egress=False)
    picky = apart("picky", 34)  # lets in the tier of the application alone
    rules = {"NetworkAclId": picky.acl, "Egress": False, "Protocol": "6", "PortRange": {"From": 5432, "To": 5432}}
    ec2.create_network_acl_entry(**rules, RuleNumber=10, RuleAction="allow", CidrBlock="10.34.9.0/24")
    ec2.create_network_acl_entry(**rules, RuleNumber=20, RuleAction="deny", CidrBlock="0.0.0.0/0")
    ec2.modify_vpc_attribute(VpcId=apart("nameless", 32).vpc, EnableDnsSupport={"Value": False})
    apart("stranded", 33, public=True)
    states: dict[str, Any] = {
        "full": {"DBInstanceStatus": "storage-full"},
        "restarting": {"DBInstanceStatus": "rebooting"},
    }
    states["saving"] = {"DBInstanceStatus": "backing-up"}
    states["outdated"] = {"CertificateDetails": {"ValidTill": datetime(2024, 8, 22, tzinfo=UTC)}}
    overlay = {f"DBInstances[DBInstanceIdentifier={site.name(name)}]": state for name, state in states.items()}
    record_answer(access.client, "rds", "DescribeDBInstances", overlay=overlay)

    instances = {}
    for logical, group in (("app", clients), ("stranger", closed)):
        instances[logical] = _instance(site, logical, home.subnets[1], group)
    return Place(access, site, run_probe(TEMPLATE, access, HOME), home, clients, instances)


def _instance(site: Site, logical: str, subnet: str, group: str) -> str:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": site.name(logical)}]}]
    one = {
        "ImageId": "ami-12345678",
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "TagSpecifications": tags,
    }
    made = site.client("ec2").run_instances(**one, SubnetId=subnet, SecurityGroupIds=[group])
    name: str = made["Instances"][0]["InstanceId"]
    return name


def _renamed(logical: str) -> str:
    return "x" + hashlib.sha256(logical.encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def place(embedded_account: EmbeddedAccount) -> Place:
    return _build(embedded_account.second_account(), lambda logical: logical)


@pytest.mark.parametrize("logical", TRUTH)
def test_judges_a_database(place: Place, logical: str) -> None:
    said = [f for f in place.run.result.findings if f.resource == place.site.arns[logical]]
    kinds, words = TRUTH[logical]
    assert {(f.id, f.severity.value) for f in said} == kinds, [f.title for f in said]
    assert all(words in f.title for f in said), [f.title for f in said]
    assert all(place.site.name(logical) in f.title and f.fix for f in said)


def test_points_at_what_it_saw_and_asks_little(place: Place) -> None:
    cited = place.run.cited()
    assert "storage-full" in cited
    assert any(isinstance(value, dict) and value.get("RuleNumber") == 50 for value in cited)
    assert place.run.result.summary.startswith("Something stops clients at 9 of 14 databases in 1 region (")
    assert place.run.operations == {
        "rds:DescribeDBInstances": 1,
        "ec2:DescribeSecurityGroups": 1,
        "ec2:DescribeSubnets": 1,
        "ec2:DescribeNetworkAcls": 1,
        "ec2:DescribeRouteTables": 1,
        "ec2:DescribeVpcAttribute": 5,  # one a network
    }


def _from(place: Place, source: str, logical: str = "orders") -> set[tuple[str, str]]:
    run = run_probe(TEMPLATE, place.access, {**HOME, "database": place.site.name(logical), "source": source})
    assert {f.resource for f in run.result.findings} <= {place.site.arns[logical]}
    run.cited()
    return {(f.id, f.severity.value) for f in run.result.findings}


def test_from_an_instance(place: Place) -> None:
    assert _from(place, place.instances["app"]) == set()
    assert _from(place, place.site.name("app")) == set()
    closed = {("rds-closed-by-security-group", "high")}
    assert _from(place, place.instances["stranger"]) == closed
    assert _from(place, place.site.name("stranger")) == closed


def test_from_a_security_group(place: Place) -> None:
    assert _from(place, place.clients) == set()
    stranger = place.site.arns["nobody"].rpartition("/")[2]
    assert _from(place, stranger) == {("rds-closed-by-security-group", "high")}


def test_from_outside(place: Place) -> None:
    assert ("rds-not-public", "high") in _from(place, "internet", "shop")
    assert ("rds-not-public", "high") in _from(place, "203.0.113.9", "shop")
    assert ("rds-not-public", "high") in _from(place, "2001:db8::7", "shop")
    assert ("rds-public-without-route", "high") in _from(place, "internet", "stranded")


def test_a_group_that_lets_nothing_out(place: Place) -> None:
    ec2 = place.site.client("ec2")
    caged = group_in(place.site, "caged", place.home)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=caged, IpPermissions=everything)
    assert ("rds-source-egress-closed", "high") in _from(place, caged, "shop")


def test_from_another_network(place: Place) -> None:
    far = network(place.site, block=77)
    instance = _instance(place.site, "far", far.subnets[0], group_in(place.site, "far-group", far))
    assert ("rds-no-route-between-vpcs", "high") in _from(place, instance, "shop")


def test_from_a_function(place: Place) -> None:
    function(place.site, "report", bucket="none", statements=(allow("s3:GetObject", "*"),))
    assert ("rds-not-public", "high") in _from(place, place.site.name("report"), "shop")
    configured = {"VpcId": place.home.vpc, "SubnetIds": list(place.home.subnets), "SecurityGroupIds": [place.clients]}
    place.site.client("lambda").update_function_configuration(
        FunctionName=place.site.name("report"),
        VpcConfig={key: configured[key] for key in ("SubnetIds", "SecurityGroupIds")},
    )
    overlay = {"VpcConfig": configured}
    record_answer(place.access.client, "lambda", "GetFunctionConfiguration", overlay=overlay)
    assert _from(place, place.site.name("report")) == set()


def test_from_what_a_name_is_part_of(place: Place) -> None:
    """Names are hints: all that a part of one fits are looked at, functions and instances."""
    stranger = place.site.arns["nobody"].rpartition("/")[2]
    worker(place.site, "prod-invoicing-fn", subnets=(place.home.subnets[1],), groups=(stranger,))
    _instance(place.site, "prod-invoicing-box", place.home.subnets[1], stranger)
    run = run_probe(TEMPLATE, place.access, {**HOME, "database": place.site.name("orders"), "source": "invoicing"})
    titles = [f.title for f in run.result.findings]
    assert len(titles) == 2
    assert any(f"let function {place.site.name('prod-invoicing-fn')} in" in title for title in titles)
    assert any(f"let instance {place.site.name('prod-invoicing-box')} in" in title for title in titles)
    assert not run.result.undecided


def test_an_acl_that_shuts_out_a_part(place: Place) -> None:
    ec2, half = place.site.client("ec2"), network(place.site, block=35)
    opened = group_in(place.site, "of-half", half, port_from(5432, "0.0.0.0/0"))
    database(place.site, "half", half, opened)
    block = ec2.describe_subnets(SubnetIds=[half.subnets[1]])["Subnets"][0]["CidrBlock"]
    part = block.replace("/24", "/25")
    entry = {"NetworkAclId": half.acl, "Protocol": "-1", "CidrBlock": part, "RuleNumber": 50}
    ec2.create_network_acl_entry(**entry, RuleAction="deny", Egress=False)
    try:
        run = run_probe(TEMPLATE, place.access, {**HOME, "database": place.site.name("half"), "source": block})
        assert {f.id for f in run.result.findings} == {"rds-closed-by-network-acl"}
        assert f"{part}, a part of {block}" in run.result.findings[0].title
        anybody = run_probe(TEMPLATE, place.access, {**HOME, "database": place.site.name("half")})
        assert anybody.verdict == set()  # it shuts out some, as it may
    finally:
        place.site.client("rds").delete_db_instance(
            DBInstanceIdentifier=place.site.name("half"), SkipFinalSnapshot=True
        )


def test_a_source_that_is_nowhere_is_said(place: Place) -> None:
    run = run_probe(TEMPLATE, place.access, {**HOME, "source": "i-0123456789abcdef0"})
    assert run.result.findings == ()
    assert "is not in that region" in run.result.coverage.skipped[0].why
    assert run.result.undecided
    assert "0 of 0" not in run.result.summary


def test_runs_under_plain_python_in_every_region(place: Place) -> None:
    result = run_plain(TEMPLATE, place.access)
    assert len(result.coverage.regions) > 15
    assert {(f.resource, f.id) for f in result.findings} == {(r, k) for r, k, _ in place.run.verdict}


def test_an_account_without_databases(clean_account: AccountAccess) -> None:
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.result.summary == "Something stops clients at 0 of 0 databases in 1 region."
    assert run.operations == {"rds:DescribeDBInstances": 1}


def test_reads_every_page(place: Place) -> None:
    everything = place.access.client("rds").describe_db_instances()["DBInstances"]
    for marker, some, after in ((None, everything[:5], {"Marker": "more"}), ("more", everything[5:], {})):
        answer: dict[str, Any] = {"DBInstances": some, **after}
        asked = {"Marker": marker}
        record_answer(place.access.client, "rds", "DescribeDBInstances", parameters=asked, response=answer)
    try:
        run = run_probe(TEMPLATE, place.access, HOME)
    finally:
        for marker in (None, "more"):
            record_answer(place.access.client, "rds", "DescribeDBInstances", parameters={"Marker": marker})
    assert run.verdict == place.run.verdict
    assert run.operations["rds:DescribeDBInstances"] == 2


def test_what_is_denied_is_said_and_claims_nothing(place: Place) -> None:
    elsewhere = deny("rds:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    blind = deny(["ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls"], "*")
    reader = restricted(place.access, "reader", allow(["rds:*", "ec2:*"], "*"), elsewhere, blind)
    run = run_probe(TEMPLATE, reader, {"regions": ["us-east-1", "eu-west-1"]})
    assert {s.what for s in run.result.coverage.skipped} == {
        "databases in eu-west-1",
        "security groups in us-east-1",
        "network ACLs in us-east-1",
    }
    assert not {f.id for f in run.result.findings} & {"rds-closed-by-security-group", "rds-closed-by-network-acl"}
    with pytest.raises(AssertionError, match="No region could be looked at"):
        run_probe(TEMPLATE, restricted(place.access, "nobody", allow("sts:*", "*")), HOME)


def test_survives_being_throttled(place: Place) -> None:
    too_fast = ("Throttling", "Rate exceeded", 400)
    record_answer(
        place.access.client, "ec2", "DescribeSecurityGroups", error=("RequestLimitExceeded", "Slow down", 503), times=2
    )
    record_answer(
        place.access.client, "rds", "DescribeDBInstances", parameters={"Marker": None}, error=too_fast, times=2
    )
    run = run_probe(TEMPLATE, place.access, HOME)
    assert run.verdict == place.run.verdict
    assert run.result.coverage.skipped == ()


@pytest.mark.full
def test_with_everything_renamed_it_says_the_same(place: Place, embedded_account: EmbeddedAccount) -> None:
    other = _build(embedded_account.second_account(), _renamed)

    def verdict(one: Place) -> set[tuple[str, str, str]]:
        logical = {arn: name for name, arn in one.site.arns.items()}
        return {(logical[f.resource], f.id, f.severity.value) for f in one.run.result.findings}

    assert verdict(other) == verdict(place)


def test_the_policy_of_its_text_is_enough(place: Place) -> None:
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(TEMPLATE).script))
    assert verdict.findings == ()
    confined = restricted(place.access, "confined", *verdict.policy["Statement"])
    run = run_probe(TEMPLATE, confined, HOME)
    assert run.verdict == place.run.verdict
    assert run.result.coverage.skipped == ()
    assert set(run.operations) <= {operation.name for operation in verdict.operations}
