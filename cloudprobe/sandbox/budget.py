"""What a run may use of the account's patience, counted in one place for all its threads."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.meter import Meter
from cloudprobe.sandbox.permit import Budgets

OVERRUN = 1_000
"""Calls past a spent budget after which a script is not reporting what it has, but ignoring us."""


def budget_ignored() -> wire.WireError:
    """What ends such a script."""
    return wire.WireError("the script goes on calling although its budget is used up")


class BudgetExceededError(Exception):
    """A budget is used up. The script is told, so that it can report what it has."""

    def __init__(self, limit: LimitName, message: str) -> None:
        super().__init__(message)
        self.limit = limit


class Budget:
    """Calls, bytes, rate and money. Thread-safe.

    Args:
        budgets: of the permit.
        meter: what calls cost, and may cost together; by default nothing.
    """

    def __init__(self, budgets: Budgets, meter: Meter | None = None) -> None:
        self.meter = meter or Meter()
        self._budgets = budgets
        self._lock = threading.Lock()
        self._next_call = 0.0
        self.calls = 0
        self.response_bytes = 0
        self.overrun = 0
        """Calls asked for after a budget was used up."""
        self.exceeded: LimitName | None = None

    def take_call(self, operation: str = "", parameters: Mapping[str, Any] | None = None) -> None:
        """Account for one call, and wait for its turn.

        Args:
            operation: ``service:Operation``.
            parameters: what it is asked with; some calls cost by them.

        Raises:
            BudgetExceededError: there is none left.
        """
        with self._lock:
            if self.calls >= self._budgets.calls:
                self._exceed(LimitName.CALLS)
            if self.response_bytes >= self._budgets.response_bytes:
                self._exceed(LimitName.RESPONSE_BYTES)
            if not self.meter.admits(operation, parameters or {}):
                self._exceed(LimitName.COST)
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
            LimitName.COST: f"{self.meter.allowed or 0:.6f} USD for calls that cost money",
        }
        ended = "does not cover this call" if limit is LimitName.COST else "is used up"
        raise BudgetExceededError(limit, f"This run's budget of {allowed[limit]} {ended}. {limit.advice}")

    def _pause(self) -> float:
        """Seconds until this call's turn. Up to a second's worth of calls may come at once."""
        interval = 1.0 / self._budgets.calls_per_second
        now = time.monotonic()
        self._next_call = max(self._next_call, now - 1.0) + interval
        return self._next_call - now
