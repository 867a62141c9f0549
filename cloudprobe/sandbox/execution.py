"""What came of a run: plain data for whoever asked for it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cloudprobe.sandbox.limits import LimitName


class Status(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The script raised, or printed something that is not one JSON document."""
    LIMITED = "limited"
    """A limit tripped. A result may still be there: a script can finish after its calls are used up."""
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptError:
    """Why a script did not succeed. Everything but ``temporary`` is the script's own word."""

    type: str
    message: str
    line: int | None = None
    """Line of the script, from 1."""
    traceback: str = ""
    code: str = ""
    """The service's error code, where it was an error of a service."""
    operation: str = ""
    temporary: bool = False
    """Whether the same script may succeed unchanged: throttling, or a fault on the service's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    calls: int = 0
    response_bytes: int = 0
    output_bytes: int = 0
    result_bytes: int = 0
    throttled: int = 0
    """Calls that failed for rate after all retries."""
    retries: int = 0
    usd: float = 0.0
    """Of the calls that cost money, at the prices the run was given."""
    paid: dict[str, float] = field(default_factory=dict)
    """``service:Operation`` to the units paid for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """An operation that was refused, and by whom."""

    operation: str
    """``service:Operation``."""
    cause: str
    """``permit``, ``region``, ``ownership``: refused by the broker, nothing was sent. ``account``: by AWS."""
    message: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    status: Status
    result: Any = None
    """The JSON document the script printed."""
    result_digest: str = ""
    """SHA-256 of the bytes on standard output: what a replay has to give again. Empty where nothing was printed."""
    output: str | None = None
    """What a script printed that ended well but for printing something else than one JSON document."""
    error: ScriptError | None = None
    limit: LimitName | None = None
    usage: Usage = field(default_factory=Usage)
    stderr: str = ""
    """The end of the script's log."""
    granted: tuple[str, ...] = ()
    """``service:Operation`` each, sorted; so are ``used`` and ``denied``."""
    used: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    denials: tuple[Denial, ...] = ()
    hidden: tuple[str, ...] = ()
    """Roles of runs, our own, that were left out of answers, sorted."""
    isolation: str = ""
    """Name of the tier."""
    started: str = ""
    """ISO 8601, UTC."""
