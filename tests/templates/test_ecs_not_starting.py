"""Which services and tasks do not start, by what ECS says of them."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.clusters import cluster, fares, record_cluster, service, stopped
from cloudprobe.emulator.worlds.building.databases import network
from cloudprobe.emulator.worlds.building.policies import trust
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "ecs_not_starting"
HOME = {"regions": ["us-east-1"]}
START = "TaskFailedToStart"
DENIED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to "
    "retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::"
    "123456789012:assumed-role/task-execution/1 is not authorized to perform: ecr:GetAuthorizationToken on resource: * "
    "because no identity-based policy allows the ecr:GetAuthorizationToken action"
)
SECRET = (
    "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: "
    "ResourceNotFoundException: Secrets Manager can't find the specified secret."
)
TIMEOUT = (
    "ResourceInitializationError: unable to pull secrets or registry auth: RequestError: send request failed caused by: "
    'Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 52.46.1.2:443: i/o timeout'
)
LOGS = "ResourceInitializationError: failed to validate logger args: The specified log group does not exist."
PLACE = "(service x) was unable to place a task because no container instance met all of its requirements."
STEADY = "(service x) has reached a steady state."
ELB = "(service x) (port 80) is unhealthy in (target-group arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/shop/12) due to (reason Health checks failed)"

# logical name: kind, severity, words of the title; None where nothing may be claimed.
TRUTH: dict[str, tuple[str, str, tuple[str, ...]] | None] = {
    "no-image": ("ecs-image-not-found", "critical", ("runs 0 of 2", "does not exist in ECR")),
    "no-hub-image": ("ecs-image-denied", "critical", ("pull access denied", "image private/thing:1")),
    "no-right": ("ecs-role-denied", "critical", ("ecr:GetAuthorizationToken",)),
    "no-role": ("ecs-role-not-assumable", "critical", ("does not exist",)),
    "no-secret": ("ecs-secret-missing", "critical", ("can't find the specified secret",)),
    "no-way-out": ("ecs-no-way-out", "critical", ("has no route out", "ecr.api, ecr.dkr, s3")),
    "no-room": ("ecs-disk-full", "critical", ("no space left on device",)),
    "no-log": ("ecs-log-group-missing", "critical", ("log group does not exist",)),
    "hungry": ("ecs-out-of-memory", "high", ("runs 1 of 2", "needed more memory")),
    "crashing": ("ecs-container-exits", "critical", ("exits with code 1 (2 tasks)",)),
    "leaving": ("ecs-container-exits", "critical", ("exits with code 0",)),
    "unwell": ("ecs-health-check-failed", "high", ("failed container health checks",)),
    "unplaced": ("ecs-no-capacity", "critical", ("no container instance met",)),
    "unbalanced": ("ecs-balancer-check-failed", "high", ("targetgroup/shop/12",)),
    "retired": ("ecs-task-definition-inactive", "critical", ("is inactive",)),
    "rolled-back": ("ecs-deployment-failed", "medium", ("runs 2 of 2", "circuit breaker")),
    "lost": ("ecs-too-few-tasks", "high", ("neither its events nor stopped tasks say why",)),
    "restarting": ("ecs-container-exits", "medium", ("runs 2 of 2", "exits with code 3 (2 tasks)")),
    # in order
    "repaired": None,  # what failed was the revision before
    "healthy": None,
    "asleep": None,  # its desired count is 0
    "starting": None,  # deployed a minute ago
    "recovered": None,  # it had trouble before it reached its steady state
    "renewed": None,  # its old tasks were stopped by a deployment
    "broken-crashing-old": None,  # so it is called
}


@dataclass(frozen=True)
class Place:
    access: AccountAccess
    site: Site
    run: ProbeRun
    main: str


def _build(access: AccountAccess, names: Callable[[str], str]) -> Place:
    site = Site(access.client, names)
    main = cluster(site, "main")
    subnets = network(site).subnets
    own_image = f"{site.account}.dkr.ecr.us-east-1.amazonaws.com/shop:gone"
    site.client("ecr").create_repository(repositoryName="shop")
    options: dict[str, dict[str, Any]] = {
        "no-image": {"image": own_image},
        "no-hub-image": {"image": "private/thing:1"},
        "no-right": {"role": _role(site, "task-execution")},
        "no-role": {"role": _role(site, "gone")},
        "no-way-out": {"subnets": subnets},
        "asleep": {"desired": 0},
    }
    states: list[Any] = []
    tasks: list[dict[str, Any]] = []

    def task(logical: str, **said: Any) -> None:
        tasks.append(stopped(site, main, len(tasks), service=site.name(logical), **said))

    for logical in TRUTH:
        service(site, logical, main, **options.get(logical, {}))
    site.client("iam").delete_role(RoleName=site.name("gone"))
    failed = {
        "no-image": f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {own_image}: {own_image}: not found",
        "no-hub-image": "CannotPullContainerError: Error response from daemon: pull access denied for private/thing, repository does not exist or may require 'docker login'",
        "no-right": DENIED,
        "no-role": "ECS was unable to assume the role that was provided for this task.",
        "no-secret": SECRET,
        "no-way-out": TIMEOUT,
        "no-log": LOGS,
        "no-room": "CannotPullContainerError: failed to extract layer: write /app/model.bin: no space left on device",
    }
    for logical, reason in failed.items():
        task(logical, reason=reason, code=START)
        states.append(fares(site.arns[logical], running=0))
    task("hungry", exit_code=137, container_reason="OutOfMemoryError: Container killed due to memory usage")
    states.append(fares(site.arns["hungry"], running=1))
    for _ in range(2):
        task("crashing", exit_code=1)
    states.append(fares(site.arns["crashing"], running=0))
    task("leaving", exit_code=0)
    states.append(fares(site.arns["leaving"], running=0))
    task("unwell", reason="Task failed container health checks", code="ServiceSchedulerInitiated", exit_code=137)
    states.append(fares(site.arns["unwell"], running=1))
    states.append(fares(site.arns["unplaced"], running=0, events=(PLACE,)))
    states.append(fares(site.arns["unbalanced"], running=1, events=(ELB,)))
    states.append(
        fares(site.arns["retired"], running=0, events=("(service x) was unable to start: TaskDefinition is inactive",))
    )
    why = {"rolloutState": "FAILED", "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start."}
    states.append(fares(site.arns["rolled-back"], running=2, rollout=why))
    states.append(fares(site.arns["lost"], running=1))
    minute_ago = datetime.fromtimestamp(time.time(), UTC) - timedelta(minutes=1)
    states.append(
        fares(site.arns["starting"], running=0, rollout={"createdAt": minute_ago, "rolloutState": "IN_PROGRESS"})
    )
    done = {"rolloutState": "COMPLETED"}
    for logical, events in (
        ("healthy", (STEADY,)),
        ("recovered", (STEADY, PLACE, PLACE)),
        ("broken-crashing-old", (STEADY,)),
    ):
        states.append(fares(site.arns[logical], running=2, events=events, rollout=done))
    task(
        "renewed", reason="Scaling activity initiated by deployment 1", code="ServiceSchedulerInitiated", exit_code=143
    )
    states.append(fares(site.arns["renewed"], running=2, rollout=done))

    for _ in range(2):
        task("restarting", exit_code=3)
        task("repaired", exit_code=3, revision=7)
    states += [fares(site.arns[logical], running=2, rollout=done) for logical in ("restarting", "repaired")]

    alone = {"nightly": 1, "cleaned": 0}
    for family, code in alone.items():
        tasks.append(stopped(site, main, len(tasks), family=site.name(family), exit_code=code))
        site.arns[family] = tasks[-1]["taskArn"]
        made = {"family": site.name(family), "containerDefinitions": [{"name": "main", "image": "x", "memory": 64}]}
        site.client("ecs").register_task_definition(**made)
    tasks.append(
        stopped(
            site,
            main,
            len(tasks),
            family=site.name("by-hand"),
            code="UserInitiated",
            reason="Task stopped by user",
            exit_code=137,
        )
    )
    record_cluster(site, main, states, tasks)
    return Place(access, site, run_probe(TEMPLATE, access, HOME), main)


def _role(site: Site, logical: str) -> str:
    made = site.client("iam").create_role(
        RoleName=site.name(logical), AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com")
    )
    arn: str = made["Role"]["Arn"]
    return arn


def _renamed(logical: str) -> str:
    return "x" + hashlib.sha256(logical.encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def place(embedded_account: EmbeddedAccount) -> Place:
    return _build(embedded_account.second_account(), lambda logical: logical)


@pytest.mark.parametrize("logical", TRUTH)
def test_judges_a_service(place: Place, logical: str) -> None:
    said = [f for f in place.run.result.findings if f.resource == place.site.arns[logical]]
    if (expected := TRUTH[logical]) is None:
        assert said == []
        return
    kind, severity, words = expected
    assert [(f.id, f.severity) for f in said] == [(kind, severity)], [f.title for f in said]
    assert all(word in said[0].title for word in words), said[0].title
    assert logical in said[0].title
    assert said[0].fix


@pytest.mark.full
def test_with_everything_renamed_it_says_the_same(place: Place, embedded_account: EmbeddedAccount) -> None:
    other = _build(embedded_account.second_account(), _renamed)

    def verdict(one: Place) -> set[tuple[str, str, str]]:
        logical = {arn: name for name, arn in one.site.arns.items()}
        return {(logical[f.resource], f.id, f.severity.value) for f in one.run.result.findings}

    assert verdict(other) == verdict(place)


def test_tells_of_tasks_run_alone(place: Place) -> None:
    (said,) = [f for f in place.run.result.findings if f.resource == place.site.arns["nightly"]]
    assert (said.id, said.severity) == ("ecs-container-exits", "high")
    assert "1 task of nightly" in said.title
    assert not [f for f in place.run.result.findings if f.resource == place.site.arns["cleaned"]]


def test_points_at_what_it_saw_and_asks_little(place: Place) -> None:
    cited = place.run.cited()
    assert TIMEOUT in cited
    assert PLACE in cited
    assert place.run.result.summary.startswith(
        "18 of 25 services in 1 cluster of 1 region do not start or stay up, and tasks run alone of 1"
    )
    assert place.run.document["facts"]["scaled_to_zero"] == ["asleep"]
    assert [s.variables["balancer"] for s in place.run.result.next] == ["shop"]
    operations = dict(place.run.operations)
    assert operations.pop("ecs:DescribeTaskDefinition") == 19  # one of each that fails
    assert operations == {
        "ecs:ListClusters": 1,
        "ecs:ListServices": 1,
        "ecs:DescribeServices": 3,  # ten at a time
        "ecs:ListTasks": 1,
        "ecs:DescribeTasks": 1,
        "ecr:DescribeImages": 1,
        "iam:GetRole": 1,
        "ec2:DescribeSubnets": 1,
        "ec2:DescribeRouteTables": 1,
        "ec2:DescribeVpcEndpoints": 1,
    }


def test_a_hint_names_a_service_or_none(place: Place) -> None:
    def found(hint: str) -> set[tuple[str, str]]:
        run = run_probe(TEMPLATE, place.access, {**HOME, "service": hint})
        return {(f.resource, f.id) for f in run.result.findings}

    assert found("crashing") == {(place.site.arns["crashing"], "ecs-container-exits")}
    assert found("asleep") == {(place.site.arns["asleep"], "ecs-desired-zero")}
    assert found("nightly") == {(place.site.arns["nightly"], "ecs-container-exits")}
    assert found("healthy") == set()
    assert found("no-such-thing") == {(f.resource, f.id) for f in place.run.result.findings}


def test_runs_under_plain_python_in_every_region(place: Place) -> None:
    result = run_plain(TEMPLATE, place.access)
    assert len(result.coverage.regions) > 15
    assert len(result.findings) == 19


def test_an_account_without_clusters(clean_account: AccountAccess) -> None:
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.result.findings == ()
    assert run.operations == {"ecs:ListClusters": 1}


def test_reads_every_page(place: Place) -> None:
    everything = place.access.client("ecs").list_services(cluster=place.main, maxResults=100)["serviceArns"]
    for token, some, after in ((None, everything[:9], {"nextToken": "more"}), ("more", everything[9:], {})):
        answer: dict[str, Any] = {"serviceArns": some, **after}
        asked = {"nextToken": token}
        record_answer(place.access.client, "ecs", "ListServices", parameters=asked, response=answer)
    try:
        run = run_probe(TEMPLATE, place.access, HOME)
    finally:
        for token in (None, "more"):
            record_answer(place.access.client, "ecs", "ListServices", parameters={"nextToken": token})
    assert run.verdict == place.run.verdict
    assert run.operations["ecs:ListServices"] == 2


def test_what_is_denied_is_said_and_claims_nothing(place: Place) -> None:
    elsewhere = deny("ecs:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    blind = deny(["ecs:ListTasks", "ecs:DescribeTaskDefinition"], "*")
    reader = restricted(place.access, "reader", allow("ecs:*", "*"), elsewhere, blind)
    run = run_probe(TEMPLATE, reader, {"regions": ["us-east-1", "eu-west-1"]})
    skipped = {s.what for s in run.result.coverage.skipped}
    assert {"clusters in eu-west-1", "stopped tasks of cluster main in us-east-1"} <= skipped
    assert any(what.startswith("task definition") for what in skipped)
    assert "1 region could not be looked at" in run.result.summary
    crashing = [f for f in run.result.findings if f.resource == place.site.arns["crashing"]]
    assert [f.id for f in crashing] == ["ecs-too-few-tasks"]
    assert "its stopped tasks could not be read" in crashing[0].title
    assert not [f for f in run.result.findings if "nor stopped tasks say why" in f.title]
    with pytest.raises(AssertionError, match="No region could be looked at"):
        run_probe(TEMPLATE, restricted(place.access, "nobody", allow("sts:*", "*")), HOME)


def test_details_that_are_denied_are_said_and_the_cause_is_still_told(place: Place) -> None:
    run = run_probe(TEMPLATE, restricted(place.access, "ecs-only", allow("ecs:*", "*")), HOME)
    assert run.verdict == place.run.verdict
    skipped = run.result.coverage.skipped
    assert [s.what.split()[0] for s in skipped] == ["image", "role", "the"]
    assert all("AccessDenied" in s.why or "Unauthorized" in s.why for s in skipped)


def test_survives_being_throttled(place: Place) -> None:
    too_fast = ("ThrottlingException", "Rate exceeded", 400)
    record_answer(place.access.client, "ecs", "ListClusters", error=too_fast, times=2)
    run = run_probe(TEMPLATE, place.access, HOME)
    assert run.verdict == place.run.verdict
    assert run.result.coverage.skipped == ()


def test_the_policy_of_its_text_is_enough(place: Place) -> None:
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(TEMPLATE).script))
    assert verdict.findings == ()
    confined = restricted(place.access, "confined", *verdict.policy["Statement"])
    run = run_probe(TEMPLATE, confined, HOME)
    assert run.verdict == place.run.verdict
    assert run.result.coverage.skipped == ()
    assert set(run.operations) <= {operation.name for operation in verdict.operations}
