"""Discovery analysis of one iteration, failures included."""

from typing import Any

from cloudprobe.agents.prompting.suspicion import MOST
from cloudprobe.domain.agents import (
    UNSHOWN,
    DataQuality,
    DiscoveryAnalystInput,
    DiscoveryAnalystOutput,
    Knowledge,
    Observation,
    SuspectText,
)
from cloudprobe.domain.probe import Skipped
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.state import StateUpdate, WorkflowState, work_of
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.ports import Ports
from cloudprobe.steps.artifacts import load, outcome_key
from cloudprobe.steps.knowledge import (
    circumstances_of,
    keep_observations,
    knowledge_of,
    observations_of,
    suspects_of,
)


def analyze(state: WorkflowState, ports: Ports) -> StateUpdate:
    iteration = state["current_iteration"]
    items = work_of(state)
    succeeded = [item for item in items if item.status is WorkStatus.SUCCEEDED]
    outcomes = tuple(load(RunOutcome, outcome_key(item.run_id), ports.artifacts) for item in succeeded)
    observations = observations_of(zip(succeeded, outcomes, strict=True), state, ports)
    keep_observations(observations, state, ports.artifacts)
    before = knowledge_of(state, ports.artifacts)
    output = ports.discovery_analyst.analyze(
        DiscoveryAnalystInput(
            user_request=state["user_request"],
            iteration=iteration,
            outcomes=outcomes,
            failures=tuple(_failure(item) for item in items if item.status is not WorkStatus.SUCCEEDED),
            covered=state["context"].get("covered", False),
            circumstances=circumstances_of(state),
            knowledge=_with(before, observations),
        )
    )
    return StateUpdate(
        context=_context(state["context"], iteration, output, suspects_of(outcomes, observations, items)),
        agent_outputs={f"{iteration}/discovery_analyst": output.model_dump(mode="json")},
    )


def _failure(item: WorkItem) -> Skipped:
    what = item.prompt.description or item.prompt.template
    if not item.feedback:
        return Skipped(what=what, why="The probe never ran.", account=item.account)
    last = item.feedback[-1]
    return Skipped(what=what, why=f"{last.message} {last.hint}".strip(), account=item.account)


def _with(before: Knowledge, observations: tuple[Observation, ...]) -> Knowledge:
    """Also what this iteration showed; a repeated step has stored that already."""
    new = {observation.run_id for observation in observations}
    earlier = (observation for observation in before.observations if observation.run_id not in new)
    return before.model_copy(update={"observations": (*earlier, *observations)})


def _context(
    before: dict[str, Any], iteration: int, output: DiscoveryAnalystOutput, suspect: tuple[SuspectText, ...]
) -> dict[str, Any]:
    """Totals over iterations, rebuilt from every iteration's own share so that repeating a step changes nothing."""
    share = output.model_dump(mode="json", include={"insights", "quality", "gaps", "recommendations", "hypotheses"})
    share["instructions_in_data"] = [one.model_dump(mode="json") for one in suspect]
    analyses = {**before.get("analyses", {}), str(iteration): share}
    qualities = [DataQuality.model_validate(analysis["quality"]) for analysis in analyses.values()]
    latest = str(max(map(int, analyses)))
    gaps = {
        (gap["what"], gap["why"], gap.get("account", "")): gap
        for number, analysis in analyses.items()
        for gap in analysis["gaps"]
        # What an analysis missed may have been shown since: of those gaps the latest analysis has the ones still open.
        if number == latest or gap["why"] != UNSHOWN
    }
    return {
        **output.context_update,
        "known": {**before.get("known", {}), **output.context_update.get("known", {})},
        "analyses": analyses,
        "gaps": list(gaps.values()),
        "quality": sum(qualities[1:], qualities[0]).model_dump(mode="json"),
        "insights": [insight for analysis in analyses.values() for insight in analysis["insights"]],
        "recommendations": [lead for analysis in analyses.values() for lead in analysis["recommendations"]],
        "hypotheses": share["hypotheses"],
        "instructions_in_data": [
            one for analysis in analyses.values() for one in analysis.get("instructions_in_data", ())
        ][:MOST],
    }
