"""Which AWS operations a script can call, known from its text alone. The script is neither run nor imported."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cloudprobe.guard.interpreter.machine import Machine
from cloudprobe.guard.interpreter.trace import CallSite, Remark, Undecided
from cloudprobe.guard.parsing import parse

__all__ = ["CallSite", "Derivation", "Remark", "Undecided", "UsedOperation", "derive"]


@dataclass(frozen=True, slots=True)
class UsedOperation:
    """One operation and every place that calls it."""

    service: str
    operation: str
    sites: tuple[CallSite, ...]

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def line(self) -> int:
        """The first place."""
        return self.sites[0].line

    def constants(self, parameter: str) -> tuple[str, ...]:
        """Every value a parameter can have, or nothing when one call gives it another way."""
        values: set[str] = set()
        calls = [site for site in self.sites if not site.mention]
        for site in calls:
            given = dict(site.parameters).get(parameter, ())
            if not site.complete or not given:
                return ()
            values.update(given)
        return tuple(sorted(values))


@dataclass(frozen=True, slots=True)
class Derivation:
    operations: tuple[UsedOperation, ...]
    """Sorted by service and operation."""
    undecided: tuple[Undecided, ...]
    """What may call AWS in a way the text does not tell; sorted by line."""
    remarks: tuple[Remark, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(operation.name for operation in self.operations)


@lru_cache(maxsize=32)
def derive(source: str) -> Derivation:
    """Derive the operations of a script; the last few are remembered, because whoever proposes one also validates it.

    Raises:
        SyntaxError: the source is not Python, or nested too deep for Python to read.
    """
    try:
        tree = parse(source)
    except (RecursionError, MemoryError, ValueError) as error:
        raise SyntaxError(f"Python cannot read it: {error}") from error
    trace = Machine().interpret(tree)
    operations = (
        UsedOperation(service, operation, tuple(sorted(sites, key=_by_line)))
        for (service, operation), sites in trace.calls.items()
    )
    return Derivation(
        operations=tuple(sorted(operations, key=lambda used: used.name)),
        undecided=_first_per_line(sorted(trace.undecided)),
        remarks=tuple(sorted(trace.remarks)),
    )


def _by_line(site: CallSite) -> tuple[int, str]:
    return site.line, repr(site)


def _first_per_line(found: Iterable[Undecided]) -> tuple[Undecided, ...]:
    """One line and code once; different calls of a function repeat them."""
    unique: dict[tuple[int, str, str], Undecided] = {}
    for one in found:
        unique.setdefault((one.line, one.code, one.reason), one)
    return tuple(unique.values())
