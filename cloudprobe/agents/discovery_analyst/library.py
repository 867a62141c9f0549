"""Says what an iteration's data shows, how complete it is, and what to look at next. Counts; does not narrate."""

from collections.abc import Iterable

from cloudprobe.domain.agents import DataQuality, DiscoveryAnalystInput, DiscoveryAnalystOutput, Insight
from cloudprobe.domain.probe import Skipped, Suggestion
from cloudprobe.domain.run import RunOutcome


class DiscoveryAnalyst:
    def analyze(self, given: DiscoveryAnalystInput) -> DiscoveryAnalystOutput:
        gaps = (*given.failures, *_gaps(given.outcomes))
        quality = _quality(given.outcomes, failed=len(given.failures))
        return DiscoveryAnalystOutput(
            insights=tuple(_insights(given.outcomes)),
            quality=quality,
            gaps=gaps,
            recommendations=_recommendations(given.outcomes),
            context_update={"known": _known(given.outcomes)},
        )


def _insights(outcomes: Iterable[RunOutcome]) -> Iterable[Insight]:
    for outcome in outcomes:
        if outcome.result is None:
            continue
        if outcome.result.summary:
            yield Insight(statement=outcome.result.summary, run_id=outcome.run_id)
        for finding in sorted(outcome.result.findings, key=lambda f: f.severity.rank):
            yield Insight(statement=finding.title, run_id=outcome.run_id, severity=finding.severity)


def _gaps(outcomes: Iterable[RunOutcome]) -> Iterable[Skipped]:
    for outcome in outcomes:
        if outcome.result is not None:
            yield from outcome.result.coverage.skipped
            for what in outcome.result.coverage.truncated:
                yield Skipped(what=what, why="The list was cut.", account=outcome.account)


def _quality(outcomes: tuple[RunOutcome, ...], *, failed: int) -> DataQuality:
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    skipped = sum(len(result.coverage.skipped) for result in results)
    truncated = sum(len(result.coverage.truncated) for result in results)
    denied = sum(len(outcome.access.denied) for outcome in outcomes)
    return DataQuality(
        runs_succeeded=len(results),
        runs_failed=failed,
        calls=sum(outcome.usage.calls for outcome in outcomes),
        calls_denied=denied,
        regions=tuple(sorted({region for result in results for region in result.coverage.regions})),
        skipped=skipped,
        truncated=truncated,
        complete=bool(results) and not (failed or skipped or truncated or denied),
    )


def _known(outcomes: Iterable[RunOutcome]) -> dict[str, str]:
    """One sentence a run, for the next iteration's prompts."""
    return {outcome.run_id: outcome.result.summary for outcome in outcomes if outcome.result and outcome.result.summary}


def _recommendations(outcomes: Iterable[RunOutcome]) -> tuple[Suggestion, ...]:
    """What the probes suggest, each once, in the order they said it."""
    unique: dict[str, Suggestion] = {}
    for outcome in outcomes:
        for suggestion in outcome.result.next if outcome.result else ():
            unique.setdefault(suggestion.model_dump_json(), suggestion)
    return tuple(unique.values())
