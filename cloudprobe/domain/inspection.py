"""An inspection as it is asked for, kept and listed."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.approval import ApprovalMode
from cloudprobe.domain.conversation import AgentName
from cloudprobe.domain.model import Model
from cloudprobe.domain.run import AccessPath

MAX_ITERATIONS = 3
MAX_RETRIES = 2
MAX_PROBES_PER_ITERATION = 5
MAX_QUESTION_CHARACTERS = 4_000
FRESH_SECONDS = 24 * 3600.0
"""What an earlier inspection read counts as known for so long."""


class AccessSettings(Model):
    """How the account is reached. Names alone and no credential, so that it may be stored and used again on resume."""

    path: Literal["auto"] | AccessPath = "auto"
    """``auto`` tries them in order (docs/access.md)."""
    profile: str = ""
    """Of the shared AWS configuration."""
    role_arn: str = ""
    """The inspector role of one account."""
    role_name: str = ""
    """Of the inspector role in each account where no ``role_arn`` is given."""
    external_id: str = ""
    """Guards against mix-ups; not a secret."""


class InspectionSettings(Model):
    """What the caller chose. Everything here can only narrow what the deployer allows."""

    regions: tuple[str, ...] = ()
    """Region names, or ``*`` alone for every enabled region; empty leaves it to each template's own default."""
    max_iterations: int = Field(default=MAX_ITERATIONS, ge=1, le=MAX_ITERATIONS)
    max_retries: int = Field(default=MAX_RETRIES, ge=0, le=MAX_RETRIES)
    """Per iteration, validation failures and execution errors together."""
    model: str = Field(default="library", min_length=1, max_length=1000)
    """Who thinks: a model provider, or ``provider:model``."""
    model_for: dict[AgentName, str] = Field(default_factory=dict)
    """Another one for some agents."""
    data_class: Literal["metadata", "logs", "data"] = "metadata"
    data_resources: tuple[str, ...] = ()
    """ARNs whose content may be read in the class ``data``; nothing else's is."""
    approve: ApprovalMode = "never"
    """Whether a person approves a probe's policy first: no, each one that no earlier approval covers, or every one."""
    wall_seconds: float = Field(default=120.0, gt=0)
    """Of one run."""
    budget_usd: float | None = Field(default=None, gt=0)
    """Of the whole inspection: model and priced calls of AWS together. None: no bound."""
    budget_seconds: float | None = Field(default=None, gt=0)
    """Of the whole inspection: what its steps take, not the time it lies interrupted. None: no bound."""
    mask: bool = False
    """Whether account ids and names that look like secrets are masked before a model sees them."""
    account: str = ""
    """Twelve digits; the account that was inspected."""
    accounts: tuple[str, ...] = ()
    """Those that were named; empty for the one that answers, or that of the role."""
    access: AccessSettings = AccessSettings()
    home_region: str = "us-east-1"
    """The region of a client that names none."""
    target: str = ""
    """What was inspected, for people: ``embedded account, world faulty``, or an endpoint."""
    world: str = ""
    """The world to start again on resume; empty when the account runs by itself."""
    caller: str = ""
    """Who asked, where several may; empty at a command line."""
    idempotency_key: str = ""
    """Under which the caller would ask the same thing again."""
    follows: str = ""
    """The inspection this one continues: what that one knows is known here (docs/ask.md)."""
    fresh_seconds: float = Field(default=FRESH_SECONDS, ge=0)
    """How old what an inspection that is followed has read may be; what is older is looked at again."""
    answer_schema: dict[str, Any] | None = None
    """A JSON Schema of the caller's that the answer is also given in; None where it is not."""

    @property
    def inspected(self) -> tuple[str, ...]:
        """Every account; at least one, though its id may not be known."""
        return self.accounts or (self.account,)


class Outcome(StrEnum):
    """How an inspection ended, and the exit code of the command line's contract."""

    ANSWERED = "answered"
    NOTHING_FOUND = "nothing_found"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    NO_ACCESS = "no_access"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def exit_code(self) -> int:
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Outcome.ANSWERED: 0,
    Outcome.NOTHING_FOUND: 0,
    Outcome.UNANSWERED: 4,
    Outcome.REFUSED: 3,
    Outcome.NO_ACCESS: 5,
    Outcome.FAILED: 1,
    Outcome.INTERRUPTED: 130,
}


class InspectionStatus(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """Stopped or died before its end; can be resumed."""
    FINISHED = "finished"


class InspectionRecord(Model):
    """The row a store keeps; the rest are artefacts under the inspection's id."""

    id: str
    question: str
    status: InspectionStatus = InspectionStatus.RUNNING
    outcome: Outcome | None = None
    answer: str = ""
    """The report's headline, once there is one."""
    may_go_on: bool = False
    """Finished, with a partial report, because its model failed: it can still be resumed."""
    settings: InspectionSettings
    created: str
    """ISO 8601, UTC."""
    updated: str
    version: int = 0
    """Counts writes; a save that names an older one is refused."""
