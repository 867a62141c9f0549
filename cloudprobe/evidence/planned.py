"""Nobody thinks in a re-run: its agents carry out the plan that is stored with it, also when it is resumed."""

from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst
from cloudprobe.evidence.plan import Plan, PlannedOrchestrator, PlannedPrompts, PlannedScripts
from cloudprobe.plugins.hookspecs import Agents
from cloudprobe.ports import ArtifactStore
from cloudprobe.steps.artifacts import encode, load


def plan_key(inspection_id: str) -> str:
    return f"{inspection_id}/plan.json"


def keep_plan(inspection_id: str, plan: Plan, artifacts: ArtifactStore) -> None:
    artifacts.put(plan_key(inspection_id), encode(plan))


def kept_agents(inspection_id: str, artifacts: ArtifactStore) -> Agents | None:
    """The agents of an inspection that is a re-run; None for any other.

    Raises:
        StateCorruptedError: its plan cannot be read.
    """
    if not artifacts.exists(plan_key(inspection_id)):
        return None
    return planned_agents(load(Plan, plan_key(inspection_id), artifacts))


def planned_agents(plan: Plan) -> Agents:
    return Agents(
        orchestrator=PlannedOrchestrator(plan),
        prompt_generator=PlannedPrompts(plan),
        code_generator=PlannedScripts(plan),
        discovery_analyst=DiscoveryAnalyst(),
    )
