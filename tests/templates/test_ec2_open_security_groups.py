from collections.abc import Callable
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Open, Site, allow, deny, instance, load_balancer, security_group
from tests.templates.meddler import Answer, Request, ec2_error, meddling
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.templates.truth import judge
from tests.worlds.seeded import NAMINGS, WORLDS, Seeded

TEMPLATE = "ec2_open_security_groups"
HOME = {"regions": ["us-east-1"]}
HALVES = ("0.0.0.0/1", "128.0.0.0/1")
SIXTEENTHS = tuple(f"{16 * n}.0.0.0/4" for n in range(16))
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")


@pytest.mark.parametrize("kind", NAMINGS)
@pytest.mark.parametrize("world", WORLDS)
def test_tells_the_truth_of_a_world(seeded: Callable[[str, str], Seeded], world: str, kind: str) -> None:
    place = seeded(world, kind)
    for question in place.questions(TEMPLATE):
        judge(run_probe(TEMPLATE, place.access, question.variables), question, place)


def test_runs_under_plain_python_in_every_region(seeded: Callable[[str, str], Seeded]) -> None:
    result = run_plain(TEMPLATE, seeded("faulty", "own").access)
    assert result.summary.startswith("6 of ")
    assert result.summary.endswith("4 of them expose something with a public address.")
    assert len(result.coverage.regions) > 15
    assert {r.type for r in result.resources} == {"ec2:security-group"}


def test_asks_no_more_than_a_plain_script_would(seeded: Callable[[str, str], Seeded]) -> None:
    run = run_probe(TEMPLATE, seeded("faulty", "own").access, {"regions": ["us-east-1", "eu-west-1", "eu-north-1"]})
    assert run.operations == {
        "ec2:DescribeSecurityGroups": 3,
        "ec2:DescribeNetworkInterfaces": 2,  # of the regions in which some group is open
    }


# name: the rules, what is attached (instance, private, balancer or nothing), and what must be said:
# severity and ports, or None.
VARIANTS: dict[str, tuple[tuple[Open, ...], str, tuple[str, str] | None]] = {
    # everybody is let in to something public
    "ssh": ((Open(22),), "instance", ("critical", "tcp 22 (SSH)")),
    "ssh-in-range": ((Open(20, 30),), "instance", ("critical", "tcp 20-30 (FTP, SSH, Telnet)")),
    "all-ports": ((Open(0, 65535),), "instance", ("critical", "tcp 0-65535")),
    "all-traffic": ((Open(protocol="-1"),), "instance", ("critical", "all traffic")),
    "all-traffic-on-balancer": ((Open(protocol="-1"),), "balancer", ("critical", "all traffic")),
    "halves": ((Open(3306, sources=HALVES),), "instance", ("critical", "tcp 3306 (MySQL)")),
    "halves-in-two-rules": (
        (Open(6379, sources=HALVES[:1]), Open(6000, 6500, sources=HALVES[1:])),
        "instance",
        ("critical", "tcp 6000-6500 (Kubernetes API, Redis)"),
    ),
    "two-blocks-that-meet": (
        (Open(22, sources=("44.0.0.0/8",)), Open(20, 25, sources=("45.0.0.0/8",))),
        "instance",
        ("critical", "in on tcp 22 (SSH);"),
    ),
    "half-the-world": ((Open(27017, sources=HALVES[1:]),), "instance", ("critical", "tcp 27017 (MongoDB)")),
    "sixteenths": ((Open(5432, sources=SIXTEENTHS),), "instance", ("critical", "tcp 5432 (PostgreSQL)")),
    "seven-bits": ((Open(3389, sources=("44.0.0.0/7",)),), "instance", ("critical", "tcp 3389 (RDP)")),
    "snmp": ((Open(161, protocol="udp"),), "instance", ("critical", "udp 161 (SNMP)")),
    "both-families": ((Open(9200, sources=("0.0.0.0/0", "::/0")),), "instance", ("critical", "9200")),
    "web-and-more": ((Open(443), Open(2375)), "balancer", ("critical", "tcp 443, tcp 2375 (Docker)")),
    "number-of-protocol": ((Open(22, protocol="6"),), "instance", ("critical", "tcp 22 (SSH)")),
    "odd-port": ((Open(8443),), "instance", ("medium", "tcp 8443")),
    "odd-udp": ((Open(5000, protocol="udp"),), "instance", ("medium", "udp 5000")),
    # everybody is let in to what nobody can reach
    "only-six": ((Open(22, sources=("::/0",)),), "instance", ("medium", "tcp 22 (SSH)")),
    "all-of-six": ((Open(22, sources=("2000::/3",)),), "instance", ("medium", "tcp 22 (SSH)")),
    "private-machine": ((Open(22),), "private", ("medium", "tcp 22 (SSH)")),
    "private-odd-port": ((Open(8080),), "private", ("low", "tcp 8080")),
    "unused": ((Open(22),), "", ("low", "tcp 22 (SSH)")),
    "unused-all": ((Open(protocol="-1"),), "", ("low", "all traffic")),
    # in order
    "unused-odd-port": ((Open(8080),), "", None),
    "web-balancer": ((Open(80), Open(443, sources=("0.0.0.0/0", "::/0"))), "balancer", None),
    "web-machine": ((Open(443),), "instance", None),
    "office": ((Open(22, sources=("203.0.113.0/24", "2001:db8::/48")),), "instance", None),
    "one-eighth-bit": ((Open(22, sources=("44.0.0.0/8",)),), "instance", None),
    "private-networks": ((Open(0, 65535, sources=PRIVATE),), "instance", None),
    "ping": ((Open(-1, -1, protocol="icmp"),), "instance", None),
    "two-blocks-apart": (
        (Open(22, sources=("44.0.0.0/8",)), Open(23, sources=("45.0.0.0/8",))),
        "instance",
        None,
    ),
    "no-rules": ((), "instance", None),
}


