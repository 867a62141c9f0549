"""What each of the five agents is given and gives back; the terms are the brief's."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import Coverage, Dependency, Severity, Skipped, Suggestion
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import Access, Denial, RunOutcome, RunRequest, RunStatus, Usage


class Feedback(Model):
    """Why an attempt failed, in words a generator can act on."""

    source: Literal["validate", "execute"]
    code: str
    message: str
    line: int | None = None
    hint: str = ""
    temporary: bool = False
    """The same probe may succeed if run again."""


class CollectedRun(Model):
    """One run as the state carries it: a summary and references, never bulk."""

    run_id: str
    account: str = ""
    iteration: int
    template: str = ""
    variables: dict[str, Any] = Field(default_factory=dict)
    status: RunStatus
    summary: str = ""
    undecided: bool = False
    """The probe says that what it could see does not answer the question."""
    findings: dict[Severity, int] = Field(default_factory=dict)
    """Number of findings by severity."""
    resources: int = 0
    coverage: Coverage = Coverage()
    next: tuple[Suggestion, ...] = ()
    access: Access = Access()
    denials: tuple[Denial, ...] = ()
    policy_excess: tuple[str, ...] = ()
    """Actions its policy allowed that no operation in the code needs."""
    usage: Usage = Usage()
    error: str = ""
    outcome_key: str = ""
    """Artefact holding the ``RunOutcome``; the recording stands under the run id."""
    as_of: str = ""
    """When an earlier inspection made it, ISO 8601, UTC; empty for a run of this one. It used nothing here."""


class Action(StrEnum):
    COLLECT = "collect"
    COMPLETE = "complete"


class Objective(Model):
    """One independent thing to find out in the coming iteration."""

    question: str
    template: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    """Where to find it out; empty for every inspected account."""
    why: str = ""


class Claim(Model):
    """One sentence of an answer, and the places that prove it. Code checks it; a model's word proves nothing."""

    text: str = Field(min_length=1, max_length=1000)
    evidence: tuple[str, ...] = ()
    """Pointers: ``run_id#/calls/17/response/…`` or ``run_id#/result/…``."""
    key: bool = False
    """The answer stands or falls with it."""


class Hypothesis(Model):
    """What may be the case."""

    statement: str = Field(min_length=1, max_length=1000)
    status: Literal["open", "supported", "refuted"] = "open"
    confidence: Literal["high", "medium", "low"] = "low"
    reason: str = ""
    evidence: tuple[str, ...] = ()
    """Pointers, as in a ``Claim``."""


class ProposedFix(Model):
    """Something a person could do. Never executed; a command is built from ``operation`` by code or not shown."""

    text: str = Field(min_length=1, max_length=1000)
    service: str = ""
    """As botocore names it; empty where there is no single call."""
    operation: str = ""
    """As botocore names it, for example ``PutBucketEncryption``."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    region: str = ""


class ErrorDirective(Model):
    """What is to be done about a run that failed."""

    run_id: str
    directive: Literal["skip", "stop"]
    reason: str


class Circumstances(Model):
    """What bounds an inspection. Agents are told it, and code keeps to it whatever they answer."""

    asked_at: datetime
    """UTC; what "since yesterday" counts back from."""
    iteration: int
    """The one that is going on or, between two, the one that ended last; 0 before the first."""
    max_iterations: int
    max_retries: int = 0
    data_class: Literal["metadata", "logs", "data"] = "metadata"
    accounts: tuple[str, ...] = ()
    """Those that are inspected."""
    regions: tuple[str, ...] = ()
    """Those that may be looked at; empty or ``*`` for every one."""
    home_region: str = "us-east-1"
    wall_seconds: float = 120.0
    """Of one run."""


class Observed(Model):
    """A place in what a run gave, and what stands there, shortened; or what code says of it where it is too large."""

    pointer: str
    """``run_id#/result/…`` or ``run_id#/calls/17/response/…``."""
    value: Any = None
    """Plain JSON."""
    note: str = ""
    """Counts, shape, extremes, and what was left out."""


class ObservedFinding(Model):
    """A claim a probe made, and the recorded values it cites."""

    id: str
    title: str
    severity: Severity
    resource: str
    evidence: tuple[Observed, ...] = ()


