"""Ctrl-C, SIGTERM and SIGHUP as a request that is obeyed at the next safe point."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# A terminal that was closed hangs up; a process started with nohup ignores that, and goes on ignoring it.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_requested() -> Iterator[threading.Event]:
    """An event that is set by SIGINT, SIGTERM or SIGHUP; a second Ctrl-C does not wait for the safe point."""
    requested = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if requested.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        requested.set()

    before = {
        number: signal.signal(number, stop)
        for number in _SIGNALS
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
