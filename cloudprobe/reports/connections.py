"""How the things of a report hang together: what one names another by, in what was recorded of them.

Nothing is guessed from names that look alike. A thing is connected with another where its summary in the inventory, the
evidence of a finding about it, or the call that gave the evidence names the other as a whole, and where the words of a
finding do. What stands in no inventory is a thing, too, where a finding's words or a question to a probe name it and a
recorded value says that it is one.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cloudprobe.domain.inventory import Inventory, InventoryItem
from cloudprobe.domain.probe import Severity
from cloudprobe.domain.report import Connection, Connections, Evidence, PicturedResource, ReportFinding
from cloudprobe.reports.named_things import (
    GENERIC,
    Named,
    aliases,
    is_arn,
    known_names,
    may_be_a_name,
    spellings,
    strings,
    type_of,
    words,
)

_MOST = 16
"""Things in one picture; beyond them nobody sees anything."""
_MOST_ITEMS = 2_000
"""An inventory larger than this is looked through only for what the findings name."""
_FAR = 3
"""Steps from a thing with a finding."""
_NAMED = "finding"
"""Label of a connection that a finding states in its words."""


def connections(inventory: Inventory, findings: Sequence[ReportFinding], *, asked: Iterable[str] = ()) -> Connections:
    """What is connected with the findings' resources; empty where nothing is.

    Args:
        inventory: what was seen.
        findings: with their evidence.
        asked: names that probes were given, by the question or by what an earlier probe found.
    """
    told = [finding for finding in findings if finding.resource and finding.severity is not Severity.INFO]
    worst = _worst(told)
    items = _items(inventory, worst)
    naming = [_Naming(finding, asked) for finding in told]
    groups = [*_own_names(items.values()), *(group for finding in naming for group in finding.aliases)]
    known = _with_aliases(known_names([*items, *worst]), groups)
    known = _with_aliases(known_names([*items, *worst, *_named_besides(naming, known)]), groups)
    edges: dict[tuple[str, str], str] = {}
    for edge, label in (*_of_findings(naming, known), *_of_inventory(items.values(), known)):
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
        PicturedResource(
            resource=name, type=items[name].type if name in items else type_of(name), severity=worst.get(name)
        )
        for name in chosen
        if name in drawn
    ]
    return Connections(resources=tuple(resources), lines=tuple(lines))


def _worst(findings: Sequence[ReportFinding]) -> dict[str, Severity]:
    """The worst severity of each resource that has a finding; remarks draw no picture."""
    found: dict[str, Severity] = {}
    for finding in findings:
        known = found.setdefault(finding.resource, finding.severity)
        found[finding.resource] = min(known, finding.severity, key=lambda severity: severity.rank)
    return found


def _items(inventory: Inventory, worst: Mapping[str, Severity]) -> dict[str, InventoryItem]:
    if len(inventory.items) <= _MOST_ITEMS:
        return {item.arn: item for item in inventory.items.values()}
    return {item.arn: item for item in inventory.items.values() if item.arn in worst}


class _Naming:
    """What a finding names: in its words, in its evidence, in the calls that gave it."""

    def __init__(self, finding: ReportFinding, asked: Iterable[str]) -> None:
        self.resource = finding.resource
        self.words = words(finding.title) - frozenset(finding.unresolved)
        self.named = self.words | frozenset(asked)
        proofs = [proof for proof in finding.evidence if proof.verified]
        self.recorded = [*_in_values(proofs), *_in_calls(proofs)]
        """With the label of a line; what was answered stands before what was asked."""
        self.aliases = [group for proof in proofs for group in aliases(proof.value)]


def _in_values(proofs: Iterable[Evidence]) -> Iterator[tuple[Named, str]]:
    for proof in proofs:
        for one in strings(proof.value):
            yield one, one.key


def _in_calls(proofs: Iterable[Evidence]) -> Iterator[tuple[Named, str]]:
    for proof in proofs:
        if proof.call is not None:
            for one in strings(proof.call.parameters):
                yield one, f"{proof.call.service}:{proof.call.operation}"


def _own_names(items: Iterable[InventoryItem]) -> Iterator[tuple[str, ...]]:
    for item in items:
        for name in (value for key, value in item.summary.items() if key.lower() in GENERIC and isinstance(value, str)):
            yield item.arn, name


def _with_aliases(known: Mapping[str, str], groups: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """A thing by its further names, too; a name that two things bear is none of them's."""
    further: dict[str, str | None] = {}
    for group in groups:
        thing = next((known[name] for name in group if name in known), None)
        for name in (one for one in group if thing and one not in known):
            further[name] = thing if further.get(name, thing) == thing else None
    return {**known, **{name: thing for name, thing in further.items() if thing}}


def _named_besides(naming: Iterable[_Naming], known: Mapping[str, str]) -> list[str]:
    """Things outside of the inventory; one that is recorded by its ARN is not another one by its name."""
    arns: dict[str, None] = {}
    names: dict[str, None] = {}
    for finding in naming:
        groups = {name: group for group in finding.aliases for name in group}
        for one, _ in finding.recorded:
            group = groups.get(one.value, (one.value,))
            if any(name in known for name in group):
                continue
            if is_arn(one.value) and not spellings(one.value).isdisjoint(finding.named):
                arns[one.value] = None
            elif may_be_a_name(one.value) and _is_meant(one, finding):
                names[group[0]] = None
    by_arn = known_names(arns)
    return [*arns, *(name for name in names if name not in by_arn)]


def _is_meant(one: Named, finding: _Naming) -> bool:
    """Whether a name that is recorded as one is of a thing to draw: it is spoken of, or what the one metric is of."""
    return one.naming and (one.value in finding.named or (one.measured and not one.one_of_many))


def _of_findings(naming: Iterable[_Naming], known: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """One of many values counts only where the finding names it: what was asked about together is not connected."""
    for finding in naming:
        for one, label in finding.recorded:
            other = known.get(one.value)
            if other is None or other == finding.resource:
                continue
            if not one.one_of_many or not finding.words.isdisjoint({one.value, *spellings(other)}):
                yield (finding.resource, other), label or _NAMED
        for word in sorted(finding.words):
            other = known.get(word)
            if other is not None and other != finding.resource:
                yield (finding.resource, other), _NAMED


def _of_inventory(items: Iterable[InventoryItem], known: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    for item in items:
        for one in strings(item.summary):
            other = known.get(one.value)
            if other and other != item.arn:
                yield (item.arn, other), one.key


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
