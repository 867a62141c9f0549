"""The loop as a ``StateGraph``: a node a step, the edges of ``domain.transitions``, and one way out on failure."""

import logging
from collections.abc import Hashable, Mapping
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, RetryPolicy

from cloudprobe.domain.state import StateUpdate, WorkflowState
from cloudprobe.domain.transitions import EDGES, FIRST, ON_FAILURE, Step, next_step
from cloudprobe.errors import InspectionInterruptedError, ModelThrottledError, ModelUnavailableError, TemporaryError
from cloudprobe.ports import Ports
from cloudprobe.steps.perform import StepFunction, failed, perform

log = logging.getLogger(__name__)
InspectionGraph = CompiledStateGraph[WorkflowState, Any, Any, Any]


def _may_pass(error: Exception) -> bool:
    """Whether the step is done again. What asks a model has waited for it already, and each answer is paid."""
    return isinstance(error, TemporaryError) and not isinstance(error, ModelThrottledError | ModelUnavailableError)


RETRY = RetryPolicy(retry_on=_may_pass, max_attempts=3, initial_interval=0.5, backoff_factor=2.0, jitter=True)
"""Of a step, not of a probe; the state machine's ``Retry`` says the same."""


def build_graph(
    steps: Mapping[Step, StepFunction],
    ports: Ports,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> InspectionGraph:
    graph = StateGraph(WorkflowState)
    graph.set_node_defaults(retry_policy=RETRY, error_handler=_leave)  # type: ignore[arg-type]  # NodeError is injected
    graph.add_edge(START, FIRST.value)
    for step, function in steps.items():
        graph.add_node(step.value, _node(step, function, ports))
        targets: dict[Hashable, str] = {t.value: END if t is Step.END else t.value for t in EDGES[step]}
        graph.add_conditional_edges(step.value, _follow, targets)
    return graph.compile(checkpointer=checkpointer)


def _node(step: Step, function: StepFunction, ports: Ports) -> Runnable[WorkflowState, StateUpdate]:
    return RunnableLambda(lambda state: perform(step, function, state, ports), name=step.value)


def _follow(state: WorkflowState) -> str:
    return next_step(state).value


def _leave(_: WorkflowState, error: NodeError) -> Command[str]:
    """A failed step is noted, what was granted taken back, the partial report written.

    A stop is no failure: it leaves the graph where it stands. When the report itself cannot be written there is nowhere
    left to go, and the error reaches whoever runs the graph.
    """
    step = Step(error.node)
    if not isinstance(error.error, Exception) or isinstance(error.error, InspectionInterruptedError):
        raise error.error
    if step is Step.PROCESS_RESULTS:
        raise error.error
    goto = Step.PROCESS_RESULTS if step is ON_FAILURE else ON_FAILURE
    log.info("%s failed", step, exc_info=error.error)
    return Command(update=failed(step, type(error.error).__name__, str(error.error)), goto=goto.value)
