"""One step as a Lambda does it: load the state, perform, merge, save, and pass on ids and counters only."""

import json
import re
from typing import Any, cast

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.state import WorkflowState, initial_state, merge
from cloudprobe.domain.transitions import Step, next_step
from cloudprobe.ports import ArtifactStore, Ports
from cloudprobe.steps.artifacts import encode_json
from cloudprobe.steps.perform import StepFunction, failed, perform

Event = dict[str, Any]
"""``inspection_id``, ``iteration``, ``attempt``, ``next``, ``sequence`` (steps done so far), and ``failure`` (``step``,
``type``, ``cause``) after a failed step. Small whatever the account holds."""


_ERROR_MESSAGE = re.compile(r'"errorMessage":\s*("(?:[^"\\]|\\.)*")')
_MESSAGE_CHARACTERS = 500


def state_key(inspection_id: str) -> str:
    return f"{inspection_id}/state.json"


def open_state(inspection_id: str, question: str, settings: InspectionSettings, artifacts: ArtifactStore) -> Event:
    """Store a new inspection's state; the input of its execution."""
    state = initial_state(inspection_id, question, settings)
    artifacts.put_once(state_key(inspection_id), encode_json(state))
    return {"inspection_id": inspection_id, "iteration": 0, "attempt": 0, "sequence": 0}


def invoke(step: Step, function: StepFunction, event: Event, ports: Ports) -> Event:
    """Perform one step of one inspection.

    A repeated invocation of a step that was done is answered from the state and changes nothing.
    """
    key = state_key(event["inspection_id"])
    state = cast("WorkflowState", json.loads(ports.artifacts.get(key)))
    failure = event.get("failure")
    if failure and not state.get("failure"):
        state = merge(state, failed(Step(failure["step"]), failure["type"], _message(failure.get("cause", ""))))
    if len(state["trace"]) == event["sequence"]:
        state = merge(state, perform(step, function, state, ports))
        ports.artifacts.put(key, encode_json(state))
    return _routing(state)


def _routing(state: WorkflowState) -> Event:
    routing: Event = {
        "inspection_id": state["inspection_id"],
        "iteration": state["current_iteration"],
        "attempt": state["attempt"],
        "sequence": len(state["trace"]),
        "next": next_step(state).value,
    }
    if "failure" in state:
        failure = state["failure"]
        message = failure["message"][:_MESSAGE_CHARACTERS]
        routing["failure"] = {"step": failure["step"], "type": failure["type"], "message": message}
    return routing


def _message(cause: str) -> str:
    """A Lambda's cause is JSON with ``errorMessage``; another service's is a sentence."""
    found = _ERROR_MESSAGE.search(cause)  # by pattern, because the machine cuts a long cause
    return str(json.loads(found[1])) if found else cause
