"""The loop as data: its steps, its edges, and the pure decision which edge is taken (docs/adr/0003)."""

from enum import StrEnum

from cloudprobe.domain.agents import Action
from cloudprobe.domain.inspection import MAX_ITERATIONS, MAX_RETRIES
from cloudprobe.domain.state import WorkflowState, decision_of, settings_of, work_of
from cloudprobe.domain.work import WorkStatus


class Step(StrEnum):
    ORCHESTRATE = "orchestrate"
    GENERATE_PROMPT = "generate_prompt"
    GENERATE_CODE = "generate_code"
    VALIDATE = "validate"
    APPROVE = "approve"
    GRANT = "grant"
    EXECUTE = "execute"
    REVOKE = "revoke"
    ANALYZE = "analyze"
    AGGREGATE = "aggregate"
    PROCESS_RESULTS = "process_results"
    END = "end"


FIRST = Step.ORCHESTRATE

EDGES: dict[Step, tuple[Step, ...]] = {
    Step.ORCHESTRATE: (Step.GENERATE_PROMPT, Step.PROCESS_RESULTS),
    Step.GENERATE_PROMPT: (Step.GENERATE_CODE,),
    Step.GENERATE_CODE: (Step.VALIDATE,),
    Step.VALIDATE: (Step.GENERATE_CODE, Step.APPROVE, Step.ANALYZE),
    Step.APPROVE: (Step.GRANT, Step.PROCESS_RESULTS),
    Step.GRANT: (Step.EXECUTE,),
    Step.EXECUTE: (Step.REVOKE,),
    Step.REVOKE: (Step.GENERATE_CODE, Step.ANALYZE, Step.PROCESS_RESULTS),
    Step.ANALYZE: (Step.AGGREGATE,),
    Step.AGGREGATE: (Step.ORCHESTRATE,),
    Step.PROCESS_RESULTS: (Step.END,),
}
"""Every transition there is. A step that raises leaves by ``ON_FAILURE`` instead."""

ON_FAILURE = Step.REVOKE
"""Whatever a failed step had been granted is taken back before the partial report is written."""

MAX_STEPS = 2 + MAX_ITERATIONS * (4 + (1 + MAX_RETRIES) * 6)
"""No inspection takes more: orchestrate and process_results once more than the iterations, the rest as drawn."""


def next_step(state: WorkflowState) -> Step:
    """The step after the one that completed last; always one of its ``EDGES``."""
    match step := Step(state["step"]):
        case Step.ORCHESTRATE:
            collect = decision_of(state).action is Action.COLLECT
            chosen = Step.GENERATE_PROMPT if collect else Step.PROCESS_RESULTS
        case Step.VALIDATE if may_retry(state):
            chosen = Step.GENERATE_CODE
        case Step.VALIDATE:
            chosen = Step.APPROVE if work_of(state, WorkStatus.VALIDATED) else Step.ANALYZE
        case Step.APPROVE:
            chosen = Step.GRANT if work_of(state, WorkStatus.APPROVED) else Step.PROCESS_RESULTS
        case Step.REVOKE if state.get("failure"):
            chosen = Step.PROCESS_RESULTS
        case Step.REVOKE:
            chosen = Step.GENERATE_CODE if may_retry(state) else Step.ANALYZE
        case _:
            (chosen,) = EDGES[step]
    return chosen


def may_retry(state: WorkflowState) -> bool:
    """Whether a probe of this iteration failed and an attempt is left for it."""
    retries_used = state["attempt"] - 1
    return retries_used < settings_of(state).max_retries and any(i.status.wants_retry for i in work_of(state))
