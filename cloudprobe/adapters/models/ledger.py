"""``ModelLedger``: what models were asked and what it cost, and whether another exchange fits the budgets."""

import logging
import threading
from collections import Counter
from dataclasses import dataclass, field

from cloudprobe.adapters.models.prices import ModelPrices
from cloudprobe.domain.conversation import ChatReply, ChatRequest, ModelCall, TokenUsage
from cloudprobe.domain.spending import calls_usd, model_calls_of, model_usd, seconds_spent, unpriced
from cloudprobe.domain.state import WorkflowState, settings_of
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import BudgetEndedError
from cloudprobe.ports import Clock

log = logging.getLogger(__name__)

_ROUNDING = 1e-9
"""Of a dollar: prices are no exact binary numbers, and the last digit must not cost an exchange."""
_MORE_USD = "Ask again with a larger --budget-usd."
_GIVE_PRICES = "Give its price in the file of prices (docs/cost.md), or leave --budget-usd away."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the loop an exchange is had."""

    iteration: int = 0
    attempt: int = 0
    step: str = ""


@dataclass(slots=True)
class _Books:
    """Of the one inspection that is under way in this process."""

    inspection: str = ""
    since: float = 0.0
    """When this process took it up, by the monotonic clock."""
    seconds_before: float = 0.0
    usd_before: float = 0.0
    """As the state had it when the step began."""
    unpriced_before: int = 0
    budget_usd: float | None = None
    budget_seconds: float | None = None
    place: _Place = _Place()
    had: Counter[_Place] = field(default_factory=Counter)
    """Exchanges of a place so far, by which they are numbered."""
    taken: list[ModelCall] = field(default_factory=list)
    """Not yet part of the state."""


class Ledger:
    """Thread-safe. One inspection at a time; another one begins new books.

    Args:
        prices: of the models.
        clock: for the time an inspection takes in this process.
    """

    def __init__(self, prices: ModelPrices, *, clock: Clock) -> None:
        self._prices = prices
        self._clock = clock
        self._lock = threading.Lock()
        self._books = _Books()

    def open(self, state: WorkflowState, step: str) -> None:
        calls, settings = model_calls_of(state), settings_of(state)
        with self._lock:
            if self._books.inspection != state["inspection_id"]:
                self._books = _Books(
                    inspection=state["inspection_id"],
                    since=self._clock.monotonic(),
                    seconds_before=seconds_spent(state),
                )
            books = self._books
            books.usd_before = model_usd(calls) + calls_usd(state)
            books.unpriced_before = unpriced(calls)
            books.budget_usd, books.budget_seconds = settings.budget_usd, settings.budget_seconds
            books.place = _place(state, step)

    def take(self) -> tuple[ModelCall, ...]:
        with self._lock:
            taken, self._books.taken = tuple(self._books.taken), []
            return taken

    def seconds_spent(self) -> float:
        with self._lock:
            return self._seconds()

    @property
    def bounded(self) -> bool:
        """Whether what may be spent in dollars is bounded."""
        with self._lock:
            return self._books.budget_usd is not None

    def admit(self, request: ChatRequest, *, model: str, prompt_tokens: int) -> None:
        """Let an exchange pass, or not.

        Args:
            request: what is to be asked.
            model: ``provider:model``.
            prompt_tokens: of the request, tool and all.

        Raises:
            BudgetEndedError: it would exceed what may be spent, or what it costs is not known though that is bounded.
        """
        most = self._prices.most(model, prompt_tokens=prompt_tokens, output_tokens=request.max_output_tokens)
        who = f"{model} was not asked for the {request.agent.replace('_', ' ')}"
        with self._lock:
            books = self._books
            seconds = self._seconds()
            if books.budget_seconds is not None and seconds >= books.budget_seconds:
                raise BudgetEndedError(
                    f"{who}: {seconds:.1f} s of the budget of {books.budget_seconds:g} s are spent.",
                    hint="Ask again with a larger --budget-seconds.",
                )
            if books.budget_usd is None:
                return
            spent, unknown = self._spent()
            if most is None or unknown:
                raise BudgetEndedError(f"{who}: its price is not known, so no budget can be kept.", hint=_GIVE_PRICES)
            if spent + most > books.budget_usd + _ROUNDING:
                raise BudgetEndedError(
                    f"{who}: that may cost ${most:.4f}, and of the budget of ${_plain(books.budget_usd)} are "
                    f"${max(books.budget_usd - spent, 0):.4f} left.",
                    hint=_MORE_USD,
                )

    def enter(
        self,
        request: ChatRequest,
        *,
        model: str,
        started: str,
        seconds: float,
        reply: ChatReply | None,
        error: Exception | None = None,
    ) -> None:
        """Write an exchange down, whether a reply came or not.

        Args:
            request: what was asked.
            model: ``provider:model``.
            started: ISO 8601, UTC.
            seconds: that it took.
            reply: what came; None where nothing did.
            error: what it ended in instead.
        """
        usage = reply.usage if reply else TokenUsage()
        usd = self._prices.usd(model, usage)
        with self._lock:
            books = self._books
            place, number = books.place, books.had[books.place]
            books.had[place] += 1
            books.taken.append(
                ModelCall(
                    id=f"{place.iteration}/{place.attempt}/{place.step}/{number}",
                    agent=request.agent,
                    iteration=place.iteration,
                    attempt=place.attempt,
                    model=model,
                    prompt=request.prompt.name,
                    prompt_version=request.prompt.version,
                    repair=sum(turn.role == "user" for turn in request.turns),
                    started=started,
                    seconds=round(seconds, 4),
                    usage=usage,
                    usd=usd,
                    stop=reply.stop if reply else None,
                    error=type(error).__name__ if error else "",
                )
            )
        log.info("%s: %d tokens, %s USD, %.2f s", model, usage.total, "?" if usd is None else f"{usd:.6f}", seconds)

    def _seconds(self) -> float:
        books = self._books
        return books.seconds_before + (self._clock.monotonic() - books.since if books.inspection else 0.0)

    def _spent(self) -> tuple[float, int]:
        taken = tuple(self._books.taken)
        return self._books.usd_before + model_usd(taken), self._books.unpriced_before + unpriced(taken)


def _place(state: WorkflowState, step: str) -> _Place:
    """As the trace will have it: two of the steps move on before they are done."""
    iteration, attempt = state["current_iteration"], state["attempt"]
    if step == Step.GENERATE_PROMPT:
        return _Place(iteration + 1, 0, step)
    return _Place(iteration, attempt + 1 if step == Step.GENERATE_CODE else attempt, step)


def _plain(usd: float) -> str:
    """Without an exponent, and without zeros that say nothing."""
    return f"{usd:.6f}".rstrip("0").rstrip(".")
