"""Discovery analysis of one iteration, failures included."""

from typing import Any

from cloudprobe.domain.agents import DataQuality, DiscoveryAnalystInput, DiscoveryAnalystOutput
from cloudprobe.domain.probe import Skipped
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.state import StateUpdate, WorkflowState, work_of
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.ports import Ports
from cloudprobe.steps.artifacts import load, outcome_key


def analyze(state: WorkflowState, ports: Ports) -> StateUpdate:
    iteration = state["current_iteration"]
    items = work_of(state)
    succeeded = [item for item in items if item.status is WorkStatus.SUCCEEDED]
    output = ports.discovery_analyst.analyze(
        DiscoveryAnalystInput(
            user_request=state["user_request"],
            iteration=iteration,
            outcomes=tuple(load(RunOutcome, outcome_key(item.run_id), ports.artifacts) for item in succeeded),
            failures=tuple(_failure(item) for item in items if item.status is not WorkStatus.SUCCEEDED),
        )
    )
    return StateUpdate(
        context=_context(state["context"], iteration, output),
        agent_outputs={f"{iteration}/discovery_analyst": output.model_dump(mode="json")},
    )


def _failure(item: WorkItem) -> Skipped:
    what = item.prompt.description or item.prompt.template
    if not item.feedback:
        return Skipped(what=what, why="The probe never ran.", account=item.account)
    last = item.feedback[-1]
    return Skipped(what=what, why=f"{last.message} {last.hint}".strip(), account=item.account)


def _context(before: dict[str, Any], iteration: int, output: DiscoveryAnalystOutput) -> dict[str, Any]:
    """Totals over iterations, rebuilt from every iteration's own share so that repeating a step changes nothing."""
    share = output.model_dump(mode="json", include={"insights", "quality", "gaps", "recommendations"})
    analyses = {**before.get("analyses", {}), str(iteration): share}
    qualities = [DataQuality.model_validate(analysis["quality"]) for analysis in analyses.values()]
    gaps = {
        (gap["what"], gap["why"], gap.get("account", "")): gap
        for analysis in analyses.values()
        for gap in analysis["gaps"]
    }
    return {
        **output.context_update,
        "known": {**before.get("known", {}), **output.context_update.get("known", {})},
        "analyses": analyses,
        "gaps": list(gaps.values()),
        "quality": sum(qualities[1:], qualities[0]).model_dump(mode="json"),
        "insights": [insight for analysis in analyses.values() for insight in analysis["insights"]],
        "recommendations": [lead for analysis in analyses.values() for lead in analysis["recommendations"]],
    }
