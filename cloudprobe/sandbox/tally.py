"""What a run was granted, what it used, and what it was denied."""

import threading
from collections import Counter
from collections.abc import Iterable

from cloudprobe.sandbox.execution import Denial
from cloudprobe.sandbox.permit import Permit

_MESSAGE_CHARACTERS = 500
_DISTINCT = 1_000
"""Denials told apart; a script that invents operations is not worth more memory."""


class Tally:
    """Thread-safe."""

    def __init__(self, permit: Permit) -> None:
        self.granted = tuple(sorted({f"{allowed.service}:{allowed.operation}" for allowed in permit.operations}))
        self._lock = threading.Lock()
        self._used: set[str] = set()
        self._denials: Counter[tuple[str, str]] = Counter()
        self._messages: dict[tuple[str, str], str] = {}
        self._hidden: set[str] = set()
        self.throttled = 0
        self.retries = 0

    def use(self, operation: str, *, throttled: bool, retries: int) -> None:
        with self._lock:
            self._used.add(operation)
            self.throttled += throttled
            self.retries += retries

    def deny(self, operation: str, *, cause: str, message: str) -> None:
        with self._lock:
            key = (operation[:200], cause)
            if key not in self._denials and len(self._denials) >= _DISTINCT:
                return
            self._denials[key] += 1
            self._messages.setdefault(key, message[:_MESSAGE_CHARACTERS])

    def hide(self, names: Iterable[str]) -> None:
        """Note what was left out of an answer."""
        with self._lock:
            self._hidden.update(list(names)[: max(0, _DISTINCT - len(self._hidden))])

    @property
    def hidden(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._hidden))

    @property
    def used(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._used))

    @property
    def denials(self) -> tuple[Denial, ...]:
        with self._lock:
            return tuple(
                Denial(operation=operation, cause=cause, message=self._messages[operation, cause], count=count)
                for (operation, cause), count in sorted(self._denials.items())
            )
