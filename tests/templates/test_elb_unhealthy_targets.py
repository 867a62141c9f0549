"""Which targets are not well, and why."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.balancers import balancer_in, target_group, unwell
from cloudprobe.emulator.worlds.building.databases import group_in, network, port_from
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "elb_unhealthy_targets"
HOME = {"regions": ["us-east-1"]}
TIMEOUT = ("unhealthy", "Target.Timeout", "Request timed out")
FAILED = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
MISMATCH = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]")
ERROR = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]")
HEALTHY = ("healthy", "", "")
LEAVING = ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")

# logical name of the group: kind, severity, words of the title; None where nothing may be claimed.
TRUTH: dict[str, tuple[str, str, tuple[str, ...]] | None] = {
    "wrong-path": ("elb-health-check-mismatch", "critical", ("HTTP /health", "gets [404] and expects 200", "2 of 2")),
    "erring": ("elb-health-check-mismatch", "high", ("gets [503]", "1 of 2")),
    "closed": ("elb-target-closed-by-security-group", "critical", ("do not let the balancer in on port 80",)),
    "closed-check": ("elb-target-closed-by-security-group", "critical", ("port 8081, though it does on 80",)),
    "caged": ("elb-balancer-egress-closed", "critical", ("let nothing out to it on port 80",)),
    "walled": ("elb-target-closed-by-network-acl", "critical", ("lets port 80 not in from", "(rule 50)")),
    "deaf": ("elb-target-not-answering", "medium", ("does not answer within 5 s on port 80", "1 of 3")),
    "deaf-address": ("elb-target-not-answering", "critical", ("fails on port 80",)),
    "closed-address": ("elb-target-closed-by-security-group", "critical", ("do not let the balancer in",)),
    "stopped": ("elb-target-not-running", "critical", ("stopped state",)),
    "elsewhere": ("elb-target-zone-disabled", "critical", ("not enabled for the balancer",)),
    "empty": ("elb-no-targets", "high", ("no registered target",)),
    "leaving": ("elb-targets-draining", "high", ("only targets that are being deregistered",)),
    "half-walled": (
        "elb-target-closed-by-network-acl",
        "critical",
        ("10.32.0.0/25, a part of 10.32.0.0/24", "(rule 50)"),
    ),
    "old-colour": ("elb-target-not-answering", "info", ("nothing is sent there, for its weight is 0",)),
    "broken-function": ("elb-target-unhealthy", "critical", ("Health checks failed",)),
    # in order
    "healthy": None,
    "starting": None,  # still being checked
    "replacing": None,  # one leaves while one serves
    "other-colour": None,  # empty, and nothing is sent there
    "unused-broken": None,  # behind no balancer
    "unchecked-function": None,  # health checks are off, as they are for functions
}


@dataclass(frozen=True)
class Place:
    access: AccountAccess
    site: Site
    run: ProbeRun


def _build(access: AccountAccess, names: Callable[[str], str]) -> Place:
    site = Site(access.client, names)
    ec2 = site.client("ec2")
    home = network(site)
    front = group_in(site, "front", home, port_from(443, "0.0.0.0/0"))
    inner = group_in(site, "inner", home, port_from(80, front))
    nobody = group_in(site, "nobody", home)
    shop = balancer_in(site, "shop", home, front)

    def machine(group: str, subnet: str = home.subnets[0]) -> str:
        one: dict[str, Any] = {"ImageId": "ami-12345678", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
        name: str = ec2.run_instances(**one, SubnetId=subnet, SecurityGroupIds=[group])["Instances"][0]["InstanceId"]
        return name

    good, shut = machine(inner), machine(nobody)
    more = [machine(inner) for _ in range(2)]

    def group(logical: str, states: dict[str, tuple[str, str, str]], behind: str = shop, **options: Any) -> None:
        arn = target_group(site, logical, options.pop("place", home), *states, behind=behind, **options)
        unwell(site, arn, states)

    group("healthy", {good: HEALTHY})
    group("wrong-path", {good: MISMATCH, more[0]: MISMATCH}, HealthCheckPath="/health")
    group("erring", {good: ERROR, more[0]: HEALTHY})
    group("closed", {shut: TIMEOUT})
    group("closed-check", {good: TIMEOUT}, HealthCheckPort="8081")
    group("deaf", {good: TIMEOUT, more[0]: HEALTHY, more[1]: HEALTHY})
    group("stopped", {good: ("unused", "Target.InvalidState", "Target is in the stopped state")})
    group("elsewhere", {good: ("unused", "Target.NotInUse", "Target is in an Availability Zone that is not enabled")})
    group("empty", {})
    group("leaving", {good: LEAVING})
    group("replacing", {good: LEAVING, more[0]: HEALTHY})
    group("starting", {good: ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")})
    group("other-colour", {}, weight=0)
    group("unused-broken", {good: TIMEOUT}, behind="")
    function = f"arn:aws:lambda:us-east-1:{site.account}:function:{site.name('answers')}"
    group("broken-function", {function: FAILED}, kind="lambda")
    group("unchecked-function", {f"{function}2": ("unavailable", "Target.HealthCheckDisabled", "")}, kind="lambda")
    for logical, of in (("deaf-address", inner), ("closed-address", nobody)):
        card = ec2.create_network_interface(SubnetId=home.subnets[0], Groups=[of])["NetworkInterface"]
        group(logical, {card["PrivateIpAddress"]: FAILED}, kind="ip")

    caged = group_in(site, "caged-front", home)
    ec2.revoke_security_group_egress(
        GroupId=caged, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    open_inner = machine(group_in(site, "open-inner", home, port_from(80, "10.0.0.0/8")))
    group("caged", {open_inner: TIMEOUT}, behind=balancer_in(site, "cage", home, caged))
    far = network(site, block=31)
    entry = {"NetworkAclId": far.acl, "Protocol": "6", "PortRange": {"From": 80, "To": 80}, "CidrBlock": "10.31.0.0/16"}
    ec2.create_network_acl_entry(**entry, RuleNumber=50, RuleAction="deny", Egress=False)
    walled = machine(group_in(site, "far-inner", far, port_from(80, "10.0.0.0/8")), far.subnets[1])
    group(
        "walled",
        {walled: TIMEOUT},
        behind=balancer_in(site, "far-shop", far, kind="network"),
        place=far,
        Protocol="TCP",
    )
    half = network(site, block=32)
    entry = {"NetworkAclId": half.acl, "Protocol": "-1", "CidrBlock": "10.32.0.0/25", "RuleNumber": 50}
    ec2.create_network_acl_entry(**entry, RuleAction="deny", Egress=False)
    behind_half = machine(group_in(site, "half-inner", half, port_from(80, "10.0.0.0/8")), half.subnets[1])
    front_half = balancer_in(site, "half-shop", half, kind="network")
    group("half-walled", {behind_half: TIMEOUT}, behind=front_half, place=half, Protocol="TCP")
    group("old-colour", {good: TIMEOUT, more[0]: TIMEOUT}, weight=0)
    return Place(access, site, run_probe(TEMPLATE, access, HOME))


def _renamed(logical: str) -> str:
    return "x" + hashlib.sha256(logical.encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def place(embedded_account: EmbeddedAccount) -> Place:
    return _build(embedded_account.second_account(), lambda logical: logical)


@pytest.mark.parametrize("logical", TRUTH)
def test_judges_a_target_group(place: Place, logical: str) -> None:
    said = [f for f in place.run.result.findings if f.resource == place.site.arns[logical]]
    if (expected := TRUTH[logical]) is None:
        assert said == []
        return
    kind, severity, words = expected
    assert [(f.id, f.severity) for f in said] == [(kind, severity)], [f.title for f in said]
    assert all(word in said[0].title for word in words), said[0].title
    assert place.site.name(logical) in said[0].title
    assert said[0].fix


def test_points_at_what_it_saw_and_asks_little(place: Place) -> None:
    cited = place.run.cited()
    assert "Target.Timeout" in {
        v["TargetHealth"]["Reason"]
        for v in cited
        if isinstance(v, dict) and "TargetHealth" in v
        if "Reason" in v["TargetHealth"]
    }
    assert any(isinstance(value, dict) and value.get("RuleNumber") == 50 for value in cited)
    assert place.run.result.summary.startswith("15 of 22 target groups in 1 region have unhealthy targets or none: ")
    assert place.run.document["facts"]["unused_groups"] == [place.site.name("unused-broken")]
    operations = dict(place.run.operations)
    assert operations.pop("elbv2:DescribeTargetHealth") == 21  # one a group in use
    assert operations.pop("elbv2:DescribeListeners") == 4  # one a balancer with ill groups: does anything go there?
    operations.pop("elbv2:DescribeRules")
    assert operations == {
        "elbv2:DescribeTargetGroups": 1,
        "elbv2:DescribeLoadBalancers": 1,
        "ec2:DescribeInstances": 1,
        "ec2:DescribeNetworkInterfaces": 1,
        "ec2:DescribeSecurityGroups": 1,
        "ec2:DescribeSubnets": 1,
        "ec2:DescribeNetworkAcls": 1,
    }


def test_a_hint_names_a_group_or_a_balancer(place: Place) -> None:
    def found(hint: str) -> set[str]:
        run = run_probe(TEMPLATE, place.access, {**HOME, "balancer": hint})
        return {f.resource for f in run.result.findings}

    assert found(place.site.name("cage")) == found(place.site.arns["caged"]) == {place.site.arns["caged"]}
    assert found(place.site.name("closed")) == {place.site.arns["closed"]}
    assert found("no-such-thing") == {f.resource for f in place.run.result.findings}


def test_runs_under_plain_python_in_every_region(place: Place) -> None:
    result = run_plain(TEMPLATE, place.access)
    assert len(result.coverage.regions) > 15
    assert len(result.findings) == 16


def test_a_healthy_balancer(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    home = network(site)
    target_group(site, "web", home, "10.20.0.5", behind=balancer_in(site, "front", home), kind="ip")
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.result.findings == ()
    assert run.result.summary == "0 of 1 target group in 1 region have unhealthy targets or none."
    assert sum(run.operations.values()) == 3


def test_an_empty_group_of_addresses_leads_to_its_service(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    home = network(site)
    target_group(site, "web", home, behind=balancer_in(site, "front", home), kind="ip")
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert [s.template for s in run.result.next] == ["ecs_not_starting"]


def test_reads_every_page(place: Place) -> None:
    everything = place.access.client("elbv2").describe_target_groups()["TargetGroups"]
    for marker, some, after in ((None, everything[:7], {"NextMarker": "more"}), ("more", everything[7:], {})):
        answer: dict[str, Any] = {"TargetGroups": some, **after}
        asked = {"Marker": marker}
        record_answer(place.access.client, "elbv2", "DescribeTargetGroups", parameters=asked, response=answer)
    try:
        run = run_probe(TEMPLATE, place.access, HOME)
    finally:
        for marker in (None, "more"):
            record_answer(place.access.client, "elbv2", "DescribeTargetGroups", parameters={"Marker": marker})
    assert run.verdict == place.run.verdict
    assert run.operations["elbv2:DescribeTargetGroups"] == 2


def test_what_is_denied_is_said_and_claims_nothing(place: Place) -> None:
    elsewhere = deny("elasticloadbalancing:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    blind = deny(["ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls"], "*")
    reader = restricted(place.access, "reader", allow(["elasticloadbalancing:*", "ec2:*"], "*"), elsewhere, blind)
    run = run_probe(TEMPLATE, reader, {"regions": ["us-east-1", "eu-west-1"]})
    assert {s.what for s in run.result.coverage.skipped} == {
        "load balancers in eu-west-1",
        "security groups in us-east-1",
        "subnets and network ACLs in us-east-1",
    }
    assert not {f.id for f in run.result.findings if "closed" in f.id}
    assert len(run.result.findings) == 16
    with pytest.raises(AssertionError, match="No region could be looked at"):
        run_probe(TEMPLATE, restricted(place.access, "nobody", allow("sts:*", "*")), HOME)


def test_a_group_deleted_meanwhile_is_said(place: Place) -> None:
    asked = {"TargetGroupArn": place.site.arns["healthy"]}
    gone = ("TargetGroupNotFound", "One or more target groups not found")
    record_answer(place.access.client, "elbv2", "DescribeTargetHealth", parameters=asked, error=gone, times=1)
    run = run_probe(TEMPLATE, place.access, HOME)
    assert [s.why for s in run.result.coverage.skipped] == ["it was deleted while this ran"]
    assert run.verdict == place.run.verdict


def test_survives_being_throttled(place: Place) -> None:
    too_fast = ("Throttling", "Rate exceeded", 400)
    record_answer(place.access.client, "elbv2", "DescribeTargetGroups", error=too_fast, times=2)
    record_answer(
        place.access.client, "ec2", "DescribeSubnets", error=("RequestLimitExceeded", "Slow down", 503), times=2
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
