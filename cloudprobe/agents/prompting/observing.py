"""From what a run gave to what agents are told of it."""

from collections import Counter
from collections.abc import Callable, Iterator

from cloudprobe.agents.prompting.compaction import compact, table
from cloudprobe.agents.prompting.marking import bounded, short
from cloudprobe.domain.agents import Observation, Observed, ObservedFinding
from cloudprobe.domain.pointers import escape
from cloudprobe.domain.probe import Coverage, ProbeFinding, ProbeResource, ProbeResult, Severity, Skipped
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.work import WorkItem

Cited = Callable[[ProbeFinding], tuple[Observed, ...]]
"""The recorded values a finding cites."""

_FINDINGS = 40
_CITATIONS = 4
_GAPS = 20
_TYPES = 12
_SAMPLES = 3
_TEXT = 500


def observe(item: WorkItem, outcome: RunOutcome, *, cited: Cited) -> Observation:
    """What one run showed, of bounded size whatever the run gave.

    Args:
        item: what was asked.
        outcome: of its run.
        cited: resolves the citations of one finding.
    """
    result = outcome.result or ProbeResult()
    run = outcome.run_id
    facts = compact({k: v for k, v in result.facts.items() if k != "summary"}, f"{run}#/result/facts")
    ranked = sorted(result.findings, key=lambda finding: finding.severity.rank)
    resources = tuple(_resources(run, result.resources))
    return Observation(
        run_id=run,
        account=item.account,
        iteration=item.iteration,
        probe=item.prompt.description or item.prompt.template,
        template=item.prompt.template if item.prompt.library else "",
        variables=bounded(item.prompt.variables),
        summary=short(result.summary, limit=_TEXT),
        undecided=result.undecided,
        severities=_counts(result),
        findings=tuple(_finding(finding, cited) for finding in ranked[:_FINDINGS]),
        facts=facts.places,
        resources=resources,
        coverage=_coverage(result.coverage),
        denied=outcome.access.denied,
        left_out=tuple(_left_out(result, facts.left_out)),
    )


def _counts(result: ProbeResult) -> dict[Severity, int]:
    counted = Counter(finding.severity for finding in result.findings)
    return {severity: counted[severity] for severity in Severity if counted[severity]}


def _finding(finding: ProbeFinding, cited: Cited) -> ObservedFinding:
    return ObservedFinding(
        id=short(finding.id, limit=_TEXT),
        title=short(finding.title, limit=_TEXT),
        severity=finding.severity,
        resource=short(finding.resource, limit=_TEXT),
        evidence=cited(finding.model_copy(update={"evidence": finding.evidence[:_CITATIONS]})),
    )


def _resources(run: str, resources: tuple[ProbeResource, ...]) -> Iterator[Observed]:
    """By type: how many and where, how their attributes are spread, and some of them."""
    by_type: dict[str, list[int]] = {}
    for number, resource in enumerate(resources):
        by_type.setdefault(resource.type, []).append(number)
    for kind, numbers in sorted(by_type.items(), key=lambda entry: -len(entry[1]))[:_TYPES]:
        regions = Counter(resources[n].region or "no region" for n in numbers)
        where = ", ".join(f"{count:,} in {short(region, limit=40)}" for region, count in regions.most_common(8))
        yield Observed(
            pointer=f"{run}#/result/resources", note=f"{len(numbers):,} of type {short(kind, limit=80)} ({where})"
        )
        for number in dict.fromkeys((*numbers[:_SAMPLES], numbers[-1])):
            resource = resources[number]
            seen = {"arn": resource.arn, "region": resource.region, "summary": resource.summary}
            yield Observed(pointer=f"{run}#/result/resources/{number}", value=bounded(seen))
        if len(numbers) > _SAMPLES + 1:
            yield from _attributes(run, resources, numbers)


def _attributes(run: str, resources: tuple[ProbeResource, ...], numbers: list[int]) -> Iterator[Observed]:
    """The spread of what is known of each, with places in the result."""
    base = f"{run}#/result/resources"
    for note in table(base, [resources[n].summary for n in numbers]):
        place = note.pointer.removeprefix(base).split("/", 2)
        if len(place) > 1:  # the row's number among those of its type
            below = f"/{place[2]}" if len(place) > 2 else ""  # noqa: PLR2004 - empty, row, attribute
            pointer = f"{base}/{numbers[int(place[1])]}/{escape('summary')}{below}"
            yield note.model_copy(update={"pointer": pointer})
        else:
            yield note


def _coverage(coverage: Coverage) -> Coverage:
    return Coverage(
        regions=tuple(short(region, limit=40) for region in coverage.regions[:_GAPS]),
        skipped=tuple(
            Skipped(what=short(gap.what, limit=_TEXT), why=short(gap.why, limit=_TEXT), account=gap.account)
            for gap in coverage.skipped[:_GAPS]
        ),
        truncated=tuple(short(what, limit=_TEXT) for what in coverage.truncated[:_GAPS]),
    )


def _left_out(result: ProbeResult, facts: int) -> Iterator[str]:
    if facts:
        yield f"{facts:,} more places of the facts, or more below them."
    if len(result.findings) > _FINDINGS:
        yield f"{len(result.findings) - _FINDINGS:,} more findings, none worse than those told."
    if len(result.resources) > _SAMPLES:
        yield f"{len(result.resources):,} resources are told by type, with samples."
    if len(result.coverage.skipped) > _GAPS:
        yield f"{len(result.coverage.skipped) - _GAPS:,} more things that were not looked at."
