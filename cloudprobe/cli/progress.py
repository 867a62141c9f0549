"""Live progress on standard error: a line a completed step, and the calls of a running probe as they are made."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.text import printable
from cloudprobe.domain.transitions import Step

AGENTS = {
    Step.ORCHESTRATE: "orchestrator",
    Step.GENERATE_PROMPT: "prompt generator",
    Step.GENERATE_CODE: "code generator",
    Step.VALIDATE: "validation",
    Step.APPROVE: "approval",
    Step.GRANT: "grant",
    Step.EXECUTE: "code executor",
    Step.REVOKE: "revoke",
    Step.ANALYZE: "discovery analyst",
    Step.AGGREGATE: "aggregation",
    Step.PROCESS_RESULTS: "report",
}
"""The brief's name of whoever does the step."""

_WIDTH = max(len(name) for name in AGENTS.values())


class ConsoleProgress:
    """An ``Observer``; events may come from several threads."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = Status("", console=console, spinner="dots") if console.is_terminal else None
        self._iteration = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal alone while somebody is asked."""
        if self._status:
            self._status.stop()
        try:
            yield
        finally:
            if self._status:
                self._status.start()

    def notify(self, event: ProgressEvent) -> None:
        with self._lock:
            if event.kind == "step_started":
                self._running(AGENTS[Step(event.step)])
            elif event.kind == "call":
                data = event.data
                what = f"{data.get('service')} {data.get('operation')} {data.get('region') or ''}".rstrip()
                self._running(f"{AGENTS[Step.EXECUTE]}: {data.get('calls')} calls, {what}")
            elif event.kind == "step_finished":
                self._finished(event)

    def _running(self, text: str) -> None:
        if self._status:
            self._status.update(Text(printable(text), style="dim"))

    def _finished(self, event: ProgressEvent) -> None:
        if event.iteration != self._iteration:
            self._iteration = event.iteration
            self._console.print(Text(f"iteration {event.iteration}", style="bold"))
        line = Text("  ")
        line.append(f"{AGENTS[Step(event.step)]:<{_WIDTH}}", style="cyan")
        line.append(f"  {event.data['seconds']:7.2f} s  ", style="dim")
        line.append(printable(event.message))
        self._console.print(line, soft_wrap=True)
