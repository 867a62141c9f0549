"""What an inspection has spent so far, read from its state.

Each exchange and each run counts once, however often a step was repeated.
"""

from cloudprobe.domain.conversation import ModelCall
from cloudprobe.domain.state import WorkflowState, collected_of


def model_calls_of(state: WorkflowState) -> tuple[ModelCall, ...]:
    return tuple(ModelCall.model_validate(entry) for entry in state.get("model_calls", ()))


def model_usd(calls: tuple[ModelCall, ...]) -> float:
    """Of the exchanges whose price is known."""
    return sum(call.usd for call in calls if call.usd is not None)


def unpriced(calls: tuple[ModelCall, ...]) -> int:
    """Exchanges whose price is not known."""
    return sum(call.usd is None for call in calls)


def calls_usd(state: WorkflowState) -> float:
    """Of the calls of AWS that runs made, at list prices."""
    return sum(run.usage.usd for run in collected_of(state))


def seconds_spent(state: WorkflowState) -> float:
    """That the finished steps took; the time an inspection lay interrupted is nobody's."""
    return float(sum(entry["seconds"] for entry in state["trace"]))
