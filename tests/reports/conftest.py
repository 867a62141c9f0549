"""An inspection to report on: two probes over two iterations, one retry, real evidence, built from the public models."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from cloudprobe.domain.agents import Action, CollectedRun, Decision, Feedback
from cloudprobe.domain.ids import run_id
from cloudprobe.domain.inspection import InspectionSettings, Outcome
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import (
    Coverage,
    Probe,
    ProbeFinding,
    ProbeResource,
    ProbeResult,
    Severity,
    Skipped,
    Suggestion,
)
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import Access, Denial, RunError, RunOutcome, RunStatus, Usage
from cloudprobe.domain.state import WorkflowState, initial_state, merge
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.reports.assembly import assemble
from cloudprobe.reports.formats import render
from cloudprobe.testing import EPOCH, FakeClock, InMemoryArtifactStore, InMemoryRecordings

INSPECTION = "20260101-000000-9f86d081"
SCRIPT = "import boto3\n\nboto3.client('s3').list_buckets()\n"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}


@dataclass
class Case:
    """A state under construction, with the stores beside it. Every method adds; ``report`` assembles."""

    question: str = "Which S3 buckets are open to the public?"
    settings: InspectionSettings = field(
        default_factory=lambda: InspectionSettings(account="123456789012", target="embedded account, world faulty")
    )
    artifacts: InMemoryArtifactStore = field(default_factory=InMemoryArtifactStore)
    recordings: InMemoryRecordings = field(default_factory=InMemoryRecordings)
    clock: FakeClock = field(default_factory=lambda: FakeClock(EPOCH + timedelta(seconds=9)))

    def __post_init__(self) -> None:
        self.state: WorkflowState = initial_state(INSPECTION, self.question, self.settings)
        self.inventory = Inventory()

    def probe(
        self,
        result: ProbeResult | None = None,
        *,
        template: str = "s3_public_buckets",
        variables: dict[str, Any] | None = None,
        calls: list[dict[str, Any]] | None = None,
        iteration: int = 1,
        number: int = 0,
        attempt: int = 1,
        status: RunStatus = RunStatus.SUCCEEDED,
        error: RunError | None = None,
        limit: str = "",
        access: Access | None = None,
        denials: tuple[Denial, ...] = (),
        feedback: tuple[Feedback, ...] = (),
        store: bool = True,
    ) -> str:
        """A probe that ran; its run id."""
        run = run_id(INSPECTION, iteration=iteration, attempt=attempt, number=number)
        made = calls or []
        access = access or Access(
            granted=("s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:ListBuckets"),
            used=("s3:GetBucketPolicy", "s3:ListBuckets"),
        )
        paid = Counter(f"{call['service']}:{call['operation']}" for call in made if call["service"] == "s3")
        usage = Usage(
            wall_seconds=1.25, cpu_seconds=0.5, peak_memory_bytes=83 * 2**20, calls=len(made), response_bytes=20_480,
            usd=0.000005 * paid.total(), paid=dict(paid),
        )  # fmt: skip
        outcome = RunOutcome(
            run_id=run,
            status=status,
            result=result,
            error=error,
            limit=limit,
            usage=usage,
            access=access,
            isolation="bubblewrap",
            started=EPOCH.isoformat(),
        )
        if store:
            self.artifacts.put(f"{run}/outcome.json", outcome.model_dump_json().encode())
            probe = Probe(script=SCRIPT, policy=POLICY, template=template)
            self.artifacts.put(f"{run}/probe.json", probe.model_dump_json().encode())
        self.recordings.record(run, made)
        if result and status is RunStatus.SUCCEEDED:
            self.inventory = self.inventory.merge(result.resources, run_id=run)
        item = WorkItem(
            iteration=iteration,
            number=number,
            prompt=CodeGenerationPrompt(
                template=template, variables=variables or {}, description=f"Title of {template}"
            ),
            status=WorkStatus.SUCCEEDED if status is RunStatus.SUCCEEDED else WorkStatus.FAILED,
            attempt=attempt,
            run_id=run,
            probe_key=f"{run}/probe.json",
            policy_digest="b" * 64,
            feedback=feedback,
        )
        severities = [finding.severity for finding in result.findings] if result else []
        collected = CollectedRun(
            run_id=run,
            iteration=iteration,
            template=template,
            variables=variables or {},
            status=status,
            summary=result.summary if result else "",
            findings={severity: severities.count(severity) for severity in set(severities)},
            resources=len(result.resources) if result else 0,
            coverage=result.coverage if result else Coverage(),
            next=result.next if result else (),
            access=access,
            denials=denials,
            usage=usage,
            error=error.message if error else limit,
            outcome_key=f"{run}/outcome.json",
        )
        self.update(
            current_iteration=iteration,
            attempt=attempt,
            work={item.key: item.model_dump(mode="json")},
            collected_data=[collected.model_dump(mode="json")],
        )
        return run

    def unfinished(self, status: WorkStatus, *feedback: Feedback, iteration: int = 1, number: int = 0) -> None:
        """A probe that never gave a run."""
        item = WorkItem(
            iteration=iteration,
            number=number,
            prompt=CodeGenerationPrompt(template="unknown_thing", description="A thing no script could read"),
            status=status,
            attempt=3,
            feedback=feedback,
        )
        self.update(current_iteration=iteration, attempt=3, work={item.key: item.model_dump(mode="json")})

    def step(self, step: str, *, seconds: float = 0.5, note: str = "", iteration: int = 1, attempt: int = 1) -> None:
        started = (EPOCH + timedelta(seconds=len(self.state["trace"]))).isoformat(timespec="milliseconds")
        entry = {"step": step, "iteration": iteration, "attempt": attempt, "started": started}
        self.update(trace=[{**entry, "seconds": seconds, "note": note}])

    def exchange(self, agent: str, *, number: int = 0, iteration: int = 1, **changes: Any) -> None:
        """An exchange with a model."""
        call = {
            "id": f"{iteration}/1/{agent}/{number}", "agent": agent, "iteration": iteration, "attempt": 1,
            "model": "bedrock:global.anthropic.claude-sonnet-5", "prompt": agent, "prompt_version": "0" * 12,
            "started": EPOCH.isoformat(), "seconds": 2.5, "stop": "tool",
            "usage": {"input": 1_000, "output": 200, "cache_read": 3_000, "cache_write": 0}, "usd": 0.0046,
        }  # fmt: skip
        self.update(model_calls=[{**call, **changes}])

    def aggregate(self) -> None:
        key = f"{INSPECTION}/inventory/1.json"
        self.artifacts.put(key, self.inventory.model_dump_json().encode())
        self.update(context={"inventory": key})

    def decide(self, outcome: Outcome, reason: str = "Nothing more would change the answer.", **more: Any) -> None:
        decision = Decision(action=Action.COMPLETE, reason=reason, outcome=outcome, **more)
        self.update(decision=decision.model_dump(mode="json"))

    def fail(self, message: str, *, step: str = "grant", outcome: Outcome = Outcome.FAILED) -> None:
        self.update(failure={"type": "AnyError", "message": message, "step": step, "outcome": outcome.value})

    def update(self, **values: Any) -> None:
        self.state = merge(self.state, WorkflowState(**values))

    def report(self) -> Report:
        # Through JSON, as an engine that stores its state would hand it over.
        state = json.loads(json.dumps(self.state))
        return assemble(state, artifacts=self.artifacts, recordings=self.recordings, clock=self.clock, version="0.1.0")


def a_bucket(name: str, *, region: str = "eu-west-1", **summary: Any) -> ProbeResource:
    return ProbeResource(arn=f"arn:aws:s3:::{name}", type="s3:bucket", region=region, summary=summary)


def a_public_bucket(name: str = "acme-logs", *evidence: str, **changes: Any) -> ProbeFinding:
    values: dict[str, Any] = {
        "id": "s3-bucket-public-read",
        "title": f"Bucket {name} is open to the public (read: policy statement 0)",
        "severity": Severity.HIGH,
        "resource": f"arn:aws:s3:::{name}",
        "evidence": evidence,
        "fix": f"aws s3api put-public-access-block --bucket {name}",
    }
    return ProbeFinding(**{**values, **changes})


def the_two_calls(policy: str = '{"Statement": [{"Effect": "Allow", "Principal": "*"}]}') -> list[dict[str, Any]]:
    return [
        {
            "service": "s3",
            "operation": "ListBuckets",
            "request_id": "R1",
            "response": {"Buckets": [{"Name": "acme-logs"}]},
        },
        {
            "service": "s3",
            "operation": "GetBucketPolicy",
            "request_id": "R2",
            "region": "eu-west-1",
            "account": "123456789012",
            "parameters": {"Bucket": "acme-logs"},
            "response": {"Policy": policy},
        },
    ]


@pytest.fixture
def bucket() -> Callable[..., ProbeResource]:
    return a_bucket


@pytest.fixture
def public_bucket() -> Callable[..., ProbeFinding]:
    return a_public_bucket


@pytest.fixture
def two_calls() -> Callable[..., list[dict[str, Any]]]:
    return the_two_calls


@pytest.fixture
def new_case() -> type[Case]:
    """For a test that needs more than one."""
    return Case


@pytest.fixture
def case() -> Case:
    return Case()


@pytest.fixture
def faulty(case: Case) -> Case:
    """One finding, proven."""
    result = ProbeResult(
        facts={
            "summary": "1 of 2 buckets is open to the public: acme-logs.",
            "public": {"acme-logs": {"allows": "read"}},
        },
        findings=(a_public_bucket("acme-logs", "/result/facts/public/acme-logs", "/calls/R2/response/Policy"),),
        resources=(a_bucket("acme-logs"), a_bucket("acme-data")),
        coverage=Coverage(regions=("eu-west-1",)),
    )
    case.probe(result, calls=the_two_calls())
    case.step("orchestrate", note="The library has a template for this question.", iteration=0, attempt=0)
    case.step("execute", seconds=1.3, note="succeeded with 2 calls")
    case.aggregate()
    case.decide(Outcome.ANSWERED)
    return case


@pytest.fixture
def full(case: Case) -> Case:
    """Everything a report can hold at once: several severities, gaps, attempts, conflicts, leads, two iterations."""
    feedback = (
        Feedback(
            source="validate", code="E501", message="Operation GetBuckets does not exist.", line=3, hint="ListBuckets?"
        ),
        Feedback(source="execute", code="Throttling", message="Rate exceeded."),
    )
    case.probe(
        None,
        status=RunStatus.FAILED,
        error=RunError(type="ClientError", code="Throttling", message="Rate exceeded.", line=3, hint="Ask for less."),
        attempt=2,
    )
    case.probe(
        ProbeResult(
            facts={"summary": "2 of 3 buckets are open to the public: acme-logs, acme-www."},
            findings=(
                a_public_bucket("acme-www", "/calls/R2/response/Policy", severity="critical"),
                a_public_bucket("acme-logs", "/calls/GONE/response", fix="Delete the statement."),
                a_public_bucket("acme-old", severity="low", fix=""),
                a_public_bucket("acme-data", "/result/facts/summary", severity="info"),
            ),
            resources=(a_bucket("acme-www", public=True), a_bucket("acme-logs"), a_bucket("acme-data")),
            coverage=Coverage(
                regions=("eu-west-1", "us-east-1"),
                skipped=tuple(Skipped(what=f"ACL of bucket b{n}", why="AccessDenied") for n in range(30)),
                truncated=("objects of acme-www",),
            ),
            next=(
                Suggestion(template="iam_users", variables={"user": "bob"}),
                Suggestion(question="Who made acme-www public?"),
                Suggestion(),
            ),
        ),
        variables={"regions": ["*"], "bucket": "it's"},
        calls=the_two_calls(),
        attempt=3,
        feedback=feedback,
        access=Access(
            granted=("s3:GetBucketAcl", "s3:GetBucketPolicy"), used=("s3:GetBucketPolicy",), denied=("s3:GetObject",)
        ),
    )
    case.probe(
        ProbeResult(resources=(a_bucket("acme-www", public=False),), facts={"summary": "No more to see."}),
        template="iam_users",
        iteration=2,
        calls=the_two_calls(),
    )
    case.unfinished(WorkStatus.ABANDONED, iteration=2, number=1)
    case.exchange("orchestrator", iteration=0)
    case.exchange("code_generator", seconds=12.5)
    case.exchange("code_generator", number=1, repair=1, seconds=9.25)
    case.exchange("code_generator", number=2, repair=2, stop=None, error="ModelThrottledError", usd=None, usage={})
    case.step("orchestrate", note="The library has a template.", iteration=0, attempt=0, seconds=0.002)
    case.step("execute", attempt=3, seconds=75)
    case.step("execute", iteration=2, note="succeeded | with 2 calls")
    case.aggregate()
    case.decide(Outcome.ANSWERED)
    return case


class Page(HTMLParser):
    """A page taken apart: its tags, attributes and text. Every element must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


@pytest.fixture
def page() -> Callable[[Report], Page]:
    return lambda report: Page(render(report, "html"))
