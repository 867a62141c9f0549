"""What agents are told beyond their own input: what bounds the inspection, and what it knows so far."""

import json
from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter

from cloudprobe.agents.prompting.marking import bounded
from cloudprobe.agents.prompting.observing import observe
from cloudprobe.agents.prompting.suspicion import suspects
from cloudprobe.domain.agents import (
    Circumstances,
    DataQuality,
    Hypothesis,
    Insight,
    Knowledge,
    Objective,
    Observation,
    Observed,
    SuspectText,
)
from cloudprobe.domain.ids import started_at
from cloudprobe.domain.probe import ProbeFinding, ProbeResult, Skipped, Suggestion
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.state import WorkflowState, settings_of
from cloudprobe.domain.work import WorkItem
from cloudprobe.ports import ArtifactStore, Ports, RecordingStore
from cloudprobe.reports.evidence import RunEvidence
from cloudprobe.steps.artifacts import observations_key
from cloudprobe.steps.following import followed_of

_OBSERVATIONS = TypeAdapter(tuple[Observation, ...])
_INSIGHTS = TypeAdapter(tuple[Insight, ...])
_HYPOTHESES = TypeAdapter(tuple[Hypothesis, ...])
_GAPS = TypeAdapter(tuple[Skipped, ...])
_SUGGESTIONS = TypeAdapter(tuple[Suggestion, ...])
_SUSPECTS = TypeAdapter(tuple[SuspectText, ...])
_OBJECTIVES = TypeAdapter(tuple[Objective, ...])


def circumstances_of(state: WorkflowState) -> Circumstances:
    settings = settings_of(state)
    return Circumstances(
        asked_at=started_at(state["inspection_id"]),
        iteration=state["current_iteration"],
        max_iterations=settings.max_iterations,
        max_retries=settings.max_retries,
        data_class=settings.data_class,
        accounts=settings.inspected,
        regions=settings.regions,
        home_region=settings.home_region,
        wall_seconds=settings.wall_seconds,
    )


def knowledge_of(state: WorkflowState, artifacts: ArtifactStore) -> Knowledge:
    """Of all iterations that were analysed, and before them of the inspections that are followed."""
    context = state["context"]
    quality = context.get("quality")
    followed = followed_of(state, artifacts)
    own = tuple(_stored(state, artifacts))
    looked_at = {observation.run_id for observation in own}
    return Knowledge(
        observations=(*(one for one in followed.observations if one.run_id not in looked_at), *own),
        insights=_INSIGHTS.validate_python(context.get("insights", ())),
        hypotheses=_HYPOTHESES.validate_python(context.get("hypotheses", ())),
        gaps=_GAPS.validate_python([*context.get("gaps", ()), *context.get("withheld", ())]),
        recommendations=_SUGGESTIONS.validate_python(context.get("recommendations", ())),
        asked=tuple(_asked(state)),
        suspects=(*followed.suspects, *_SUSPECTS.validate_python(context.get("instructions_in_data", ()))),
        inventory=context.get("inventory_counts", {}),
        quality=DataQuality.model_validate(quality) if quality else None,
        antecedents=followed.antecedents if followed.chain else None,
    )


def _stored(state: WorkflowState, artifacts: ArtifactStore) -> Iterator[Observation]:
    for iteration in sorted(state["context"].get("analyses", {}), key=int):
        key = observations_key(state["inspection_id"], int(iteration))
        if artifacts.exists(key):
            yield from _OBSERVATIONS.validate_json(artifacts.get(key))


def _asked(state: WorkflowState) -> Iterator[Objective]:
    """By the decisions of earlier iterations; the one that is being made, or made again, is not among them."""
    for key, output in state["agent_outputs"].items():
        number, _, agent = key.partition("/")
        if agent == "orchestrator" and int(number) < state["current_iteration"]:
            yield from _OBJECTIVES.validate_python(output["decision"]["objectives"])


def observations_of(
    runs: Iterable[tuple[WorkItem, RunOutcome]], state: WorkflowState, ports: Ports
) -> tuple[Observation, ...]:
    """What runs showed, their citations resolved against what was recorded."""
    earlier = {run["run_id"]: run.get("as_of", "") for run in state["collected_data"]}
    return tuple(
        observe(item, outcome, cited=_Citing(outcome, ports.recordings)).model_copy(
            update={"as_of": earlier.get(outcome.run_id, "")}
        )
        for item, outcome in runs
        if outcome.result
    )


def keep_observations(observations: tuple[Observation, ...], state: WorkflowState, artifacts: ArtifactStore) -> None:
    """Beside the results, which hold all of it."""
    key = observations_key(state["inspection_id"], state["current_iteration"])
    artifacts.put(key, _OBSERVATIONS.dump_json(observations))


class _Citing:
    def __init__(self, outcome: RunOutcome, recordings: RecordingStore) -> None:
        self._evidence = RunEvidence(outcome.run_id, outcome.result or ProbeResult(), recordings)

    def __call__(self, finding: ProbeFinding) -> tuple[Observed, ...]:
        return tuple(
            Observed(pointer=proof.pointer, value=bounded(proof.value))
            for proof in self._evidence.of(finding)
            if proof.verified
        )


def suspects_of(
    outcomes: Iterable[RunOutcome], observations: Iterable[Observation] = (), items: Iterable[WorkItem] = ()
) -> tuple[SuspectText, ...]:
    """Text that reads like an instruction to whoever reads it: in results, in what they cite, in errors of runs.

    Args:
        outcomes: of the runs that gave a result.
        observations: of the same runs.
        items: whatever was tried, for what went wrong.
    """
    found: list[SuspectText] = []
    for outcome in outcomes:
        if outcome.result is not None:
            document = outcome.result.model_dump(mode="json")
            found += suspects(document, f"{outcome.run_id}#/result")
    for observation in observations:
        for proof in (proof for finding in observation.findings for proof in finding.evidence):
            found += suspects(proof.value, proof.pointer)
    for item in items:
        for entry in (entry for entry in item.feedback if entry.source == "execute"):
            found += suspects(entry.message, f"{item.run_id}#/error")
    unique = {json.dumps([one.excerpt, one.why]): one for one in reversed(found)}
    return tuple(reversed(unique.values()))
