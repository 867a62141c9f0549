"""What costs money and serves nothing, to the cent; and what only looks idle."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.leftovers import Past, address, balancer, interface, nat_gateway
from cloudprobe.emulator.worlds.building.metrics import measure
from cloudprobe.emulator.worlds.building.volumes import forget_volume, server, snapshot, volume
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.extraction import extract_variables
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.meddler import Answer, Request, ec2_error, meddling
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "idle_resources_cost"
HOME = {"regions": ["us-east-1"]}

# Logical name of each: severity and dollars a month, worked out by hand from AWS's price list.
IDLE = {
    "big-disk": ("medium", 500 * 0.08),
    "fast-disk": ("medium", 100 * 0.125 + 2000 * 0.065),
    "tuned-disk": ("low", 10 * 0.08 + 1000 * 0.005),
    "tiny-disk": ("info", 0.16),
    "free-address": ("low", 3.65),
    "address-of-stopped": ("low", 3.65),
    "address-of-unused": ("low", 3.65),
    "stopped-long": ("low", 20 * 0.08 + 30 * 0.10),
    "old-copy": ("low", 5.0),
    "lonely-balancer": ("low", 16.43),
    "lonely-network-balancer": ("low", 16.43),
    "unvisited-balancer": ("low", 16.43),
    "quiet-gateway": ("medium", 32.85),
    "unused-interface": ("info", 0.0),
}


def _used(site: Site, past: Past) -> str:
    """Things in use, and things that look idle and are not."""
    machine = server(site, "busy", volume(site, "busy-disk", size=100, age=400))
    address(site, "busy-address", instance=machine)
    volume(site, "new-disk", size=900, age=2)  # may be about to be attached
    kept = volume(site, "imaged-disk", age=400)
    image = snapshot(site, "copy-of-image", kept, age=300)
    forget_volume(site, "imaged-disk")
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": image}}
    site.client("ec2").register_image(Name=site.name("image"), RootDeviceName="/dev/xvda", BlockDeviceMappings=[disk])
    snapshot(site, "backup", volume(site, "live-disk", age=3), age=200)  # old, but of a volume that is there
    fresh = volume(site, "gone-disk", age=400)
    snapshot(site, "last-copy", fresh, age=10)
    copied = snapshot(site, "copy-from-elsewhere", fresh, age=300)
    of_a_copy = {f"Snapshots[SnapshotId={copied}].VolumeId": "vol-ffffffff"}  # whose volume AWS does not say
    record_answer(site.client, "ec2", "DescribeSnapshots", region="us-east-1", overlay=of_a_copy)
    forget_volume(site, "gone-disk")
    past.instance_stopped(server(site, "stopped-today", root_size=300, running=False), days=0)
    nat_gateway(site, "used-gateway", traffic=12_000, age=100)
    nat_gateway(site, "new-gateway", age=1)
    used = balancer(site, "used-balancer", groups=2, target=machine)
    past.balancer_made(used, days=300)
    of_used = {"LoadBalancer": used.split(":loadbalancer/")[1]}
    measure(site, "RequestCount", 12, namespace="AWS/ApplicationELB", dimensions=of_used)
    redirects = balancer(site, "redirecting", groups=0)
    past.balancer_made(redirects, days=300)
    dimension = {"LoadBalancer": redirects.split(":loadbalancer/")[1]}
    measure(site, "HTTP_Redirect_Count", 40, namespace="AWS/ApplicationELB", dimensions=dimension)
    balancer(site, "new-balancer")
    return machine


def _idle(site: Site, past: Past) -> None:
    volume(site, "big-disk", size=500, age=60)
    volume(site, "fast-disk", size=100, kind="io1", iops=2000, age=60)
    volume(site, "tuned-disk", size=10, iops=4000, age=60)
    volume(site, "tiny-disk", size=2, age=60)
    stopped = server(
        site, "stopped-long", volume(site, "data-of-stopped", size=30, kind="gp2"), root_size=20, running=False
    )
    past.instance_stopped(stopped, days=90)
    address(site, "free-address")
    address(site, "address-of-stopped", instance=stopped)
    past.address_given(address(site, "address-of-unused"), interface(site, "unused-interface"))
    gone = volume(site, "forgotten", size=100, age=400)
    snapshot(site, "old-copy", gone, age=300)
    forget_volume(site, "forgotten")
    past.balancer_made(balancer(site, "lonely-balancer", groups=2), days=100)
    past.balancer_made(balancer(site, "unvisited-balancer", target=server(site, "box")), days=100)
    past.balancer_made(balancer(site, "lonely-network-balancer", groups=0, kind="network"), days=100)
    nat_gateway(site, "quiet-gateway", age=100)


def seed_idle(site: Site) -> None:
    past = Past(site)
    _used(site, past)
    _idle(site, past)
    past.record()


@dataclass(frozen=True)
class Looked:
    run: ProbeRun
    site: Site
    access: AccountAccess

    @property
    def claimed(self) -> dict[str, Any]:
        logical = {arn: name for name, arn in self.site.arns.items()}
        cost = {one["arn"]: one["monthly_cost"] for one in self.run.document["facts"]["idle"]}
        found = self.run.result.findings
        return {logical.get(f.resource, f.resource): (f.severity.value, cost[f.resource]) for f in found}


def _names(kind: str) -> Callable[[str], str]:
    if kind == "own":
        return lambda logical: logical
    return lambda logical: "x" + hashlib.sha256(logical.encode()).hexdigest()[:20]


@pytest.fixture(scope="module", params=["own", pytest.param("renamed", marks=pytest.mark.full)])
def looked(embedded_account: EmbeddedAccount, request: pytest.FixtureRequest) -> Looked:
    access = embedded_account.second_account()
    site = Site(access.client, _names(request.param))
    seed_idle(site)
    return Looked(run_probe(TEMPLATE, access, HOME), site, access)


def test_names_what_is_idle_with_its_cost_and_nothing_else(looked: Looked) -> None:
    assert looked.claimed == {
        name: (severity, pytest.approx(cost, abs=0.006)) for name, (severity, cost) in IDLE.items()
    }


def test_adds_up(looked: Looked) -> None:
    facts = looked.run.document["facts"]
    total = sum(cost for _, cost in IDLE.values())
    assert facts["monthly_cost_usd"] == pytest.approx(total, abs=0.02)
    assert sum(kind["monthly_cost_usd"] for kind in facts["by_kind"].values()) == pytest.approx(total, abs=0.02)
    assert facts["idle_count"] == len(IDLE)
    assert f"14 of {facts['resources_checked']} resources checked are idle and cost about ${total:.2f}" in (
        looked.run.result.summary
    )
    assert "us-east-1 list prices of 2026-04" in looked.run.result.summary


def test_says_what_is_too_new_to_be_called_idle(looked: Looked) -> None:
    # new-disk, live-disk, last-copy, stopped-today, new-gateway, new-balancer
    assert looked.run.document["facts"]["too_new_count"] == 6
    assert "6 are too new to be called idle" in looked.run.result.summary


def test_every_claim_can_be_looked_up(looked: Looked) -> None:
    assert all(f.evidence for f in looked.run.result.findings)
    cited = looked.run.cited()
    assert "available" in cited
    assert 500 not in cited  # volumes are proven by their state, instances by the sizes of theirs
    assert {20, 30} <= {value for value in cited if isinstance(value, int)}


def test_the_fix_names_the_very_thing(looked: Looked) -> None:
    fixes = {f.resource: f.fix for f in looked.run.result.findings}
    for logical, command in (
        ("big-disk", "aws ec2 delete-volume --region us-east-1 --volume-id "),
        ("free-address", "aws ec2 release-address --region us-east-1 --allocation-id "),
        ("old-copy", "aws ec2 delete-snapshot --region us-east-1 --snapshot-id "),
        ("quiet-gateway", "aws ec2 delete-nat-gateway --region us-east-1 --nat-gateway-id "),
        ("stopped-long", "aws ec2 terminate-instances --region us-east-1 --instance-ids "),
        ("unused-interface", "aws ec2 delete-network-interface --region us-east-1 --network-interface-id "),
    ):
        arn = looked.site.arns[logical]
        assert command + arn.rpartition("/")[2] in fixes[arn]
    lonely = looked.site.arns["lonely-balancer"]
    assert fixes[lonely] == f"aws elbv2 delete-load-balancer --region us-east-1 --load-balancer-arn {lonely}"


def test_asks_no_more_than_a_plain_script_would(looked: Looked) -> None:
    assert looked.run.operations == {
        "sts:GetCallerIdentity": 1,
        "ec2:DescribeVolumes": 1,
        "ec2:DescribeNetworkInterfaces": 1,
        "ec2:DescribeInstances": 1,
        "ec2:DescribeAddresses": 1,
        "ec2:DescribeSnapshots": 1,
        "ec2:DescribeImages": 1,
        "ec2:DescribeNatGateways": 1,
        "elbv2:DescribeLoadBalancers": 1,
        "elbv2:DescribeTargetGroups": 1,
        "elbv2:DescribeTargetHealth": 6,
        "elb:DescribeLoadBalancers": 1,
        "cloudwatch:GetMetricData": 1,
    }
    few = run_probe(TEMPLATE, looked.access, {**HOME, "kinds": ["address"]})
    assert {f.id for f in few.result.findings} == {"idle-address"}
    assert "ec2:DescribeVolumes" not in few.operations


def test_longer_patience_calls_less_idle(looked: Looked) -> None:
    run = run_probe(TEMPLATE, looked.access, {**HOME, "idle_days": 95, "snapshot_days": 365})
    logical = {arn: name for name, arn in looked.site.arns.items()}
    assert {logical[f.resource] for f in run.result.findings} == {
        "free-address", "address-of-stopped", "address-of-unused", "lonely-balancer", "lonely-network-balancer",
        "quiet-gateway", "unused-interface", "unvisited-balancer",
    }  # fmt: skip


def test_without_metrics_no_gateway_is_called_idle_and_balancers_with_a_caveat(looked: Looked) -> None:
    blind = deny("cloudwatch:GetMetricData", "*")
    reader = restricted(looked.access, looked.site.name("blind"), allow("*", "*"), blind)
    run = run_probe(TEMPLATE, reader, {**HOME, "kinds": ["nat gateway", "load balancer"]})
    assert [s.what for s in run.result.coverage.skipped] == ["traffic metrics in us-east-1"]
    assert {f.id for f in run.result.findings} == {"idle-load-balancer"}
    assert all("its traffic could not be read" in f.title for f in run.result.findings)


def test_without_images_no_snapshot_is_called_useless(looked: Looked) -> None:
    blind = deny("ec2:DescribeImages", "*")
    reader = restricted(looked.access, looked.site.name("imageless"), allow("*", "*"), blind)
    run = run_probe(TEMPLATE, reader, {**HOME, "kinds": ["snapshot"]})
    assert run.result.findings == ()
    assert [s.what for s in run.result.coverage.skipped] == ["own images in us-east-1"]


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


def test_an_account_that_wastes_nothing(embedded_account: EmbeddedAccount) -> None:
    access = embedded_account.second_account()
    site = Site(access.client, lambda logical: logical)
    past = Past(site)
    _used(site, past)
    past.record()
    result = run_plain(TEMPLATE, access)
    assert result.findings == ()
    assert result.summary.startswith("None of ")
    assert len(result.coverage.regions) > 15


def test_classic_balancers_and_managed_interfaces(clean_account: AccountAccess) -> None:
    made = datetime.now(UTC) - timedelta(days=50)  # noqa: TID251 - as the account dates
    listed = [
        {"LoadBalancerName": "empty", "Instances": [], "CreatedTime": made},
        {"LoadBalancerName": "full", "Instances": [{"InstanceId": "i-1"}], "CreatedTime": made},
    ]
    record_answer(clean_account.client, "elb", "DescribeLoadBalancers", response={"LoadBalancerDescriptions": listed})
    site = Site(clean_account.client, lambda logical: logical)
    measure(site, "RequestCount", 12, namespace="AWS/ELB", dimensions={"LoadBalancerName": "full"})
    kept = interface(site, "of-a-service")
    overlay = {f"NetworkInterfaces[NetworkInterfaceId={kept}].RequesterManaged": True}
    record_answer(clean_account.client, "ec2", "DescribeNetworkInterfaces", overlay=overlay)
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert [(f.id, f.fix) for f in run.result.findings] == [
        ("idle-load-balancer", "aws elb delete-load-balancer --region us-east-1 --load-balancer-name empty")
    ]
    assert "about $18.25 a month" in run.result.findings[0].title


def test_survives_being_throttled_and_regions_that_are_off(looked: Looked) -> None:
    refused: list[Any] = []
    serial = itertools.count()

    def rule(request: Request) -> Answer | None:
        if request.region == "me-south-1":
            answer = ec2_error("AuthFailure", status=401)
            return Answer(401, answer.body.replace(b"<RequestID>", b"<RequestID>%d" % next(serial)))
        if request.asks("DescribeAddresses") and len(refused) < 2:
            refused.append(request)
            answer = ec2_error("RequestLimitExceeded", status=503)
            return Answer(503, answer.body.replace(b"<RequestID>", b"<RequestID>t%d" % next(serial)))
        return None

    with meddling(looked.access, rule) as meddled:
        run = run_probe(TEMPLATE, meddled, {"regions": ["us-east-1", "me-south-1"], "kinds": ["address"]})
    assert len(refused) == 2
    assert len(run.result.findings) == 3
    assert {s.why for s in run.result.coverage.skipped} == {"AuthFailure: the region is not enabled"}
    assert "not everything could be looked at in 1 region" in run.result.summary


def test_reads_every_page(clean_account: AccountAccess) -> None:
    old = datetime.now(UTC) - timedelta(days=50)  # noqa: TID251 - as the account dates
    for number in (0, 1):
        listed = [
            {"VolumeId": f"vol-{number}{n}", "State": "available", "Attachments": [], "VolumeType": "st1", "Size": 500, "CreateTime": old}
            for n in range(3)
        ]  # fmt: skip
        response = {"Volumes": listed, **({} if number else {"NextToken": "more"})}
        parameters = {"NextToken": "more" if number else None}
        record_answer(clean_account.client, "ec2", "DescribeVolumes", parameters=parameters, response=response)
    run = run_probe(TEMPLATE, clean_account, {**HOME, "kinds": ["volume"]})
    assert run.document["facts"]["monthly_cost_usd"] == pytest.approx(6 * 22.5)
    assert run.cited() == ["available"] * 6


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            "Which volumes have been unattached for 60 days?",
            {"kinds": ["volume"], "idle_days": 60, "snapshot_days": 60},
        ),
        ("Are there elastic IPs we do not use in eu-west-1?", {"kinds": ["address"], "regions": ["eu-west-1"]}),
        ("What idle resources do we pay for?", {}),
    ],
)
def test_reads_a_question(asked: str, expected: dict[str, Any]) -> None:
    assert extract_variables(asked, TemplateLibrary.builtin().get(TEMPLATE).variables) == expected
