"""Any document as a list of places and what stands there: bounded, the telling parts first, the rest counted.

A value that is small stands as it is. A long list of objects becomes counts, the shape of its entries, how their values
are spread, the outliers with their places, and samples. Nothing is left out without being said.
"""

import json
import statistics
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from cloudprobe.agents.prompting.marking import bounded, short
from cloudprobe.domain.agents import Observed
from cloudprobe.domain.pointers import escape

MOST_PLACES = 160
"""Of one document."""
_INLINE_CHARACTERS = 240
"""A list or object whose JSON is no longer stands as one value."""
_INLINE_DEPTH = 4
_MOST_KEYS = 30
_FEW_ENTRIES = 12
"""A list of no more entries is told entry by entry."""
_SAMPLES = 3
_ATTRIBUTES = 12
_FEW_VALUES = 8
_RARE_SHARE = 20
"""A value is rare that fewer than one entry in so many has."""
_MOST_RARE = 5
"""Places told of one rare value."""
_NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Compacted:
    places: tuple[Observed, ...]
    left_out: int
    """Places that would have been told next."""


def compact(document: Any, pointer: str, *, most: int = MOST_PLACES) -> Compacted:
    """What stands in a document, breadth first: what is near its root says most.

    Args:
        document: plain JSON.
        pointer: of the document itself, ``run_id#/result/facts``.
        most: places.
    """
    waiting: deque[tuple[str, Any]] = deque([(pointer, document)])
    if isinstance(document, dict) and len(document) <= _MOST_KEYS:
        waiting = deque((f"{pointer}/{escape(str(key))}", item) for key, item in document.items())
    places: list[Observed] = []
    left_out = 0
    while waiting:
        place, value = waiting.popleft()
        told, following = _tell(place, value)
        room = most - len(places)
        places += told[:room]
        left_out += len(told[room:]) + (len(following) if room <= len(told) else 0)
        if room > len(told):
            waiting.extend(following)
    return Compacted(tuple(places), left_out)


def _tell(place: str, value: Any) -> tuple[list[Observed], list[tuple[str, Any]]]:
    """What is said of a place, and what below it is told in turn."""
    if not isinstance(value, dict | list) or _is_small(value):
        return [Observed(pointer=place, value=bounded(value))], []
    if isinstance(value, dict):
        shown = list(value.items())[:_MOST_KEYS]
        note = [Observed(pointer=place, note=_keys_note(value))] if len(value) > _MOST_KEYS else []
        return note, [(f"{place}/{escape(str(key))}", item) for key, item in shown]
    if len(value) <= _FEW_ENTRIES:
        return [], [(f"{place}/{number}", item) for number, item in enumerate(value)]
    return list(_list_notes(place, value)), [(f"{place}/{number}", value[number]) for number in _sampled(value)]


def _is_small(value: Any) -> bool:
    return len(value) <= _MOST_KEYS and _length(value, _INLINE_CHARACTERS) <= _INLINE_CHARACTERS


def _length(value: Any, most: int, depth: int = 0) -> int:
    """About the length of a value's JSON; more than ``most`` once that is certain, and for what is nested deep."""
    if not isinstance(value, dict | list):
        return len(value) + 2 if isinstance(value, str) else len(str(value))
    if len(value) > most or depth > _INLINE_DEPTH:
        return most + 1
    length = 2 + (sum(len(str(key)) + 4 for key in value) if isinstance(value, dict) else 0)
    for inner in value.values() if isinstance(value, dict) else value:
        if length > most:
            break
        length += _length(inner, most, depth + 1) + 2
    return length


def _keys_note(value: dict[str, Any]) -> str:
    names = ", ".join(short(str(name), limit=_NAME_CHARACTERS) for name in list(value)[-3:])
    return f"an object of {len(value):,} keys, of which the first {_MOST_KEYS} are told; the last are {names}"


def _sampled(value: Sequence[Any]) -> tuple[int, ...]:
    return (*range(_SAMPLES - 1), len(value) - 1)


