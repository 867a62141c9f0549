"""Answers that were recorded for the embedded account: which of them a request gets, and how one patches another.

Plain data; ``seams/answers.py`` gives them, ``worlds/building/answers.py`` records them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordedError:
    """An error as AWS gives it; ``status`` 0 leaves it to the service's model."""

    code: str
    message: str
    status: int = 0


@dataclass(slots=True)
class RecordedAnswer:
    """What one operation answers from now on: a response, an error, or parts put over what is answered otherwise.

    ``region`` empty means all regions; ``left`` counts down how often it is still given, None means always.
    """

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    response: Mapping[str, Any] | None = None
    error: RecordedError | None = None
    overlay: Mapping[str, Any] | None = None
    left: int | None = None

    @property
    def specificity(self) -> int:
        return _leaves(self.parameters) + bool(self.region)

    def answers(self, operation: str, region: str, parameters: Mapping[str, Any]) -> bool:
        return (
            self.operation == operation
            and self.region in {"", region}
            and self.left != 0
            and covers(self.parameters, parameters)
        )

    def use(self) -> None:
        if self.left is not None:
            self.left -= 1


def most_specific(found: Iterable[RecordedAnswer]) -> RecordedAnswer | None:
    """The one that asks most of a request; of equals the one recorded last."""
    best = None
    for answer in found:
        if best is None or answer.specificity >= best.specificity:
            best = answer
    return best


def covers(wanted: Any, given: Any) -> bool:
    """Whether a request's parameters have all that is wanted; None wants a parameter to be absent.

    A list wants each of its entries somewhere in the list given.
    """
    if isinstance(wanted, Mapping):
        return isinstance(given, Mapping) and all(covers(value, given.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(given, list) and all(any(covers(one, other) for other in given) for one in wanted)
    return bool(wanted == given)


def _leaves(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_leaves, value.values()))
    if isinstance(value, list):
        return sum(map(_leaves, value))
    return 1


_STEP = re.compile(
    r"\.?(?:(?P<field>[^.\[\]]+)|\[(?P<every>)\]|\[(?P<more>\+)\]|\[(?P<key>[^=\[\]]+)=(?P<value>[^\]]*)\])"
)


class OverlayPathError(ValueError):
    """A path of an overlay that cannot be read."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a path: a field, every entry of a list, those with a value, or a new one at the end."""

    kind: str
    field: str = ""
    value: str = ""


def read_path(path: str) -> tuple[_Step, ...]:
    """``Targets[Target.Id=i-1].Health.State``; ``[]`` is every entry, ``[+]`` a new one.

    Raises:
        OverlayPathError: it is no such path.
    """
    steps, position = [], 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or match.end() == position:
            raise OverlayPathError(f"{path!r} cannot be read at {path[position:]!r}")
        if match["field"] is not None:
            steps.append(_Step("field", match["field"]))
        elif match["more"] is not None:
            steps.append(_Step("more"))
        elif match["key"] is not None:
            steps.append(_Step("some", match["key"], match["value"]))
        else:
            steps.append(_Step("every"))
        position = match.end()
    if not steps or steps[0].kind != "field" or any(step.kind == "more" for step in steps[:-1]):
        raise OverlayPathError(f"{path!r} must begin with a field, and [+] may only end it")
    return tuple(steps)


def patch(response: dict[str, Any], overlay: Mapping[str, Any]) -> None:
    """Put an overlay over a response, in place: objects merge, other values replace, None takes away.

    What a path does not find is left alone: it may be on another page.
    """
    for path, value in overlay.items():
        _patch(response, read_path(path), value)


def _patch(node: Any, steps: tuple[_Step, ...], value: Any) -> None:
    step, rest = steps[0], steps[1:]
    if step.kind == "field":
        _patch_field(node, step.field, rest, value)
    elif isinstance(node, list):
        _patch_entries(node, step, rest, value)


def _patch_field(node: Any, field: str, rest: tuple[_Step, ...], value: Any) -> None:
    if not isinstance(node, dict):
        return
    if rest:
        if field not in node and rest[0].kind in {"field", "more"}:
            node[field] = {} if rest[0].kind == "field" else []
        _patch(node.get(field), rest, value)
    elif value is None:
        node.pop(field, None)
    else:
        node[field] = _merged(node.get(field), value)


def _patch_entries(entries: list[Any], step: _Step, rest: tuple[_Step, ...], value: Any) -> None:
    if step.kind == "more":
        entries.append(value)
        return
    chosen = [i for i, entry in enumerate(entries) if step.kind == "every" or _has(entry, step.field, step.value)]
    for i in reversed(chosen):
        if rest:
            _patch(entries[i], rest, value)
        elif value is None:
            del entries[i]
        else:
            entries[i] = _merged(entries[i], value)


def _has(entry: Any, field: str, value: str) -> bool:
    for name in field.split("."):
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry is not None and str(entry) == value


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, Mapping)):
        return new
    merged = dict(old)
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(old.get(name), value)
    return merged
