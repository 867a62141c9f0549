"""What is the same for every step in both engines: timing, trace, progress, and how a failure enters the state."""

import logging
from collections.abc import Callable

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.state import StateUpdate, WorkflowState
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import AccessError, RefusedError, UnansweredError
from cloudprobe.ports import Ports

StepFunction = Callable[[WorkflowState, Ports], StateUpdate]
log = logging.getLogger(__name__)


def perform(step: Step, function: StepFunction, state: WorkflowState, ports: Ports) -> StateUpdate:
    """Do one step; its update with ``step`` and a trace entry added. Exceptions pass."""
    _notify(ports, state, step, kind="step_started")
    started, before = ports.clock.now(), ports.clock.monotonic()
    update = function(state, ports)
    seconds = round(ports.clock.monotonic() - before, 4)
    iteration = update.get("current_iteration", state["current_iteration"])
    attempt = update.get("attempt", state["attempt"])
    log.info("%s done in %.3f s (iteration %d, attempt %d)", step, seconds, iteration, attempt)
    _notify(ports, state | update, step, kind="step_finished", seconds=seconds)
    entry = {
        "step": step.value,
        "iteration": iteration,
        "attempt": attempt,
        "started": started.isoformat(timespec="milliseconds"),
        "seconds": seconds,
        "note": _note(step, state | update),
    }
    return StateUpdate(**{**update, "step": step.value, "trace": [entry]})


def failed(step: Step, error: Exception) -> StateUpdate:
    """The update that ends the loop early: what happened, at which step, and how the inspection ends for it."""
    outcome = Outcome.FAILED
    if isinstance(error, RefusedError):
        outcome = Outcome.REFUSED
    elif isinstance(error, AccessError):
        outcome = Outcome.NO_ACCESS
    elif isinstance(error, UnansweredError):
        outcome = Outcome.UNANSWERED
    return StateUpdate(
        step=step.value,
        failure={
            "type": type(error).__name__,
            "message": str(error) or type(error).__name__,
            "step": step.value,
            "outcome": outcome.value,
        },
    )


def _note(step: Step, state: WorkflowState) -> str:
    if step is Step.ORCHESTRATE:
        return str(state["decision"]["reason"])
    return ""


def _notify(ports: Ports, state: WorkflowState, step: Step, *, kind: str, seconds: float | None = None) -> None:
    ports.observer.notify(
        ProgressEvent.model_validate(
            {
                "kind": kind,
                "inspection_id": state["inspection_id"],
                "iteration": state["current_iteration"],
                "attempt": state["attempt"],
                "step": step.value,
                "message": _note(step, state) if seconds is not None else "",
                "data": {} if seconds is None else {"seconds": seconds},
            }
        )
    )