class Observation(Model):
    """What one run showed, whatever its size, in a few kilobytes; all of it stands in the run's stored result."""

    run_id: str
    account: str = ""
    iteration: int
    probe: str
    """What it was to find out."""
    template: str = ""
    variables: dict[str, Any] = Field(default_factory=dict)
    summary: str = ""
    undecided: bool = False
    severities: dict[Severity, int] = Field(default_factory=dict)
    """Number of findings, those left out included."""
    findings: tuple[ObservedFinding, ...] = ()
    """Worst first."""
    facts: tuple[Observed, ...] = ()
    resources: tuple[Observed, ...] = ()
    coverage: Coverage = Coverage()
    denied: tuple[str, ...] = ()
    """``service:Operation`` each."""
    left_out: tuple[str, ...] = ()
    """One sentence for each thing that is not told here."""
    as_of: str = ""
    """When an earlier inspection made the run, ISO 8601, UTC; empty for a run of this one."""


class Antecedents(Model):
    """What earlier questions and their answers were about: what words such as "that function" may stand for."""

    variables: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name of a template's variable to the texts earlier probes were given for it, latest first."""
    things: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """``service:kind`` to the ARNs that were seen."""


UNSHOWN = "The analysis says that the answer needs it; no run has shown it."
"""Why a gap stands that a model named."""


class SuspectText(Model):
    """Text in the account's data that reads like an instruction to whoever reads it."""

    pointer: str
    excerpt: str
    why: str


class LeafSource(Model):
    """Where a value of a structured answer comes from, in a model's word; code looks it up."""

    at: str
    """JSON Pointer into the answer."""
    source: str
    """Pointer, as in a ``Claim``."""
    derived: Literal["value", "count"] = "value"
    """The recorded value itself, or the length of the recorded list or object."""


class StructuredDraft(Model):
    """An answer in the caller's shape as a model gave it. Nothing in it is believed before it is checked."""

    document: Any = None
    sources: tuple[LeafSource, ...] = ()
    failure: str = ""
    """Why there is none; empty otherwise."""


class Decision(Model):
    """The orchestrator's word on what comes next; ``next_step`` maps it to a node."""

    action: Action
    reason: str
    objectives: tuple[Objective, ...] = ()
    outcome: Outcome | None = None
    """Set with ``complete``."""
    answer: tuple[Claim, ...] = ()
    """With ``complete``, where a model wrote one; else the report's answer is put together from what was found."""
    fixes: tuple[ProposedFix, ...] = ()
    structured: StructuredDraft | None = None
    """With ``complete``, where the caller gave a schema and a model filled it."""


class Insight(Model):
    """Something the data shows."""

    statement: str
    run_id: str
    severity: Severity | None = None
    evidence: tuple[str, ...] = ()
    """Pointers, as in a ``Claim``; empty where the run's own words are repeated."""


class DataQuality(Model):
    """Computed from recordings and coverage, never narrated."""

    runs_succeeded: int = 0
    runs_failed: int = 0
    calls: int = 0
    calls_denied: int = 0
    regions: tuple[str, ...] = ()
    skipped: int = 0
    truncated: int = 0
    complete: bool = True

    def __add__(self, other: "DataQuality") -> "DataQuality":
        """Of two iterations together."""
        return DataQuality(
            runs_succeeded=self.runs_succeeded + other.runs_succeeded,
            runs_failed=self.runs_failed + other.runs_failed,
            calls=self.calls + other.calls,
            calls_denied=self.calls_denied + other.calls_denied,
            regions=tuple(sorted({*self.regions, *other.regions})),
            skipped=self.skipped + other.skipped,
            truncated=self.truncated + other.truncated,
            complete=self.complete and other.complete,
        )


