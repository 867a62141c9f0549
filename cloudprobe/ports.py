"""What the loop needs of the world outside. Adapters implement these; ``tests/conformance`` judges each of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel

from cloudprobe.domain.agents import (
    CodeExecutorInput,
    CodeExecutorOutput,
    CodeGeneratorInput,
    CodeGeneratorOutput,
    DiscoveryAnalystInput,
    DiscoveryAnalystOutput,
    OrchestratorInput,
    OrchestratorOutput,
    PromptGeneratorInput,
)
from cloudprobe.domain.approval import ApprovalRequest
from cloudprobe.domain.conversation import AgentName, ChatReply, ChatRequest, ModelCall, RenderedPrompt
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.report import EvidenceCall, Report
from cloudprobe.domain.run import Grant, GrantRequest, RunOutcome, RunRequest
from cloudprobe.domain.state import WorkflowState

S = TypeVar("S", bound=BaseModel)


class Clock(Protocol):
    def now(self) -> datetime:
        """UTC, aware."""

    def monotonic(self) -> float:
        """Seconds; only differences mean anything."""

    def sleep(self, seconds: float) -> None: ...


class ArtifactStore(Protocol):
    """Bulk, by key: ``/``-separated, starting with the inspection id."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace, whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """

    def put_once(self, key: str, data: bytes) -> bool:
        """Write unless the key exists; whether it was written."""

    def get(self, key: str) -> bytes:
        """Read.

        Raises:
            StateCorruptedError: nothing stands there.
        """

    def exists(self, key: str) -> bool: ...

    def delete_all(self, prefix: str) -> None:
        """Delete every key below a prefix of whole segments; nothing there is no error."""


class StateStore(Protocol):
    """The inspections there are."""

    def create(self, record: InspectionRecord) -> None:
        """Write a new one.

        Raises:
            StoreError: the id is taken, or it cannot be written.
        """

    def load(self, inspection_id: str) -> InspectionRecord:
        """Read.

        Raises:
            UsageError: there is no such inspection.
        """

    def save(self, record: InspectionRecord) -> InspectionRecord:
        """Write over the version the record names; the record as stored.

        Raises:
            StoreBusyError: somebody wrote since.
        """

    def list(self) -> Sequence[InspectionRecord]:
        """Newest first."""

    def delete(self, inspection_id: str) -> None:
        """Forget it; also one whose record cannot be read.

        Raises:
            UsageError: there is no such inspection.
        """


class RecordedCalls(Protocol):
    """The recording of one run, read lazily."""

    def call(self, index: int) -> dict[str, Any]:
        """``service``, ``operation``, ``parameters``, ``response`` or ``error``, and what ``describe`` says.

        Raises:
            KeyError: no such call.
        """

    def find(self, request_id: str) -> int | None:
        """Index of the call with this request id."""

    def describe(self, index: int) -> EvidenceCall: ...

    def __iter__(self) -> Iterator[EvidenceCall]: ...


class RecordingStore(Protocol):
    def open(self, run_id: str) -> RecordedCalls:
        """Read a run's recording; one without calls where the run made none."""


class Grantor(Protocol):
    """Makes and takes back the access of one run. Both are safe to repeat."""

    def grant(self, request: GrantRequest) -> Grant:
        """Make the run's access, or adopt what an interrupted attempt left.

        Raises:
            AccessError: the account does not let us.
            ThrottledError: try again.
        """

    def revoke(self, run_id: str, *, account: str = "") -> None:
        """Take the run's access back; what is not there is no error.

        Args:
            run_id: of the run.
            account: where it was granted; empty where only one account is inspected.
        """


class ProbeRunner(Protocol):
    def run(self, request: RunRequest) -> RunOutcome:
        """Execute in isolation under the grant. A script's own failure is an outcome, not an exception.

        Raises:
            SandboxUnavailableError: nothing here isolates.
            RefusedError: script or policy is not what was signed off.
            GrantNotReadyError: the role is not known everywhere yet, and waiting did not help.
        """


class ChatModel(Protocol):
    """One exchange with one model, as it is: nothing repaired, nothing believed."""

    @property
    def name(self) -> str:
        """``provider:model``."""

    @property
    def context_tokens(self) -> int:
        """How much fits: prompt and answer together."""

    def send(self, request: ChatRequest) -> ChatReply:
        """Ask once; retries of what is temporary are the adapter's, and few.

        Raises:
            ModelThrottledError, ModelUnavailableError, ModelAccessError, ModelOverflowError, ModelRefusedError.
        """

    def count(self, request: ChatRequest) -> int:
        """Tokens of the request: the model's own count where it has one, else an estimate that errs upwards."""


