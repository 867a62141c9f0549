"""Opens an iteration: each objective becomes a prompt, each prompt a piece of work in every account it is asked of."""

from cloudprobe.domain.agents import PromptGeneratorInput
from cloudprobe.domain.inspection import MAX_PROBES_PER_ITERATION
from cloudprobe.domain.state import StateUpdate, WorkflowState, collected_of, decision_of, settings_of, work_update
from cloudprobe.domain.work import WorkItem
from cloudprobe.ports import Ports
from cloudprobe.steps.knowledge import circumstances_of, knowledge_of


def generate_prompt(state: WorkflowState, ports: Ports) -> StateUpdate:
    iteration = state["current_iteration"] + 1
    prompts = ports.prompt_generator.generate(
        PromptGeneratorInput(
            user_request=state["user_request"],
            iteration=iteration,
            regions=settings_of(state).regions,
            objectives=decision_of(state).objectives,
            collected_data=collected_of(state),
            circumstances=circumstances_of(state).model_copy(update={"iteration": iteration}),
            knowledge=knowledge_of(state, ports.artifacts),
        )
    )[:MAX_PROBES_PER_ITERATION]
    inspected = settings_of(state).inspected
    asked = [(prompt, account) for prompt in prompts for account in prompt.accounts or inspected]
    items = [
        WorkItem(iteration=iteration, number=number, account=account, prompt=prompt)
        for number, (prompt, account) in enumerate(asked)
        if account in inspected
    ]
    return StateUpdate(
        current_iteration=iteration,
        attempt=0,
        work=work_update(items),
        agent_outputs={f"{iteration}/prompt_generator": [prompt.model_dump(mode="json") for prompt in prompts]},
    )
