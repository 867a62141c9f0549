"""What validation has to say about one place of a script."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Feedback a generator or a person can act on; an error refuses the probe."""

    code: str
    severity: Severity = "error"
    line: int
    message: str
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """By line, errors first, each once."""
    return tuple(sorted(set(findings), key=lambda f: (f.line, f.severity, f.code, f.message)))
