"""A structured answer against what was recorded: each value is the one its source holds, or it is null."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Literal

from cloudprobe.domain.agents import LeafSource, StructuredDraft
from cloudprobe.domain.report import StructuredAnswer, StructuredValue, UnverifiedValue
from cloudprobe.domain.text import encodable
from cloudprobe.reports.evidence import Proof
from cloudprobe.reports.structured.leaves import Path, dropped, given, leaves, path_of, pointer, undeclared, without
from cloudprobe.reports.structured.schemas import violation

MOST_VALUES = 2_000
_NUMERAL = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_SHOWN = 1_000
NO_SOURCE = "No source was named for it."
NOWHERE = "Its source leads to no recorded value."
OTHER = "Its source holds another value."
NAMELESS = "Nothing recorded about it has that name."

LookUp = Callable[[str], Proof]


def checked(
    draft: StructuredDraft, schema: dict[str, Any], look_up: LookUp, *, by: Literal["model", "code"]
) -> StructuredAnswer:
    """The document with null for whatever is not shown, if the schema lets that be; else why it is refused.

    Args:
        draft: values with the places they were taken from.
        schema: of the caller.
        look_up: resolves a place.
        by: who filled it in.
    """
    if draft.failure:
        return StructuredAnswer(refused=draft.failure, by=by)
    stated = list(leaves(draft.document))
    if len(stated) > MOST_VALUES:
        return StructuredAnswer(refused=f"It has {len(stated):,} values; at most {MOST_VALUES:,} are checked.", by=by)
    sources = {path: source for source in draft.sources if (path := path_of(source.at)) is not None}
    document, values, unverified = draft.document, [], []
    for path, value in stated:
        outcome = _value(path, value, schema, sources.get(path), look_up)
        if isinstance(outcome, StructuredValue):
            values.append(outcome)
        else:
            unverified.append(outcome)
            document = without(document, path)
    for path in tuple(_nameless(draft.document, schema, values)):
        unverified.append(UnverifiedValue(at=_shown(path), why=NAMELESS))
        document = dropped(document, path)
        values = [one for one in values if not f"{one.at}/".startswith(f"{_shown(path)}/")]
    refused = violation(document, schema)
    return StructuredAnswer(
        document=None if refused else document,
        values=tuple(values),
        unverified=tuple(unverified),
        refused=_refusal(refused, unverified),
        by=by,
    )


def _refusal(problem: str, unverified: list[UnverifiedValue]) -> str:
    if not problem:
        return ""
    lacking = f" {len(unverified):,} of its values are not shown by what was recorded." if unverified else ""
    return f"It does not fit the schema. {problem}{lacking}"


def _value(
    path: Path, value: Any, schema: dict[str, Any], source: LeafSource | None, look_up: LookUp
) -> StructuredValue | UnverifiedValue:
    at = _shown(path)
    if any(_same(value, allowed) for allowed in given(schema, path)):
        return StructuredValue(at=at, derived="schema")
    if source is None:
        return UnverifiedValue(at=at, why=NO_SOURCE)
    proof = look_up(source.source)
    if not proof.evidence.verified:
        return UnverifiedValue(at=at, why=NOWHERE)
    recorded = proof.value
    if source.derived == "count":
        recorded = len(recorded) if isinstance(recorded, list | tuple | dict) else None
    if not _same(value, recorded):
        return UnverifiedValue(at=at, why=OTHER)
    return StructuredValue(at=at, derived=source.derived, evidence=proof.evidence)


def _same(value: Any, recorded: Any) -> bool:
    """Equal in type and value. AWS gives some numbers as text: ``"12"`` of a queue's attributes is 12."""
    if isinstance(value, bool) or isinstance(recorded, bool):
        return value is recorded
    if isinstance(value, int | float):
        if isinstance(recorded, str) and _NUMERAL.fullmatch(recorded):
            return Decimal(str(value)) == Decimal(recorded)
        return isinstance(recorded, int | float) and value == recorded
    if isinstance(value, list | dict):
        return isinstance(recorded, type(value) | tuple) and not recorded
    return isinstance(value, str) and value == recorded


def _nameless(document: Any, schema: dict[str, Any], values: list[StructuredValue]) -> Iterator[Path]:
    """Entries under names that neither the schema gives nor anything that proves a value below them holds."""
    for path in undeclared(document, schema):
        below = [one for one in values if f"{one.at}/".startswith(f"{_shown(path)}/") and one.evidence]
        if not any(_holds(one, path[-1]) for one in below):
            yield path


def _holds(value: StructuredValue, name: str) -> bool:
    evidence = value.evidence
    if evidence is None:
        return False
    place = path_of(evidence.pointer.partition("#")[2]) or ()
    asked = evidence.call.parameters.values() if evidence.call else ()
    return name in place[1:] or name in [one for one in asked if isinstance(one, str)]


def _shown(path: Path) -> str:
    return encodable(pointer(path))[:_SHOWN]
