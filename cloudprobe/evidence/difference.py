"""What changed between an inspection and its re-run: findings, resources, facts by path, and coverage."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.domain.report import Report
from cloudprobe.evidence.plan import account_of
from cloudprobe.evidence.record import InspectionRecordings, RecordedRun
from cloudprobe.reports.values import cut

_VALUE_CHARACTERS = 300
_MOST = 2_000
"""Changes of one kind that are told; how many there are is told in any case."""
_CITED_CALL = re.compile(r"/calls/[^/\s]+/")


class Change(Model):
    """One thing that is not as it was. ``before`` is None where it is new, ``after`` where it is gone."""

    kind: Literal["new", "gone", "changed"]
    what: str
    """A finding's kind and resource, an ARN, or a path into a run's facts."""
    before: Any = None
    after: Any = None


class Difference(Model):
    """Everything that differs; empty lists where nothing does."""

    inspection_id: str
    """Of the re-run."""
    of: str
    """The inspection that was run again."""
    findings: tuple[Change, ...] = ()
    resources: tuple[Change, ...] = ()
    facts: tuple[Change, ...] = ()
    coverage: tuple[Change, ...] = ()
    runs: tuple[Change, ...] = ()
    """Probes that ended otherwise than they did."""
    untold: int = 0
    """Changes beyond those that are listed."""

    @property
    def same(self) -> bool:
        return not (self.findings or self.resources or self.facts or self.coverage or self.runs)


def difference(before: InspectionRecordings, after: InspectionRecordings) -> Difference:
    """Compare two inspections that ran the same probes.

    Only what was looked at both times can have changed: a probe that gave no result this time makes nothing disappear.
    It stands in ``runs``.
    """
    was, now = _by_probe(before), _by_probe(after)
    both = [name for name in was if name in now and was[name].outcome.result and now[name].outcome.result]
    looked = [{name: runs[name] for name in both} for runs in (was, now)]
    claimed = [{name: runs[name] for name in both if not _only_cited(was[name], before)} for runs in (was, now)]
    kinds = {
        "findings": list(_changes(*map(_findings, (before.report, after.report), claimed))),
        "resources": list(_resources(looked[0], looked[1])),
        "facts": list(_changes(*map(_facts, looked))),
        "coverage": list(_changes(*map(_coverage, looked))),
        "runs": list(_changes(_ended(was), _ended(now))),
    }
    return Difference(
        inspection_id=after.inspection_id,
        of=before.inspection_id,
        untold=sum(max(0, len(changes) - _MOST) for changes in kinds.values()),
        **{name: tuple(changes[:_MOST]) for name, changes in kinds.items()},
    )


def _only_cited(run: RecordedRun, record: InspectionRecordings) -> bool:
    """Whether a report stands on an earlier inspection's run and claims nothing of what that run found."""
    found = run.outcome.result.findings if run.outcome.result else ()
    claimed = any(finding.run_id == run.run_id for finding in record.report.findings)
    return run.inspection != record.inspection_id and bool(found) and not claimed


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for what in [*before, *(name for name in after if name not in before)]:
        if what not in after:
            yield Change(kind="gone", what=what, before=_shown(before[what]))
        elif what not in before:
            yield Change(kind="new", what=what, after=_shown(after[what]))
        elif before[what] != after[what]:
            yield Change(kind="changed", what=what, before=_shown(before[what]), after=_shown(after[what]))


def _shown(value: Any) -> Any:
    return cut(value, limit=_VALUE_CHARACTERS)


def _findings(report: Report, looked: Mapping[str, RecordedRun]) -> dict[str, Any]:
    """By kind and resource; several of one kind about one thing are told apart by their number."""
    runs = {run.run_id for run in looked.values()}
    found: dict[str, list[Any]] = {}
    for finding in report.findings:
        if finding.run_id not in runs:
            continue
        said = {"severity": finding.severity.value, "title": _timeless(finding.title)}
        found.setdefault(f"{finding.id} {finding.resource}", []).append(said)
    ordered = {key: sorted(said, key=lambda one: (one["severity"], one["title"])) for key, said in found.items()}
    return {
        key if number == 0 else f"{key} ({number + 1})": one
        for key, said in ordered.items()
        for number, one in enumerate(said)
    }


def _resources(before: Mapping[str, RecordedRun], after: Mapping[str, RecordedRun]) -> Iterator[Change]:
    was, now = _inventory(before).items, _inventory(after).items
    there = {arn: item.type for arn, item in was.items()}, {arn: item.type for arn, item in now.items()}
    yield from _changes(*there)
    for arn in sorted(was.keys() & now.keys()):
        told = (_flat(item.summary, prefix=f"{arn} ") for item in (was[arn], now[arn]))
        yield from _changes(*map(dict, told))


def _inventory(runs: Mapping[str, RecordedRun]) -> Inventory:
    known = Inventory()
    for run in runs.values():
        if run.outcome.result is not None:
            known = known.merge(run.outcome.result.resources, run_id=run.run_id)
    return known


def _by_probe(record: InspectionRecordings) -> dict[str, RecordedRun]:
    """Runs by what they are: the same in an inspection and its re-run."""
    found: dict[str, RecordedRun] = {}
    for run in record.final_runs:
        name = run.probe.template or f"script {run.permit.script_digest[:12]}"
        key = f"{name} {json.dumps(run.variables, sort_keys=True)} in {account_of(run, record)}"
        found.setdefault(key, run)
    names = [key.partition(" {")[0] for key in found]
    short = {key: name if names.count(name) == 1 else key for key, name in zip(found, names, strict=True)}
    return {short[key]: run for key, run in found.items()}


def _results(runs: Mapping[str, RecordedRun]) -> Iterator[tuple[str, ProbeResult]]:
    for name, run in runs.items():
        if run.outcome.result is not None:
            yield name, run.outcome.result


def _facts(runs: Mapping[str, RecordedRun]) -> dict[str, Any]:
    return {path: v for name, result in _results(runs) for path, v in _flat(result.facts, prefix=f"{name} /facts")}


def _coverage(runs: Mapping[str, RecordedRun]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, result in _results(runs):
        coverage = result.coverage
        found |= {f"{name} region {region}": "read" for region in coverage.regions}
        found |= {f"{name} skipped {gap.what}": _timeless(gap.why) for gap in coverage.skipped}
        found |= {f"{name} cut {what}": "cut" for what in coverage.truncated}
    return found


def _ended(runs: Mapping[str, RecordedRun]) -> dict[str, Any]:
    return {
        name: f"{run.outcome.status.value} {run.outcome.limit}".strip()
        + (f": {run.outcome.error.message}" if run.outcome.error else "")
        for name, run in runs.items()
    }


def _flat(value: Any, *, prefix: str) -> Iterator[tuple[str, Any]]:
    """Every leaf by its path. A list of plain values is one leaf, in order of its values: order says nothing there."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _flat(item, prefix=f"{prefix}/{key}")
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, prefix=f"{prefix}/{number}")
    elif isinstance(value, list | tuple):
        yield prefix, sorted((_timeless(item) for item in value), key=str)
    else:
        yield prefix, _timeless(value)


def _timeless(value: Any) -> Any:
    """A citation names the request it came from, which is another one each time."""
    return _CITED_CALL.sub("/calls/…/", value) if isinstance(value, str) else value
