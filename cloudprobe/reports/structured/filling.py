"""A structured answer without a model: what the schema names exactly as a probe's facts do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cloudprobe.domain.agents import LeafSource, StructuredDraft
from cloudprobe.reports.structured.leaves import leaves, pointer
from cloudprobe.reports.structured.schemas import properties_of

NEEDS_NAMES = (
    "Without a language model, code fills in what the schema names as probes name their facts, and the root of this one"
    " is no object with properties."
)
NOBODY_SAYS = "No probe has a fact of that name."
DIFFERENT = "Probes have different facts of that name."


@dataclass(frozen=True, slots=True)
class Facts:
    """What one run gives under its ``facts``."""

    run_id: str
    facts: dict[str, Any]


def filled(schema: dict[str, Any], runs: Sequence[Facts]) -> StructuredDraft:
    """Every property of the root that exactly one value is known for; the others are null where they are required."""
    named = properties_of(schema)
    if not named:
        return StructuredDraft(failure=NEEDS_NAMES)
    required = schema.get("required", ())
    document: dict[str, Any] = {}
    sources: list[LeafSource] = []
    for name in named:
        holders = [run for run in runs if name in run.facts]
        if holders and all(run.facts[name] == holders[0].facts[name] for run in holders):
            document[name] = holders[0].facts[name]
            sources += _sources(holders[0], name)
        elif name in required:
            document[name] = None
    if not sources:
        return StructuredDraft(failure="No probe has a fact that is named as a property of the schema is.")
    return StructuredDraft(document=document, sources=tuple(sources))


def _sources(run: Facts, name: str) -> Iterator[LeafSource]:
    for path, _ in leaves(run.facts[name], (name,)):
        at = pointer(path)
        yield LeafSource(at=at, source=f"{run.run_id}#/result/facts{at}")


def missing(schema: dict[str, Any], runs: Sequence[Facts]) -> Iterator[tuple[str, str]]:
    """Pointer and reason of each property that code cannot fill in."""
    for name in properties_of(schema):
        holders = [run.facts[name] for run in runs if name in run.facts]
        if not holders:
            yield pointer((name,)), NOBODY_SAYS
        elif any(one != holders[0] for one in holders):
            yield pointer((name,)), DIFFERENT
