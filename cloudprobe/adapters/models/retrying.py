"""Asking a model again where that can help; providers' own clients are told not to: they pay a slow answer thrice."""

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cloudprobe.adapters.models.faults import Kind, kind_of
from cloudprobe.adapters.models.interruptible import interruptible
from cloudprobe.errors import InspectionInterruptedError

T = TypeVar("T")
log = logging.getLogger(__name__)

THROTTLE_WAITS = (1.0, 3.0, 8.0)
"""Seconds before each new attempt after a refusal for rate."""
FAILURE_WAITS = (1.0,)
"""After a failure on the provider's side; a slow answer is never asked for again, it was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often, and how long before."""

    throttle_waits: Sequence[float] = THROTTLE_WAITS
    failure_waits: Sequence[float] = FAILURE_WAITS
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the inspection is stopped: neither an answer nor a moment is waited for then."""

    def call(self, ask: Callable[[], T]) -> T:
        """What it gives, or the exception of the last attempt.

        Raises:
            InspectionInterruptedError: stopped.
            Exception: what ``ask`` raised, where asking again could not help or did not.
        """
        throttles, failures = iter(self.throttle_waits), iter(self.failure_waits)
        while True:
            try:
                return interruptible(ask, self.stop)
            except InspectionInterruptedError:
                raise
            except Exception as error:
                seconds = _next_wait(kind_of(error), throttles=throttles, failures=failures)
                if seconds is None:
                    raise
                log.info("the model is asked again in %.1f s: %s", seconds, error)
            if self.stop.wait(seconds * random.uniform(0.8, 1.2)):  # noqa: S311 - so that many do not come back at once
                raise InspectionInterruptedError(
                    "Stopped while waiting for the model.", hint="Carry on with `cloudprobe resume`."
                )


def _next_wait(kind: Kind, *, throttles: Iterator[float], failures: Iterator[float]) -> float | None:
    if kind is Kind.THROTTLED:
        return next(throttles, None)
    return next(failures, None) if kind is Kind.FAILED else None