@pytest.fixture(scope="module")
def variants(embedded_account: EmbeddedAccount) -> tuple[ProbeRun, dict[str, str]]:
    """One account with every variant in a group of its own, looked at once."""
    access = embedded_account.second_account()
    site = Site(access.client, lambda logical: logical)
    for logical, (rules, attached, _) in VARIANTS.items():
        group = security_group(site, logical, *rules)
        if attached == "balancer":
            load_balancer(site, f"of-{logical}", group)
        elif attached:
            instance(site, f"of-{logical}", group, public=attached == "instance")
    return run_probe(TEMPLATE, access, HOME), site.arns


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_group(variants: tuple[ProbeRun, dict[str, str]], logical: str) -> None:
    run, arns = variants
    said = [f for f in run.result.findings if f.resource == arns[logical]]
    expected = VARIANTS[logical][2]
    if expected is None:
        assert said == []
        return
    severity, ports = expected
    assert [f.severity for f in said] == [severity]
    assert ports in said[0].title
    assert logical in said[0].title


def test_every_claim_can_be_looked_up(variants: tuple[ProbeRun, dict[str, str]]) -> None:
    run, arns = variants
    values = run.cited()
    assert {"IpProtocol", "NetworkInterfaceId", "severity"} <= {key for value in values for key in value}
    exposed = next(f for f in run.result.findings if f.resource == arns["ssh"])
    assert arns["of-ssh"].rpartition("/")[2] in exposed.title


def test_offers_a_command_that_fits(variants: tuple[ProbeRun, dict[str, str]]) -> None:
    run, arns = variants
    fixes = {f.resource: f.fix for f in run.result.findings}
    assert fixes[arns["unused"]].startswith("aws ec2 delete-security-group --region us-east-1 --group-id sg-")
    assert "'IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]'" in fixes[arns["ssh"]]
    assert "IpProtocol=-1,IpRanges" in fixes[arns["all-traffic"]]
    assert "Ipv6Ranges=[{CidrIpv6=::/0}]" in fixes[arns["both-families"]]


def _opened(access: AccountAccess, logical: str = "opened", *rules: Open, region: str = "us-east-1") -> str:
    site = Site(access.client, lambda name: name)
    security_group(site, logical, *(rules or (Open(22),)), region=region)
    return site.arns[logical]


def _prefix_list(access: AccountAccess, *blocks: str) -> str:
    made = access.client("ec2").create_managed_prefix_list(
        PrefixListName="listed", MaxEntries=10, AddressFamily="IPv4", Entries=[{"Cidr": block} for block in blocks]
    )
    name: str = made["PrefixList"]["PrefixListId"]
    return name


@pytest.mark.parametrize(("blocks", "open_"), [(HALVES, True), (("203.0.113.0/24",), False)])
def test_looks_into_prefix_lists(clean_account: AccountAccess, blocks: tuple[str, ...], open_: bool) -> None:
    arn = _opened(clean_account, "by-list", Open(22, sources=(_prefix_list(clean_account, *blocks),)))
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert [f.resource for f in run.result.findings] == ([arn] if open_ else [])
    if open_:
        finding = run.result.findings[0]
        security_group_id = arn.rpartition("/")[2]
        assert security_group_id in finding.title
        assert "lets everybody in on tcp 22 (SSH)" in finding.title


def test_says_which_prefix_list_it_could_not_read(clean_account: AccountAccess) -> None:
    name = _prefix_list(clean_account, *HALVES)
    _opened(clean_account, "by-list", Open(22, sources=(name,)))
    blind = deny("ec2:GetManagedPrefixListEntries", "*")
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", allow("ec2:*", "*"), blind), HOME)
    assert run.result.findings == ()
    assert [s.what for s in run.result.coverage.skipped] == [f"prefix list {name} in us-east-1"]


