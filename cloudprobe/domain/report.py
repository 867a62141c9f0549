"""The report: what every format says, in whatever dress."""

from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.agents import DataQuality, SuspectText
from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.inventory import Conflict
from cloudprobe.domain.metrics import Metrics
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import Severity, Skipped, Suggestion
from cloudprobe.domain.run import Access, AccessFigures, Denial, RunError, RunStatus, Usage


class EvidenceCall(Model):
    """The call a piece of evidence comes from."""

    index: int
    service: str
    operation: str
    region: str
    account: str
    request_id: str
    started: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class Evidence(Model):
    """One place that proves a claim."""

    pointer: str
    """``run_id#/calls/17/response/…`` or ``run_id#/result/…``; as cited, where it could not be resolved."""
    verified: bool
    """The pointer leads to a recorded value."""
    value: Any = None
    """The recorded value, cut to a size a person reads."""
    call: EvidenceCall | None = None
    as_of: str = ""
    """When the account said so, ISO 8601, UTC, where an earlier inspection asked; empty where this one did."""


class ReportFinding(Model):
    id: str
    title: str
    severity: Severity
    resource: str
    account: str = ""
    region: str = ""
    fix: str = ""
    run_id: str
    evidence: tuple[Evidence, ...] = ()
    unresolved: tuple[str, ...] = ()
    """Numbers, names, ARNs and dates of the title that stand in nothing recorded."""
    verified: bool
    """Some evidence, all of it resolves, and so does the title. A claim that is not so is shown as unverified."""


class ReportClaim(Model):
    """A sentence of an answer that a model wrote, checked by code."""

    text: str
    key: bool
    """The answer stands or falls with it."""
    evidence: tuple[Evidence, ...] = ()
    unresolved: tuple[str, ...] = ()
    """Numbers, names, ARNs and dates in it that stand in nothing it cites."""
    verified: bool
    """Some evidence, all of it resolves, and holds everything the sentence names."""


class ReportHypothesis(Model):
    """What a model holds possible; ``status`` and ``confidence`` are its word."""

    statement: str
    status: Literal["open", "supported", "refuted"]
    confidence: Literal["high", "medium", "low"]
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    unresolved: tuple[str, ...] = ()
    """Numbers, names, ARNs and dates in it that stand in nothing it cites."""
    verified: bool
    """As of a ``ReportClaim``."""


class ReportFix(Model):
    """Something a person could do. Nothing here was executed."""

    text: str
    command: str = ""
    """Built by code from a real operation with valid parameters, everything in it known from a recording."""
    refused: str = ""
    """Why no command was built, where one was proposed."""
    destructive: bool = False
    """The operation deletes, stops or detaches something."""


class Confidence(Model):
    level: Literal["high", "medium", "low", "none"]
    reason: str


class TimelineEntry(Model):
    step: str
    iteration: int
    attempt: int
    started: str
    seconds: float
    note: str = ""


class AttemptNote(Model):
    """A failed attempt: kept and shown."""

    iteration: int
    number: int
    source: str
    code: str
    message: str
    line: int | None = None
    hint: str = ""


class ReportRun(Model):
    run_id: str
    account: str = ""
    template: str = ""
    variables: dict[str, Any] = Field(default_factory=dict)
    status: RunStatus
    summary: str = ""
    script: str
    script_digest: str
    policy: dict[str, Any]
    policy_digest: str
    proposed_excess: tuple[str, ...] = ()
    """What the policy that was proposed with the script allows and the code does not need: not granted."""
    proposed_missing: tuple[str, ...] = ()
    """What the code needs and that policy does not allow: granted."""
    access: Access
    figures: AccessFigures = AccessFigures()
    denials: tuple[Denial, ...] = ()
    usage: Usage
    isolation: str = ""
    limit: str = ""
    error: RunError | None = None
    as_of: str = ""
    """When an earlier inspection made it, ISO 8601, UTC; empty for a run of this one."""


class InventoryConflict(Model):
    arn: str
    conflict: Conflict


class PaidOperation(Model):
    operation: str
    """``service:Operation``."""
    units: float
    """Calls, or what of them is paid for."""
    per: str
    """What a unit is."""
    usd: float


class ModelCost(Model):
    """The exchanges of one agent with one model in one iteration."""

    agent: str
    iteration: int
    """0: before the first."""
    model: str
    exchanges: int
    usage: TokenUsage
    usd: float | None = None
    """None: the model's price is not known."""