class Knowledge(Model):
    """What is known so far, in a form that fits into a prompt."""

    observations: tuple[Observation, ...] = ()
    """In the order the runs ended."""
    insights: tuple[Insight, ...] = ()
    """What earlier analyses say the data shows, each with pointers."""
    hypotheses: tuple[Hypothesis, ...] = ()
    gaps: tuple[Skipped, ...] = ()
    """What was not looked at, could not be, or failed, and why."""
    recommendations: tuple[Suggestion, ...] = ()
    asked: tuple[Objective, ...] = ()
    """What earlier iterations set out to find, however that ended."""
    suspects: tuple[SuspectText, ...] = ()
    """Text in the data that reads like an instruction; it is data all the same."""
    inventory: dict[str, int] = Field(default_factory=dict)
    """Number of things seen, by type."""
    quality: DataQuality | None = None
    antecedents: Antecedents | None = None
    """None where no earlier inspection is followed."""

    @property
    def earlier(self) -> tuple[Observation, ...]:
        """What runs of earlier inspections showed."""
        return tuple(observation for observation in self.observations if observation.as_of)


class OrchestratorInput(Model):
    user_request: str
    asked_at: datetime
    """UTC; what "since yesterday" counts back from."""
    current_iteration: int
    """Iterations finished so far."""
    max_iterations: int
    data_class: Literal["metadata", "logs", "data"] = "metadata"
    """The widest class of what may be read."""
    collected_data: tuple[CollectedRun, ...] = ()
    recommendations: tuple[Suggestion, ...] = ()
    """From the latest discovery analysis."""
    gaps: tuple[Skipped, ...] = ()
    circumstances: Circumstances | None = None
    knowledge: Knowledge | None = None
    answer_schema: dict[str, Any] | None = None
    """That the answer is also to fit; None where none is asked for."""


class AggregatedResults(Model):
    """Totals over all runs so far."""

    runs: int = 0
    succeeded: int = 0
    findings: dict[Severity, int] = Field(default_factory=dict)
    resources: int = 0
    calls: int = 0


class OrchestratorOutput(Model):
    decision: Decision
    aggregated: AggregatedResults
    error_directives: tuple[ErrorDirective, ...] = ()
    withheld: tuple[Skipped, ...] = ()
    """Templates that fit but read a wider class than the inspection may, and what would allow them."""
    covered: bool = False
    """Templates answer the question by themselves: nobody has to think about what they find."""


class PromptGeneratorInput(Model):
    user_request: str
    iteration: int
    regions: tuple[str, ...]
    objectives: tuple[Objective, ...]
    collected_data: tuple[CollectedRun, ...] = ()
    circumstances: Circumstances | None = None
    knowledge: Knowledge | None = None


class CodeGeneratorOutput(Model):
    """A proposal; nothing in it is believed before ``validate``."""

    script: str = ""
    dependencies: tuple[Dependency, ...] = ()
    policy: dict[str, Any] = Field(default_factory=dict)
    template: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    abandoned: str = ""
    """Why there is no script: nothing else can be tried. Empty otherwise."""


class CodeGeneratorInput(Model):
    prompt: CodeGenerationPrompt
    attempt: int
    """Counts from 1 within an iteration."""
    feedback: tuple[Feedback, ...] = ()
    """Of the attempts before this one, oldest first."""
    previous: CodeGeneratorOutput | None = None
    """What the attempt before this one proposed."""
    user_request: str = ""
    circumstances: Circumstances | None = None
    knowledge: Knowledge | None = None


class CodeExecutorInput(Model):
    request: RunRequest
    attempt: int = 1


class CodeExecutorOutput(Model):
    outcome: RunOutcome
    feedback: tuple[Feedback, ...] = ()


class DiscoveryAnalystInput(Model):
    user_request: str
    iteration: int
    outcomes: tuple[RunOutcome, ...]
    """Of this iteration's runs that gave something to analyse."""
    failures: tuple[Skipped, ...] = ()
    """Probes of this iteration that never gave a result: what, and why."""
    covered: bool = False
    """As the orchestrator said."""
    circumstances: Circumstances | None = None
    knowledge: Knowledge | None = None
    """This iteration's observations included."""


class DiscoveryAnalystOutput(Model):
    insights: tuple[Insight, ...] = ()
    quality: DataQuality = DataQuality()
    gaps: tuple[Skipped, ...] = ()
    recommendations: tuple[Suggestion, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    context_update: dict[str, Any] = Field(default_factory=dict)
