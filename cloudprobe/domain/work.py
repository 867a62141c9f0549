"""The probes of an iteration on their way from prompt to result."""

from enum import StrEnum

from cloudprobe.domain.agents import Feedback
from cloudprobe.domain.model import Model
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import Grant


class WorkStatus(StrEnum):
    PROMPTED = "prompted"
    GENERATED = "generated"
    REJECTED = "rejected"
    """By validation."""
    VALIDATED = "validated"
    APPROVED = "approved"
    GRANTED = "granted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Ran, and gave no result."""
    ABANDONED = "abandoned"
    """The generator has nothing else to try, or the retries are used up."""

    @property
    def wants_retry(self) -> bool:
        return self in {WorkStatus.REJECTED, WorkStatus.FAILED}


class Supplement(Model):
    """A permission that derivation missed and the account, or the broker, asked for."""

    operation: str
    """``service:Operation``."""
    action: str


class WorkItem(Model):
    """One probe of one iteration. Bulk stands in artefacts; this carries keys and digests."""

    iteration: int
    number: int
    account: str = ""
    """Twelve digits: the one account it looks at."""
    prompt: CodeGenerationPrompt
    status: WorkStatus = WorkStatus.PROMPTED
    attempt: int = 0
    """The attempt that brought it to this status; counts from 1."""
    run_id: str = ""
    probe_key: str = ""
    """Artefact holding the proposal, then the validated ``Probe``."""
    permit_key: str = ""
    actions: tuple[str, ...] = ()
    """What the derived policy allows; for people."""
    policy_excess: tuple[str, ...] = ()
    """Actions of the policy that no operation in the code needs; the aim is none."""
    proposed_excess: tuple[str, ...] = ()
    """What the policy its author proposed allows and the code does not need: not granted."""
    proposed_missing: tuple[str, ...] = ()
    """Actions the code needs and that policy does not allow: granted all the same."""
    supplement: tuple[Supplement, ...] = ()
    """What a run of this probe was denied though its code needs it; given once, under the ceiling."""
    script_digest: str = ""
    policy_digest: str = ""
    permit_digest: str = ""
    """SHA-256 of the permit as it is stored."""
    grant: Grant | None = None
    revoked: bool = False
    """The run's access was taken back, whether or not it was ever complete."""
    feedback: tuple[Feedback, ...] = ()
    """Of every failed attempt, oldest first."""

    @property
    def key(self) -> str:
        return f"{self.iteration}/{self.number}"
