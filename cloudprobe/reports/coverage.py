"""What was not looked at and why, and how complete the rest is. Counted from runs, never narrated."""

from collections.abc import Iterable, Iterator

from cloudprobe.domain.agents import CollectedRun, DataQuality
from cloudprobe.domain.probe import Skipped
from cloudprobe.domain.run import RunStatus
from cloudprobe.domain.work import WorkItem
from cloudprobe.reports.failures import denied_it, explained, squeezed, why
from cloudprobe.reports.material import Material
from cloudprobe.reports.runs import figures


def quality(material: Material) -> DataQuality:
    """As discovery analysis counts it, but also over what it did not get to see.

    Calls and denied operations are those of every run, failed ones and earlier attempts included, as everywhere in the
    report; what makes it incomplete is what the last run of a probe was denied.
    """
    runs = material.succeeded
    failed = len(material.without_result) or len(material.final_runs) - len(runs)
    skipped = sum(len(run.coverage.skipped) for run in runs)
    truncated = sum(len(run.coverage.truncated) for run in runs)
    denied = any(run.access.denied for run in material.final_runs)
    return DataQuality(
        runs_succeeded=len(runs),
        runs_failed=failed,
        calls=sum(run.usage.calls for run in material.collected),
        calls_denied=figures(material.collected).denied,
        regions=tuple(sorted({region for run in runs for region in run.coverage.regions})),
        skipped=skipped,
        truncated=truncated,
        complete=bool(runs) and not (failed or skipped or truncated or denied or material.failure),
    )


def not_covered(material: Material, missing: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Every gap once: what is lost, what failed, what was denied, what was cut, what was skipped."""
    gaps = (
        *missing,
        *_budget(material),
        *_failed(material),
        *_denied(material),
        *_left_out(material.final_runs),
        *_besides(material),
    )
    return tuple(dict.fromkeys(gaps))


def name_of(item: WorkItem) -> str:
    return item.prompt.description or item.prompt.template


def _budget(material: Material) -> Iterator[Skipped]:
    if material.budget_ended:
        yield Skipped(what="What the budget no longer allowed to look at", why=material.stopped)


def _failed(material: Material) -> Iterator[Skipped]:
    """Each probe without a result; runs themselves only where no probe is known that tells of them."""
    for item in material.without_result:
        yield Skipped(what=name_of(item), why=why(item, material.final_runs), account=item.account)
    if not material.work:
        for run in material.final_runs:
            if run.status is not RunStatus.SUCCEEDED:
                said = squeezed(run.error) or f"The run {run.status}."
                yield Skipped(what=run.template or run.run_id, why=said, account=run.account)


def _denied(material: Material) -> Iterator[Skipped]:
    """What runs were denied; not again what a probe without a result is said to have failed of."""
    told = {
        (item.run_id, denial.operation)
        for item in material.without_result
        for denial in denied_it(item, material.final_runs)
    }
    for run in material.final_runs:
        known = {denial.operation for denial in run.denials}
        for denial in run.denials:
            if (run.run_id, denial.operation) not in told:
                yield Skipped(
                    what=f"what {denial.operation} would have said", why=explained(denial), account=run.account
                )
        for operation in (name for name in run.access.denied if name not in known):
            granted = operation in run.access.granted
            why_not = (
                "The account denied it, though the run was granted it." if granted else "The run was not granted it."
            )
            yield Skipped(what=f"what {operation} would have said", why=why_not, account=run.account)


def _besides(material: Material) -> Iterator[Skipped]:
    """The gaps that were found on the way; of a probe without a result its own words are said above."""
    told = {(name_of(item), item.account) for item in material.without_result}
    return (gap for gap in material.gaps if (gap.what, gap.account) not in told)


def _left_out(runs: Iterable[CollectedRun]) -> Iterator[Skipped]:
    for run in runs:
        for what in run.coverage.truncated:
            yield Skipped(what=what, why="The list was cut.", account=run.account)
    for run in runs:
        yield from run.coverage.skipped
