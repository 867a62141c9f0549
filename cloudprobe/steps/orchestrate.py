"""Orchestration: need more, or complete."""

from pydantic import TypeAdapter

from cloudprobe.domain.agents import Action, OrchestratorInput
from cloudprobe.domain.ids import started_at
from cloudprobe.domain.probe import Skipped, Suggestion
from cloudprobe.domain.state import StateUpdate, WorkflowState, collected_of, settings_of
from cloudprobe.ports import Ports
from cloudprobe.steps.budgets import check_time
from cloudprobe.steps.knowledge import circumstances_of, knowledge_of

_SUGGESTIONS = TypeAdapter(tuple[Suggestion, ...])
_GAPS = TypeAdapter(tuple[Skipped, ...])


def orchestrate(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Decide.

    Raises:
        BudgetEndedError: there is more to look at and no time left for it.
    """
    settings = settings_of(state)
    output = ports.orchestrator.decide(
        OrchestratorInput(
            user_request=state["user_request"],
            asked_at=started_at(state["inspection_id"]),
            current_iteration=state["current_iteration"],
            max_iterations=settings.max_iterations,
            data_class=settings.data_class,
            collected_data=collected_of(state),
            recommendations=_SUGGESTIONS.validate_python(state["context"].get("recommendations", ())),
            gaps=_GAPS.validate_python(state["context"].get("gaps", ())),
            circumstances=circumstances_of(state),
            knowledge=knowledge_of(state, ports.artifacts),
            answer_schema=settings.answer_schema,
        )
    )
    if output.decision.action is Action.COLLECT:
        check_time(state, ports, output.decision.objectives)
    withheld = [*state["context"].get("withheld", ()), *(gap.model_dump(mode="json") for gap in output.withheld)]
    return StateUpdate(
        context={
            "covered": output.covered,
            **({"withheld": list({gap["what"]: gap for gap in withheld}.values())} if withheld else {}),
        },
        decision=output.decision.model_dump(mode="json"),
        agent_outputs={f"{state['current_iteration']}/orchestrator": output.model_dump(mode="json")},
    )
