"""Whose turn it is: each caller's inspections in the order they came, the callers by turns."""

import threading
from collections import OrderedDict, deque


class FairQueue:
    """A queue of ids that no caller can fill to another's loss. Used from several threads."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[str]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, caller: str, identifier: str) -> None:
        with self._changed:
            self._waiting.setdefault(caller, deque()).append(identifier)
            self._changed.notify()

    def take(self) -> str | None:
        """The next one, waited for; None once the queue is closed, whatever still waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            if self._closed:
                return None
            caller, waiting = self._waiting.popitem(last=False)
            identifier = waiting.popleft()
            if waiting:
                self._waiting[caller] = waiting  # behind everybody else
            return identifier

    def waits(self, identifier: str) -> bool:
        with self._changed:
            return any(identifier in waiting for waiting in self._waiting.values())

    def length(self, caller: str) -> int:
        """How many of a caller's wait."""
        with self._changed:
            return len(self._waiting.get(caller, ()))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
