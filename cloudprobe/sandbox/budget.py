"""What a run may use of the account's patience, counted in one place for all its threads."""

import threading
import time

from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.permit import Budgets


class BudgetExceededError(Exception):
    """A budget is used up. The script is told, so that it can report what it has."""

    def __init__(self, limit: LimitName, message: str) -> None:
        super().__init__(message)
        self.limit = limit


class Budget:
    """Calls, bytes and rate. Thread-safe."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._lock = threading.Lock()
        self._next_call = 0.0
        self.calls = 0
        self.response_bytes = 0
        self.overrun = 0
        """Calls asked for after a budget was used up."""
        self.exceeded: LimitName | None = None

    def take_call(self) -> None:
        """Account for one call, and wait for its turn.

        Raises:
            BudgetExceededError: there is none left.
        """
        with self._lock:
            if self.calls >= self._budgets.calls:
                self._exceed(LimitName.CALLS)
            if self.response_bytes >= self._budgets.response_bytes:
                self._exceed(LimitName.RESPONSE_BYTES)
            self.calls += 1
            pause = self._pause()
        if pause > 0:
            time.sleep(pause)

    def add_response(self, size: int) -> None:
        with self._lock:
            self.response_bytes += size

    def _exceed(self, limit: LimitName) -> None:
        self.exceeded = self.exceeded or limit
        self.overrun += 1
        allowed = {
            LimitName.CALLS: f"{self._budgets.calls} calls",
            LimitName.RESPONSE_BYTES: f"{self._budgets.response_bytes} bytes of answers",
        }
        raise BudgetExceededError(limit, f"This run's budget of {allowed[limit]} is used up. {limit.advice}")

    def _pause(self) -> float:
        """Seconds until this call's turn. Up to a second's worth of calls may come at once."""
        interval = 1.0 / self._budgets.calls_per_second
        now = time.monotonic()
        self._next_call = max(self._next_call, now - 1.0) + interval
        return self._next_call - now
