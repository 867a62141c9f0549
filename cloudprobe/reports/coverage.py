"""What was not looked at and why, and how complete the rest is. Counted from runs, never narrated."""

import json
from collections.abc import Iterable, Iterator

from cloudprobe.domain.agents import CollectedRun, DataQuality
from cloudprobe.domain.probe import Skipped
from cloudprobe.domain.run import Denial, RunStatus
from cloudprobe.domain.work import WorkItem
from cloudprobe.reports.material import Material


def quality(material: Material) -> DataQuality:
    """As discovery analysis counts it, but also over what it did not get to see."""
    runs = material.succeeded
    failed = len(material.without_result) or len(material.final_runs) - len(runs)
    skipped = sum(len(run.coverage.skipped) for run in runs)
    truncated = sum(len(run.coverage.truncated) for run in runs)
    denied = sum(len(run.access.denied) for run in runs)
    return DataQuality(
        runs_succeeded=len(runs),
        runs_failed=failed,
        calls=sum(run.usage.calls for run in runs),
        calls_denied=denied,
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
        *_denied(material.final_runs),
        *_left_out(material.final_runs),
        *material.gaps,
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
        yield Skipped(what=name_of(item), why=_why(item), account=item.account)
    if not material.work:
        for run in material.final_runs:
            if run.status is not RunStatus.SUCCEEDED:
                why = run.error or f"The run {run.status}."
                yield Skipped(what=run.template or run.run_id, why=why, account=run.account)


def _why(item: WorkItem) -> str:
    if not item.feedback:
        return "The probe never ran."
    last = item.feedback[-1]
    return f"{last.message} {last.hint}".strip()


def _denied(runs: Iterable[CollectedRun]) -> Iterator[Skipped]:
    for run in runs:
        explained = {denial.operation for denial in run.denials}
        for denial in run.denials:
            yield Skipped(what=f"what {denial.operation} would have said", why=_explained(denial), account=run.account)
        for operation in (name for name in run.access.denied if name not in explained):
            granted = operation in run.access.granted
            why = "The account denied it, though the run was granted it." if granted else "The run was not granted it."
            yield Skipped(what=f"what {operation} would have said", why=why, account=run.account)


def _explained(denial: Denial) -> str:
    if denial.statement is None:
        return denial.explanation
    statement = json.dumps(denial.statement, ensure_ascii=False)
    return f"{denial.explanation} To allow it, in {denial.where}: {statement}"


def _left_out(runs: Iterable[CollectedRun]) -> Iterator[Skipped]:
    for run in runs:
        for what in run.coverage.truncated:
            yield Skipped(what=what, why="The list was cut.", account=run.account)
    for run in runs:
        yield from run.coverage.skipped
