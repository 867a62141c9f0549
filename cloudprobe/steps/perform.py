"""What is the same for every step in both engines: timing, trace, progress, and how a failure enters the state."""

import logging
from collections.abc import Callable

from cloudprobe import errors
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.state import StateUpdate, WorkflowState, merge, settings_of
from cloudprobe.domain.transitions import Step
from cloudprobe.ports import Ports
from cloudprobe.steps.notes import note
from cloudprobe.steps.tracing import traced

StepFunction = Callable[[WorkflowState, Ports], StateUpdate]
log = logging.getLogger(__name__)

_OUTCOMES = {outcome.exit_code: outcome for outcome in Outcome if outcome.exit_code}


def perform(step: Step, function: StepFunction, state: WorkflowState, ports: Ports) -> StateUpdate:
    """Do one step; its update with ``step`` and a trace entry added. Exceptions pass."""
    _notify(ports, state, step, kind="step_started")
    started, before = ports.clock.now(), ports.clock.monotonic()
    if ports.ledger:
        ports.ledger.open(state, step.value)
    if ports.masks:
        settings = settings_of(state)
        ports.masks.open(state["inspection_id"], accounts=settings.inspected, active=settings.mask)
    with traced(step, state, ports) as trace:
        update = function(state, ports)
        if ports.ledger and (asked := ports.ledger.take()):
            update["model_calls"] = [call.model_dump(mode="json") for call in asked]
        update = trace.ended(state, update)
    seconds = round(ports.clock.monotonic() - before, 4)
    merged = merge(state, update)
    iteration, attempt = merged["current_iteration"], merged["attempt"]
    log.info("%s done in %.3f s (iteration %d, attempt %d)", step, seconds, iteration, attempt)
    _notify(ports, merged, step, kind="step_finished", seconds=seconds)
    entry = {
        "step": step.value,
        "iteration": iteration,
        "attempt": attempt,
        "started": started.isoformat(timespec="milliseconds"),
        "seconds": seconds,
        "note": note(step, merged),
    }
    return StateUpdate(**{**update, "step": step.value, "trace": [entry]})


def failed(step: Step, error_type: str, message: str) -> StateUpdate:
    """The update that ends the loop early: what happened, at which step, and how the inspection ends for it.

    Args:
        step: the step that raised.
        error_type: the exception's class name, which is what a state machine knows of it.
        message: for a person.
    """
    exit_code = getattr(getattr(errors, error_type, None), "exit_code", Outcome.FAILED.exit_code)
    outcome = _OUTCOMES.get(exit_code, Outcome.FAILED)
    failure = {"type": error_type, "message": message or error_type, "step": step.value, "outcome": outcome.value}
    return StateUpdate(step=step.value, failure=failure)


def _notify(ports: Ports, state: WorkflowState, step: Step, *, kind: str, seconds: float | None = None) -> None:
    ports.observer.notify(
        ProgressEvent.model_validate(
            {
                "kind": kind,
                "inspection_id": state["inspection_id"],
                "iteration": state["current_iteration"],
                "attempt": state["attempt"],
                "step": step.value,
                "message": note(step, state) if seconds is not None else "",
                "data": {} if seconds is None else {"seconds": seconds},
            }
        )
    )