def test_a_port_asked_for_is_sensitive(clean_account: AccountAccess) -> None:
    arn = _opened(clean_account, "odd", Open(8443))
    assert run_probe(TEMPLATE, clean_account, HOME).result.findings == ()
    run = run_probe(TEMPLATE, clean_account, {**HOME, "ports": [8443]})
    assert [(f.resource, f.severity) for f in run.result.findings] == [(arn, "low")]


def test_a_hint_names_some_groups_or_none(clean_account: AccountAccess) -> None:
    first, second = _opened(clean_account, "first-door"), _opened(clean_account, "second-door")

    def found(hint: str) -> set[str]:
        return {f.resource for f in run_probe(TEMPLATE, clean_account, {**HOME, "group": hint}).result.findings}

    assert found("First") == found(first.rpartition("/")[2]) == {first}
    assert found("door") == found("no-such-thing") == {first, second}


def test_a_region_that_is_refused_is_said(clean_account: AccountAccess) -> None:
    _opened(clean_account, "here")
    _opened(clean_account, "there", region="eu-west-1")
    elsewhere = deny("ec2:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    reader = restricted(clean_account, "reader", allow("ec2:Describe*", "*"), elsewhere)
    run = run_probe(TEMPLATE, reader, {"regions": ["us-east-1", "eu-west-1"]})
    assert run.result.coverage.regions == ("us-east-1",)
    assert [s.what for s in run.result.coverage.skipped] == ["security groups in eu-west-1"]
    assert "1 region could not be looked at" in run.result.summary
    assert len(run.result.findings) == 1


def test_without_a_list_of_regions_it_looks_at_home(clean_account: AccountAccess) -> None:
    _opened(clean_account)
    blind = deny("ec2:DescribeRegions", "*")
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", allow("ec2:Describe*", "*"), blind))
    assert run.result.coverage.regions == ("us-east-1",)
    assert run.result.coverage.skipped[0].what == "all regions but us-east-1"
    assert len(run.result.findings) == 1


def test_allowed_nothing_it_claims_nothing(clean_account: AccountAccess) -> None:
    with pytest.raises(AssertionError, match="No region could be looked at"):
        run_probe(TEMPLATE, restricted(clean_account, "reader", allow("sts:*", "*")), HOME)


def test_skips_a_region_that_is_switched_off(clean_account: AccountAccess) -> None:
    _opened(clean_account)

    def off(request: Request) -> Answer | None:
        return ec2_error("AuthFailure", status=401) if request.region == "me-south-1" else None

    with meddling(clean_account, off) as meddled:
        run = run_probe(TEMPLATE, meddled, {"regions": ["us-east-1", "me-south-1"]})
    assert [(s.what, s.why) for s in run.result.coverage.skipped] == [
        ("security groups in me-south-1", "AuthFailure: the region is not enabled")
    ]
    assert len(run.result.findings) == 1


def test_survives_being_throttled(clean_account: AccountAccess) -> None:
    _opened(clean_account)
    refused: list[Any] = []

    def throttle(request: Request) -> Answer | None:
        if request.asks("DescribeSecurityGroups") and len(refused) < 2:
            refused.append(request)
            return ec2_error("RequestLimitExceeded", status=503)
        return None

    with meddling(clean_account, throttle) as meddled:
        run = run_probe(TEMPLATE, meddled, HOME)
    assert len(refused) == 2
    assert len(run.result.findings) == 1


def test_reads_every_page(clean_account: AccountAccess) -> None:
    for n in range(5):
        _opened(clean_account, f"many-{n}")

    def small_pages(request: Request) -> Answer | None:
        if not request.asks("DescribeSecurityGroups"):
            return None
        start = 1 if b"NextToken=" in request.body else 0
        rule = "<item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>"
        groups = "".join(
            f"<item><ownerId>1</ownerId><groupId>sg-{start}{n}</groupId><groupName>page-{start}-{n}</groupName><ipPermissions>{rule}</ipPermissions></item>"
            for n in range(3)
        )
        token = "" if start else "<nextToken>more</nextToken>"
        body = f"<R><securityGroupInfo>{groups}</securityGroupInfo>{token}<requestId>page-{start}</requestId></R>"
        return Answer(200, body.encode())

    with meddling(clean_account, small_pages) as meddled:
        run = run_probe(TEMPLATE, meddled, HOME)
    assert run.operations["ec2:DescribeSecurityGroups"] == 2
    assert len(run.result.findings) == 6
    assert run.cited()


def test_an_account_without_open_groups(clean_account: AccountAccess) -> None:
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.result.findings == ()
    assert run.result.summary == "None of 1 security group in 1 region lets everybody in where it should not."
    assert run.operations == {"ec2:DescribeSecurityGroups": 1}
