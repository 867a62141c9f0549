"""The time a script sees: that of the last answer it got.

A script that asks "how old is this key?" must give the same answer when its recording is replayed, byte for byte. So
the wall clock starts with the run, moves with every answer to the time the answer came, and with every sleep by its
length; it stands still between. ``time.monotonic`` and ``perf_counter`` are left alone. A loop that only watches the
clock would never end, so after many looks without an answer or a sleep the clock begins to run.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

_PATIENCE = 1_000
_STEP_MICROSECONDS = 1_000
_REAL_DATETIME, _REAL_DATE = dt.datetime, dt.date
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Clock:
    """Microseconds since 1970."""

    def __init__(self, start: int) -> None:
        self._now = start
        self._looks = 0
        self._lock = threading.Lock()

    def read(self) -> int:
        with self._lock:
            self._looks += 1
            if self._looks > _PATIENCE:
                self._now += _STEP_MICROSECONDS
            return self._now

    def reach(self, moment: int) -> None:
        with self._lock:
            self._now = max(self._now, moment)
            self._looks = 0

    def since(self) -> int:
        """The time as it stands; asking does not count as watching the clock."""
        with self._lock:
            return self._now


def install(clock: Clock, *, really_sleep: bool) -> None:
    """Replace what tells the time in ``time`` and ``datetime``; before anything imports a name from them."""
    sleep, gmtime, localtime = time.sleep, time.gmtime, time.localtime

    def patched_sleep(seconds: float) -> None:
        # Counted from its own beginning: threads that sleep side by side do not add up.
        until = clock.since() + int(seconds * 1_000_000)
        sleep(seconds if really_sleep else min(seconds, 0))
        clock.reach(until)

    def now_or(convert: Callable[[float], time.struct_time]) -> Callable[..., time.struct_time]:
        return lambda seconds=None: convert(clock.read() / 1_000_000 if seconds is None else seconds)

    patches: dict[str, Callable[..., Any]] = {
        "sleep": patched_sleep,
        "time": lambda: clock.read() / 1_000_000,
        "time_ns": lambda: clock.read() * 1_000,
        "gmtime": now_or(gmtime),
        "localtime": now_or(localtime),
        "strftime": _with_default_time(time.strftime, localtime, clock, position=1),
        "ctime": lambda seconds=None: time.asctime(localtime(clock.read() / 1_000_000 if seconds is None else seconds)),
        "asctime": _with_default_time(time.asctime, localtime, clock, position=0),
    }
    for name, replacement in patches.items():
        setattr(time, name, replacement)
    _install_datetime(clock)


def _with_default_time(
    function: Callable[..., str], localtime: Callable[[float], time.struct_time], clock: Clock, *, position: int
) -> Callable[..., str]:
    def called(*arguments: Any) -> str:
        if len(arguments) == position:
            arguments = (*arguments, localtime(clock.read() / 1_000_000))
        return function(*arguments)

    return called


def _install_datetime(clock: Clock) -> None:
    """Subclasses that pass for the real classes, which are built in and cannot be changed."""

    class LooksLikeDate(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _REAL_DATE)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, _REAL_DATE)

    class LooksLikeDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _REAL_DATETIME)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, _REAL_DATETIME)

    class Date(dt.date, metaclass=LooksLikeDate):
        @classmethod
        def today(cls) -> Any:
            return cls.fromtimestamp(clock.read() / 1_000_000)

    class Datetime(dt.datetime, metaclass=LooksLikeDatetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            local = (_EPOCH + dt.timedelta(microseconds=clock.read())).astimezone(tz)
            return cls.combine(local.date(), local.time(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(dt.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

        def date(self) -> Any:
            return Date(self.year, self.month, self.day)

    _pass_for(Date, "date")
    _pass_for(Datetime, "datetime")


def _pass_for(replacement: type, name: str) -> None:
    replacement.__name__ = replacement.__qualname__ = name
    replacement.__module__ = "datetime"
    setattr(dt, name, replacement)
