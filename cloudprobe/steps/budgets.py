"""What is left of an inspection's budgets: looked at before an iteration begins and before a run is made."""

import threading

from cloudprobe.domain.agents import Feedback, Objective
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.spending import calls_usd, model_calls_of, model_usd, seconds_spent
from cloudprobe.domain.state import WorkflowState, settings_of
from cloudprobe.domain.text import shortened
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import BudgetEndedError
from cloudprobe.ports import Ports
from cloudprobe.sandbox.limits import LimitName

CODE = "budget"
"""Of the feedback on a probe that a budget kept from its result."""
LEAST_RUN_SECONDS = 2.0
"""A run that may take less is not made: a script needs about one to begin."""
_MORE_SECONDS = "Ask again with a larger --budget-seconds."
_MORE_USD = "Ask again with a larger --budget-usd."
_NAMED = 3
_QUESTION_CHARACTERS = 120


def seconds_left(state: WorkflowState, ports: Ports) -> float | None:
    """None: there is no bound."""
    budget = settings_of(state).budget_seconds
    if budget is None:
        return None
    return budget - (ports.ledger.seconds_spent() if ports.ledger else seconds_spent(state))


def usd_left(state: WorkflowState) -> float | None:
    """For calls of AWS; None: there is no bound."""
    budget = settings_of(state).budget_usd
    if budget is None:
        return None
    return max(budget - model_usd(model_calls_of(state)) - calls_usd(state), 0.0)


def check_time(state: WorkflowState, ports: Ports, objectives: tuple[Objective, ...]) -> None:
    """Begin no iteration in no time.

    Raises:
        BudgetEndedError: the time is spent; it names what is therefore not looked at.
    """
    left = seconds_left(state, ports)
    if left is None or left >= LEAST_RUN_SECONDS:
        return
    asked = [shortened(one.question, _QUESTION_CHARACTERS) for one in objectives]
    rest = f" and {len(asked) - _NAMED} more" if len(asked) > _NAMED else ""
    raise BudgetEndedError(
        f"Of the budget of {settings_of(state).budget_seconds:g} s are {max(left, 0):.1f} s left, too few to look at: "
        f"{'; '.join(asked[:_NAMED])}{rest}.",
        hint=_MORE_SECONDS,
    )


class Purse:
    """Dollars for the runs of one step. Thread-safe: what is side by side gets an equal share each.

    Args:
        usd: for all of them together. None: no bound.
        shares: runs that may be under way at once.
    """

    def __init__(self, usd: float | None, *, shares: int) -> None:
        self._lock = threading.Lock()
        self._left = usd
        self._shares = max(shares, 1)

    def take(self) -> float | None:
        with self._lock:
            if self._left is None:
                return None
            share = max(self._left, 0.0) / self._shares
            self._left -= share
            self._shares = max(self._shares - 1, 1)
            return share

    def give_back(self, share: float | None, *, spent: float) -> None:
        with self._lock:
            if self._left is not None and share is not None:
                self._left += share - spent


def not_run(item: WorkItem, settings: InspectionSettings) -> WorkItem:
    """The item of a run for which no time was left."""
    note = Feedback(
        source="execute",
        code=CODE,
        message=f"It was not run: the budget of {settings.budget_seconds:g} s leaves too little time.",
        hint=_MORE_SECONDS,
    )
    return item.model_copy(update={"status": WorkStatus.ABANDONED, "feedback": (*item.feedback, note)})


def cut_by_budget(outcome: RunOutcome, settings: InspectionSettings, *, seconds: float) -> tuple[Feedback, ...]:
    """Why trying again is no use, where a budget ended a run; nothing where it did not.

    Args:
        outcome: of the run.
        settings: of the inspection.
        seconds: that it was allowed.
    """
    limit = outcome.limit
    if limit == LimitName.COST:
        return (
            Feedback(
                source="execute",
                code=CODE,
                message=f"Its next call would have exceeded the budget of ${_plain(settings.budget_usd)}.",
                hint=_MORE_USD,
            ),
        )
    if limit == LimitName.WALL and seconds < settings.wall_seconds:
        return (
            Feedback(
                source="execute",
                code=CODE,
                message=(
                    f"It was stopped after the {seconds:.0f} s that were left of the budget of "
                    f"{settings.budget_seconds or 0:g} s."
                ),
                hint=_MORE_SECONDS,
            ),
        )
    return ()


def _plain(usd: float | None) -> str:
    """Dollars without an exponent, and without zeros that say nothing."""
    return f"{usd or 0:.6f}".rstrip("0").rstrip(".")