class LanguageModel(Protocol):
    """A model that answers in a shape, or not at all."""

    def answer(self, prompt: RenderedPrompt, *, shape: type[S], agent: AgentName) -> S:
        """A valid instance of the shape; what came cut, as prose, or wrong was asked for again.

        Raises:
            ModelAnswerError: still not in that shape after every repair turn.
            BudgetEndedError: another exchange would exceed the budget.
            CloudprobeError: whatever ``ChatModel.send`` raises.
        """

    def room(self, agent: AgentName) -> int:
        """Tokens a prompt of this agent may have."""


class ModelLedger(Protocol):
    """Keeps account of the exchanges with models, and lets none pass that the budgets do not allow."""

    def open(self, state: WorkflowState, step: str) -> None:
        """A step begins; what was spent before stands in the state."""

    def take(self) -> tuple[ModelCall, ...]:
        """The exchanges since they were last taken, those of a step that failed included."""

    def seconds_spent(self) -> float:
        """By the inspection so far, with the step that is under way and attempts at steps that failed."""


class ModelMasks(Protocol):
    """Hides from models which accounts it is about."""

    def open(self, inspection_id: str, *, accounts: Iterable[str], active: bool) -> None:
        """From now on it is about this inspection.

        Raises:
            StateCorruptedError: the stand-ins that were stored cannot be read.
        """


TraceHeaders = Mapping[str, str]
"""Where a trace goes on, for another process: ``langsmith-trace`` and ``baggage``."""
SpanKind = Literal["chain", "llm", "tool"]


@dataclass(slots=True)
class Span:
    """What is known of a part of a trace at its end; filled in while it lasts."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    usage: Mapping[str, Any] | None = None
    """Of an exchange with a model: tokens."""


class Tracer(Protocol):
    """Shows an inspection from inside to whoever runs it. Never raises, never waits."""

    def begin(self, name: str, *, inputs: Mapping[str, Any], tags: tuple[str, ...] = ()) -> TraceHeaders:
        """A trace begins; where its parts belong."""

    def end(
        self, headers: TraceHeaders, *, outputs: Mapping[str, Any], error: str = "", scores: Mapping[str, float]
    ) -> None:
        """The trace ends.

        Args:
            headers: of its beginning.
            outputs: what came of it.
            error: why it ended early.
            scores: by name, each from 0 to 1 or a count.
        """

    def span(
        self,
        name: str,
        *,
        kind: SpanKind = "chain",
        inputs: Mapping[str, Any],
        headers: TraceHeaders | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> AbstractContextManager[Span]:
        """A part of it; without headers a part of the one that lasts, or of nothing where none does."""

    def flush(self, seconds: float) -> bool:
        """Wait, at most so long, until what was traced has left; whether it has."""


class OrchestrationAgent(Protocol):
    def decide(self, given: OrchestratorInput) -> OrchestratorOutput: ...


class PromptGenerationAgent(Protocol):
    def generate(self, given: PromptGeneratorInput) -> tuple[CodeGenerationPrompt, ...]: ...


class CodeGenerationAgent(Protocol):
    def generate(self, given: CodeGeneratorInput) -> CodeGeneratorOutput: ...


class CodeExecutionAgent(Protocol):
    def execute(self, given: CodeExecutorInput) -> CodeExecutorOutput: ...


class DiscoveryAnalysisAgent(Protocol):
    def analyze(self, given: DiscoveryAnalystInput) -> DiscoveryAnalystOutput: ...


class Approver(Protocol):
    def decide(self, request: ApprovalRequest) -> bool:
        """Whether a probe may be granted its policy: by an earlier approval, or because a person says so now.

        Raises:
            ApprovalNeededError: nobody can be asked now.
        """


class Observer(Protocol):
    def notify(self, event: ProgressEvent) -> None:
        """Must not raise and must not block for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a step may use. A Lambda fills in only what its step needs."""

    clock: Clock
    artifacts: ArtifactStore
    recordings: RecordingStore
    grantor: Grantor
    observer: Observer
    orchestrator: OrchestrationAgent
    prompt_generator: PromptGenerationAgent
    code_generator: CodeGenerationAgent
    code_executor: CodeExecutionAgent
    discovery_analyst: DiscoveryAnalysisAgent
    approver: Approver | None = None
    """None: what has to be approved is refused."""
    ledger: ModelLedger | None = None
    """None: no model is asked."""
    tracer: Tracer | None = None
    """None: nothing is traced."""
    masks: ModelMasks | None = None
    """None: no model is asked."""


class InspectionEngine(Protocol):
    """Carries a question to its report; the door behind which both engines stand."""

    def start(self, question: str, settings: InspectionSettings) -> str:
        """Accept a question; its inspection id."""

    def run(self, inspection_id: str) -> Report:
        """Carry on from wherever it stands, to the report.

        Raises:
            InspectionInterruptedError: it was stopped; everything granted was taken back.
            StoreBusyError: another process is running it.
        """