def _list_notes(place: str, value: list[Any]) -> Iterator[Observed]:
    entries = [item for item in value if isinstance(item, dict)]
    if len(entries) == len(value):
        yield Observed(pointer=place, note=f"a list of {len(value):,} objects; the first two and the last are told")
        yield from table(place, value)
        return
    kinds = Counter(type(item).__name__ for item in value)
    said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    yield Observed(pointer=place, note=f"a list of {len(value):,} values ({said}); the first two and the last are told")
    yield from _spread(place, "", list(enumerate(value)))


def table(place: str, rows: Sequence[dict[str, Any]]) -> Iterator[Observed]:
    """How the attributes of many objects are spread, one note each, with the places of the outliers."""
    names = Counter(name for row in rows for name in row)
    for name, count in names.most_common(_ATTRIBUTES):
        values = [(number, row[name]) for number, row in enumerate(rows) if name in row]
        for note in _spread(place, str(name), values):
            absent = len(rows) - count
            yield note.model_copy(update={"note": note.note + (f"; {absent:,} have none" if absent else "")})
    if len(names) > _ATTRIBUTES:
        yield Observed(pointer=place, note=f"{len(names) - _ATTRIBUTES} rarer attributes are not told")


def _spread(place: str, name: str, values: list[tuple[int, Any]]) -> Iterator[Observed]:
    label = f"{short(name, limit=_NAME_CHARACTERS)}: " if name else ""
    below = f"/{escape(name)}" if name else ""
    numbers = [(n, v) for n, v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if numbers and len(numbers) == len(values):
        low, high = min(numbers, key=lambda e: e[1]), max(numbers, key=lambda e: e[1])
        middle = statistics.median(v for _, v in numbers)
        yield Observed(pointer=place, note=f"{label}numbers from {low[1]} to {high[1]}, median {middle}")
        yield Observed(pointer=f"{place}/{low[0]}{below}", value=low[1], note="smallest")
        yield Observed(pointer=f"{place}/{high[0]}{below}", value=high[1], note="largest")
        return
    texts = [(n, v) for n, v in values if v is None or isinstance(v, str | bool)]
    if len(texts) != len(values):
        yield Observed(pointer=place, note=f"{label}{_sizes([v for _, v in values])}")
        return
    yield from _words(place, label, below, texts)


def _words(place: str, label: str, below: str, texts: list[tuple[int, Any]]) -> Iterator[Observed]:
    counts = Counter(v for _, v in texts)
    if len(counts) > _FEW_VALUES:
        longest = max(texts, key=lambda e: len(str(e[1])))
        yield Observed(pointer=place, note=f"{label}{len(counts):,} different values")
        repeated = [(value, count) for value, count in counts.most_common(3) if count > 1]
        if repeated:
            said = ", ".join(f"{_shown(value)} {count:,} times" for value, count in repeated)
            yield Observed(pointer=place, note=f"{label}most often {said}")
        if len(str(longest[1])) > _INLINE_CHARACTERS:
            yield Observed(pointer=f"{place}/{longest[0]}{below}", value=bounded(longest[1]), note="longest")
        return
    said = ", ".join(f"{_shown(value)} {count:,} times" for value, count in counts.most_common())
    yield Observed(pointer=place, note=f"{label}{said}")
    for value, count in counts.items():
        if count * _RARE_SHARE < len(texts):
            rare = (number for number, v in texts if v == value)
            for number in islice(rare, _MOST_RARE):
                yield Observed(pointer=f"{place}/{number}{below}", value=bounded(value), note="rare")


def _shown(value: Any) -> str:
    return json.dumps(bounded(value, limit=_NAME_CHARACTERS), ensure_ascii=False)


def _sizes(values: list[Any]) -> str:
    kinds = Counter(type(v).__name__ for v in values)
    said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    sized = [len(v) for v in values if isinstance(v, list | dict)]
    return said + (f", of {min(sized)} to {max(sized)} entries" if sized else "")
