"""Opens an iteration: each objective becomes a prompt, each prompt a piece of work."""

from cloudprobe.domain.agents import PromptGeneratorInput
from cloudprobe.domain.inspection import MAX_PROBES_PER_ITERATION
from cloudprobe.domain.state import StateUpdate, WorkflowState, collected_of, decision_of, settings_of, work_update
from cloudprobe.domain.work import WorkItem
from cloudprobe.ports import Ports


def generate_prompt(state: WorkflowState, ports: Ports) -> StateUpdate:
    iteration = state["current_iteration"] + 1
    prompts = ports.prompt_generator.generate(
        PromptGeneratorInput(
            user_request=state["user_request"],
            iteration=iteration,
            regions=settings_of(state).regions,
            objectives=decision_of(state).objectives,
            collected_data=collected_of(state),
        )
    )[:MAX_PROBES_PER_ITERATION]
    items = [WorkItem(iteration=iteration, number=number, prompt=prompt) for number, prompt in enumerate(prompts)]
    return StateUpdate(
        current_iteration=iteration,
        attempt=0,
        work=work_update(items),
        agent_outputs={f"{iteration}/prompt_generator": [prompt.model_dump(mode="json") for prompt in prompts]},
    )
