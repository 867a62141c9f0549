"""What one run may use of the machine, and the names by which a limit is reported when it trips."""

from dataclasses import dataclass
from enum import StrEnum

_MIB = 1024 * 1024


class LimitName(StrEnum):
    """Names are part of the output format; ``advice`` says what a person can do."""

    WALL = "wall"
    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    FILES = "files"
    OUTPUT = "output"
    RESULT = "result"
    CALLS = "calls"
    RESPONSE_BYTES = "response_bytes"
    COST = "cost"

    @property
    def advice(self) -> str:
        return _ADVICE[self]


_ADVICE = {
    LimitName.WALL: "The script took too long; fan out over regions with threads, ask for less, or allow more time.",
    LimitName.CPU: "The script computed too long; filter on the service's side.",
    LimitName.MEMORY: "The script needs too much memory; go page by page and keep only what is reported.",
    LimitName.PROCESSES: "Processes cannot be started; use a ThreadPoolExecutor with at most 16 workers.",
    LimitName.FILES: "Files are bounded in number and size; keep results in memory and print them.",
    LimitName.OUTPUT: "The script logged too much; log totals instead of every item.",
    LimitName.RESULT: "The result is too large; summarise, and report examples instead of everything.",
    LimitName.CALLS: "The script used up its calls; use paginators and filters, or narrow regions and resources.",
    LimitName.COST: "What costs money is no longer called; report what is known, or allow a larger budget in dollars.",
    LimitName.RESPONSE_BYTES: "The answers together are too large; use filters, fewer regions or a shorter time.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one run. Calls and response bytes are bounded by the permit's budgets."""

    wall_seconds: float = 120.0
    cpu_seconds: int = 60
    memory_bytes: int = 1024 * _MIB
    """Address space of the child, which has one process: the real cap on its memory."""
    threads: int = 128
    open_files: int = 256
    file_bytes: int = 32 * _MIB
    """Size of one file, and of all files together where the tier can bound that."""
    output_bytes: int = _MIB
    """Standard error."""
    result_bytes: int = 8 * _MIB
    """Standard output."""