class Cost(Model):
    """What an inspection cost: calls of AWS at list prices in us-east-1, and models."""

    usd: float = 0.0
    """Of everything whose price is known."""
    calls_usd: float = 0.0
    model_usd: float = 0.0
    unpriced: int = 0
    """Exchanges with models whose price is not known; with any, it cost more than ``usd``."""
    operations: tuple[PaidOperation, ...] = ()
    """Those that are not free of charge, dearest first."""
    models: tuple[ModelCost, ...] = ()
    """By iteration and agent."""
    usage: TokenUsage = TokenUsage()
    cache_read_share: float | None = None
    """Of the tokens that were sent, those read from a cache; None where none were sent."""
    budget_usd: float | None = None
    budget_seconds: float | None = None


class PicturedResource(Model):
    """A thing in the picture of how things hang together."""

    resource: str
    """ARN, or a name."""
    type: str = ""
    """``service:kind``."""
    severity: Severity | None = None
    """Of its worst finding."""


class Connection(Model):
    """One thing names another."""

    source: str
    target: str
    label: str
    """The attribute that names it, or the ``service:Operation`` that was asked about it."""


class Connections(Model):
    resources: tuple[PicturedResource, ...] = ()
    lines: tuple[Connection, ...] = ()


class Predecessor(Model):
    """The inspection that was continued, and how much of the report was known before."""

    inspection_id: str
    chain: tuple[str, ...] = ()
    """It, the one it followed itself, and so on."""
    runs: int = 0
    """Earlier runs that the report stands on; they are among its runs."""
    oldest: str = ""
    """Of them, ISO 8601, UTC; empty where there is none."""
    newest: str = ""
    left_out: tuple[Skipped, ...] = ()
    """Earlier runs that did not count as known, and why."""


class StructuredValue(Model):
    """A value of a structured answer, and what shows it."""

    at: str
    """JSON Pointer into the document."""
    derived: Literal["value", "count", "schema"] = "value"
    """The recorded value; the length of a recorded list or object; the only value the schema allows."""
    evidence: Evidence | None = None
    """None where the schema leaves no choice."""


class UnverifiedValue(Model):
    """A value that was proposed, is not shown by what was recorded, and is null in the document."""

    at: str
    why: str


class StructuredAnswer(Model):
    """The answer in the caller's shape: valid by the schema, and each value of it shown by what was recorded."""

    document: Any = None
    """Null where ``refused`` says why there is none."""
    values: tuple[StructuredValue, ...] = ()
    unverified: tuple[UnverifiedValue, ...] = ()
    refused: str = ""
    by: Literal["model", "code"] = "code"
    """Who filled it in: a language model, or code from facts that are named as the schema names them."""


class Report(Model):
    version: Literal[1] = 1
    inspection_id: str
    question: str
    outcome: Outcome
    answer: str
    """One to three sentences."""
    confidence: Confidence
    claims: tuple[ReportClaim, ...] = ()
    """Of which the answer is made, where a model wrote it."""
    fixes: tuple[ReportFix, ...] = ()
    """Proposed by a model; a finding has its own."""
    hypotheses: tuple[ReportHypothesis, ...] = ()
    instructions_in_data: tuple[SuspectText, ...] = ()
    """Text of the account that speaks to its reader. It was taken for data, as everything is."""
    findings: tuple[ReportFinding, ...] = ()
    """Worst first."""
    not_covered: tuple[Skipped, ...] = ()
    """What was not looked at, could not be read, or was cut, and why."""
    quality: DataQuality = DataQuality()
    inventory: dict[str, int] = Field(default_factory=dict)
    """Number of things seen, by type; the report's numbers come from here."""
    conflicts: tuple[InventoryConflict, ...] = ()
    connections: Connections = Connections()
    """How the things with findings hang together with others."""
    runs: tuple[ReportRun, ...] = ()
    attempts: tuple[AttemptNote, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    usage: Usage = Usage()
    cost: Cost = Cost()
    metrics: Metrics = Metrics()
    access: AccessFigures = AccessFigures()
    """Of all runs together, each operation once."""
    suggestions: tuple[Suggestion, ...] = ()
    structured: StructuredAnswer | None = None
    """Where the caller gave a schema."""
    follows: Predecessor | None = None
    """Where it continued another inspection."""
    failure: str = ""
    """Why the inspection stopped early; empty when it did not."""
    account: str = ""
    accounts: tuple[str, ...] = ()
    """Those that were named; one that could not be is named in ``not_covered``."""
    target: str = ""
    regions: tuple[str, ...] = ()
    data_class: str = "metadata"
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    cloudprobe_version: str = ""
