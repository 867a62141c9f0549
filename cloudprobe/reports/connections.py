"""How the things of a report hang together: what one names another by, in what was recorded of them.

Nothing is guessed from names that look alike: a thing is connected with another where its summary in the inventory, or
the parameters of a call that proves a finding about it, hold the other's ARN or its whole name, and where the words of
a finding do.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cloudprobe.domain.inventory import Inventory, InventoryItem
from cloudprobe.domain.probe import Severity
from cloudprobe.domain.report import Connection, Connections, PicturedResource, ReportFinding

_MOST = 16
"""Things in one picture; beyond them nobody sees anything."""
_MOST_ITEMS = 2_000
"""An inventory larger than this is looked through only for what the findings name."""
_FAR = 3
"""Steps from a thing with a finding."""
_SHORTEST = 3
"""Characters of a name that stands for a thing; shorter ones occur by chance."""
_DEPTH = 4
_NAMED = "finding"
"""Label of a connection that a finding states in its words."""
_WORD = re.compile(r"[\w.:/*+=@-]+")
_LAST_PART = re.compile(r"[^:/]+\Z")


def connections(inventory: Inventory, findings: Sequence[ReportFinding]) -> Connections:
    """What is connected with the findings' resources; empty where nothing is."""
    worst = _worst(findings)
    items = _items(inventory, worst)
    known = _names([*items, *worst])
    edges = dict(_of_findings(findings, known))
    for edge, label in _of_inventory(items.values(), known):
        edges.setdefault(edge, label)
    chosen = _near(worst, edges)
    lines = [
        Connection(source=source, target=target, label=label)
        for (source, target), label in edges.items()
        if source in chosen and target in chosen
    ]
    if not lines:
        return Connections()
    drawn = {end for line in lines for end in (line.source, line.target)}
    resources = [
        PicturedResource(resource=name, type=items[name].type if name in items else "", severity=worst.get(name))
        for name in chosen
        if name in drawn
    ]
    return Connections(resources=tuple(resources), lines=tuple(lines))


def _worst(findings: Sequence[ReportFinding]) -> dict[str, Severity]:
    """The worst severity of each resource that has a finding; remarks draw no picture."""
    found: dict[str, Severity] = {}
    for finding in findings:
        if finding.resource and finding.severity is not Severity.INFO:
            known = found.setdefault(finding.resource, finding.severity)
            found[finding.resource] = min(known, finding.severity, key=lambda severity: severity.rank)
    return found


def _items(inventory: Inventory, worst: Mapping[str, Severity]) -> dict[str, InventoryItem]:
    if len(inventory.items) <= _MOST_ITEMS:
        return {item.arn: item for item in inventory.items.values()}
    return {item.arn: item for item in inventory.items.values() if item.arn in worst}


def _names(resources: Iterable[str]) -> dict[str, str]:
    """Every spelling that stands for one thing and no other: its ARN, and the last part of it."""
    known = dict.fromkeys(resources)
    short = Counter(_short(name) for name in known)
    spellings = {_short(name): name for name in known if short[_short(name)] == 1 and len(_short(name)) >= _SHORTEST}
    return {**spellings, **{name: name for name in known}}


def _short(name: str) -> str:
    match = _LAST_PART.search(name)
    return match.group() if match else name


def _of_findings(findings: Sequence[ReportFinding], known: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    for finding in findings:
        if finding.severity is Severity.INFO:
            continue
        for word in _WORD.findall(finding.title):
            other = known.get(word.rstrip(".:"))
            if other and other != finding.resource:
                yield (finding.resource, other), _NAMED
        for proof in finding.evidence:
            if proof.call is None:
                continue
            for _, value in _strings(proof.call.parameters):
                other = known.get(value)
                if other and other != finding.resource:
                    yield (finding.resource, other), f"{proof.call.service}:{proof.call.operation}"


def _of_inventory(items: Iterable[InventoryItem], known: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    for item in items:
        for key, value in _strings(item.summary):
            other = known.get(value)
            if other and other != item.arn:
                yield (item.arn, other), key


def _strings(value: Any, *, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every string in a document with the nearest key above it."""
    if isinstance(value, str):
        yield key, value
    elif depth >= _DEPTH:
        return
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _strings(inner, key=str(name), depth=depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner, key=key, depth=depth + 1)


def _near(worst: Mapping[str, Severity], edges: Mapping[tuple[str, str], str]) -> list[str]:
    """What is drawn: from the worst findings outward, the connected ones, as many as a picture holds."""
    neighbours: dict[str, list[str]] = {}
    for source, target in edges:
        neighbours.setdefault(source, []).append(target)
        neighbours.setdefault(target, []).append(source)
    starts = sorted((name for name in worst if name in neighbours), key=lambda name: worst[name].rank)
    chosen: dict[str, int] = {}
    waiting = deque((name, 0) for name in starts)
    while waiting and len(chosen) < _MOST:
        name, far = waiting.popleft()
        if name in chosen:
            continue
        chosen[name] = far
        if far < _FAR:
            waiting.extend((other, far + 1) for other in neighbours[name] if other not in chosen)
    return list(chosen)
