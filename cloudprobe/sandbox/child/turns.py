"""Threads of a script go on in the order in which their answers came, so that a replay takes the same course.

Answers are numbered. A thread that got one goes on when the one before has come to rest: asked again, ended, or waits
for something. Python runs one thread at a time anyway, so this costs next to nothing; what it gives is that the order
in which tasks complete, and the time each sees, follow from the order of the answers, which the recording has. A thread
that neither asks nor rests is waited for only so long: then the order is left to chance, as it is without this.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

_PATIENCE_SECONDS = 0.5
_LEAST_PATIENCE_SECONDS = 0.001
_ASKER_CHARACTERS = 100


class _Asker(threading.local):
    """Who asks, told by what started it and as which one; the main thread is nobody's."""

    def __init__(self) -> None:
        self.name = ""
        self.children: dict[str, int] = {}
        self.starting = False
        self.holds = False


class Turns:
    """Whose turn it is. The main thread has the first."""

    def __init__(self) -> None:
        self._change = threading.Condition(threading.Lock())
        self._asker = _Asker()
        self._asker.holds = True
        self._taken = True
        self._next = 0
        self._patience = _PATIENCE_SECONDS
        self._wait = threading.Condition.wait
        """Python's own: ours gives the turn away."""

    @property
    def asker(self) -> str:
        return self._asker.name

    def take(self, number: int) -> None:
        """Wait until the thread with the answer before has come to rest; at most as long as there is patience."""
        with self._change:
            deadline = time.monotonic() + self._patience
            seen = self._next
            while number > self._next or (number == self._next and self._taken):
                if self._next != seen:
                    seen, deadline = self._next, time.monotonic() + self._patience
                left = deadline - time.monotonic()
                if left <= 0:
                    self._patience = max(self._patience / 2, _LEAST_PATIENCE_SECONDS)
                    break
                self._wait(self._change, left)
            if number >= self._next:
                self._next = number + 1
                self._taken = True
                self._asker.holds = True
                self._change.notify_all()

    def give(self) -> None:
        """This thread comes to rest."""
        if self._asker.holds and not self._asker.starting:
            self._asker.holds = False
            with self._change:
                self._taken = False
                self._change.notify_all()

    def child(self, kind: str) -> str:
        """The name of what this thread starts."""
        # Workers of pools are threads too, and how many there are is chance: each kind is counted for itself.
        number = self._asker.children[kind] = self._asker.children.get(kind, 0) + 1
        return f"{self._asker.name}/{kind}{number}"[-_ASKER_CHARACTERS:]

    def work_as(self, name: str, work: Callable[[], Any]) -> Any:
        """Do what was started under a name; at its end this thread has come to rest."""
        before = (self._asker.name, self._asker.children)
        self._asker.name, self._asker.children = name, {}
        try:
            return work()
        finally:
            self.give()
            self._asker.name, self._asker.children = before

    def start(self, start: Callable[[], None]) -> None:
        """Start a thread. Waiting for it to begin is no rest."""
        outer, self._asker.starting = self._asker.starting, True
        try:
            start()
        finally:
            self._asker.starting = outer


def install(turns: Turns) -> None:
    """Follow what starts, ends and waits; before the script, and after the clock."""
    _follow_rests(turns)
    _follow_threads(turns)
    _follow_tasks(turns)


def _follow_rests(turns: Turns) -> None:
    wait, join, sleep = threading.Condition.wait, threading.Thread.join, time.sleep

    def patched_wait(self: threading.Condition, timeout: float | None = None) -> bool:
        if timeout is None or timeout > 0:  # a pool looks whether a worker is idle: that is no rest
            turns.give()
        return wait(self, timeout)

    def patched_join(self: threading.Thread, timeout: float | None = None) -> None:
        turns.give()
        join(self, timeout)

    def patched_sleep(seconds: float) -> None:
        turns.give()
        sleep(seconds)

    for place, name, replacement in (
        (threading.Condition, "wait", patched_wait),
        (threading.Thread, "join", patched_join),
        (time, "sleep", patched_sleep),
    ):
        setattr(place, name, replacement)


def _follow_threads(turns: Turns) -> None:
    start = threading.Thread.start

    def patched_start(self: threading.Thread) -> None:
        name, run = turns.child("t"), self.run
        setattr(self, "run", lambda: turns.work_as(name, run))  # noqa: B010  # one of its own for this thread
        turns.start(lambda: start(self))

    setattr(threading.Thread, "start", patched_start)  # noqa: B010  # the seam


def _follow_tasks(turns: Turns) -> None:
    """Tasks of pools are named after who submitted them: which worker takes one is chance."""
    from concurrent.futures import thread  # noqa: PLC0415  # only after the clock was replaced

    item: Any = thread._WorkItem  # noqa: SLF001  # the one place that every task goes through
    begin, run = item.__init__, item.run

    def patched_init(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        self.asker = turns.child("p")

    def patched_run(self: Any, *arguments: Any) -> None:
        turns.work_as(self.asker, lambda: run(self, *arguments))

    item.__init__, item.run = patched_init, patched_run
