"""Logging: a console, a rotating JSON file, levels by component, the inspection on every line, and no secret in any.

Only the command line calls ``configure``; everything else calls ``logging.getLogger(__name__)``.
"""

import contextlib
import json
import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Self, TextIO

from cloudprobe.adapters.local import disk
from cloudprobe.adapters.local.log_redaction import keep_out_of_logs, redacted
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import StoreError, UsageError

FILE_NAME = "cloudprobe.jsonl"
_OURS = "cloudprobe"
_FILE_BYTES = 5 * 1024 * 1024
_OLD_FILES = 3
_CHARACTERS = 20_000
"""Of one message, and of one traceback."""
_NAMES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_COLOURS = {logging.WARNING: "33", logging.ERROR: "31", logging.CRITICAL: "1;31"}
_NO_INSPECTION = "-"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Levels:
    """Least levels by component: a logger's name, or the beginning of one up to a dot."""

    default: int
    """Of our own loggers; others' are silent below a warning unless they are named."""
    components: tuple[tuple[str, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``INFO``, or ``cloudprobe.sandbox=DEBUG,INFO``.

        Raises:
            UsageError: some part names no level.
        """
        default, components = logging.WARNING, []
        for part in filter(None, (part.strip() for part in text.split(","))):
            component, equals, name = part.rpartition("=")
            if name.strip().upper() not in _NAMES or (equals and not component.strip()):
                raise UsageError(
                    f"The log level {part!r} is none.",
                    hint=f"Give {', '.join(_NAMES)}, or component=LEVEL pairs such as cloudprobe.sandbox=DEBUG,INFO.",
                )
            level = logging.getLevelNamesMapping()[name.strip().upper()]
            if equals:
                components.append((component.strip(), level))
            else:
                default = level
        return cls(default, tuple(components))

    def of(self, logger: str) -> int:
        """The least level shown of a logger: the most specific component decides."""
        named = [(len(name), level) for name, level in self.components if _is_within(logger, name)]
        if named:
            return max(named)[1]
        return self.default if _is_within(logger, _OURS) else max(self.default, logging.WARNING)


def configure(level: str, *, folder: Path, secrets: tuple[str, ...] = (), colour: bool = True) -> None:
    """Set logging up for this process; a second call replaces what the first set up.

    Whatever is wrong with the folder, logging goes on without it.

    Args:
        level: what the console shows, as ``Levels.parse`` reads it. The file has our own lines from INFO on anyway.
        folder: of the log file; made if need be.
        secrets: values that may stand in no line, beside what looks like a secret.
        colour: whether a terminal may be given colours.

    Raises:
        UsageError: the level is none.
    """
    levels = Levels.parse(level)
    keep_out_of_logs(*secrets)
    root = logging.getLogger()
    _undo(root)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(min(logging.INFO, levels.of(_OURS)))
    for component, least in levels.components:
        logging.getLogger(component).setLevel(min(least, logging.INFO) if _is_within(component, _OURS) else least)
    root.addHandler(_Console(levels, colour=colour))
    try:
        disk.make_folder(folder)
    except StoreError as error:
        log.warning("Nothing is logged to a file: %s", error.message)
        return
    root.addHandler(_JsonFile(folder / FILE_NAME, levels))


def _undo(root: logging.Logger) -> None:
    for handler in [handler for handler in root.handlers if isinstance(handler, _Console | _JsonFile)]:
        root.removeHandler(handler)
        handler.close()
        for component, _ in handler.levels.components:
            logging.getLogger(component).setLevel(logging.NOTSET)


_inspection: ContextVar[str] = ContextVar("inspection", default="")
_active: Counter[str] = Counter()
_active_lock = threading.Lock()


@contextmanager
def logged_inspection(inspection_id: str) -> Iterator[None]:
    """Every line logged inside carries the inspection's id.

    Threads started inside know nothing of it; while only one inspection is active in this process, their lines are its.
    """
    token = _inspection.set(inspection_id)
    with _active_lock:
        _active[inspection_id] += 1
    try:
        yield
    finally:
        with _active_lock:
            _active[inspection_id] -= 1
            if not _active[inspection_id]:
                del _active[inspection_id]
        _inspection.reset(token)


def current_inspection() -> str:
    """Whose line it is; ``-`` where nobody can say."""
    with _active_lock:
        only = next(iter(_active)) if len(_active) == 1 else _NO_INSPECTION
    return _inspection.get() or only


def _is_within(logger: str, component: str) -> bool:
    return logger == component or logger.startswith(f"{component}.")


class _Console(logging.StreamHandler[TextIO]):
    """Standard error, whatever stands in for it at the moment: a live display does, while it draws."""

    def __init__(self, levels: Levels, *, colour: bool) -> None:
        super().__init__(sys.stderr)
        self.levels = levels
        self._colour = colour
        self.addFilter(lambda record: record.levelno >= levels.of(record.name))

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        # Strings of the account may hold what a terminal would obey, and what would look like another line.
        text = f"{time} {record.levelname} {record.name} [{current_inspection()}] {printable(_message(record))}"
        if exception := _exception(record):
            text += f"\n{printable(exception, lines=True)}"
        code = _COLOURS.get(record.levelno)
        return f"\x1b[{code}m{text}\x1b[0m" if code and self._colour and self.stream.isatty() else text

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's signature
        """A console that is gone must not end an inspection."""


class _JsonFile(RotatingFileHandler):
    """One JSON object a line; given up, once and aloud, when it cannot be written."""

    def __init__(self, path: Path, levels: Levels) -> None:
        super().__init__(path, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8", delay=True)
        self.levels = levels
        self._given_up = False
        self.addFilter(lambda record: not self._given_up and record.levelno >= _least(levels, record.name))

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the base class's name
        """Whether the file is full; one that another process has moved away is opened anew."""
        if self.stream is not None and not self._is_open_at(self.stream):
            self.stream.close()
            self.stream = None
        return bool(super().shouldRollover(record))

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "inspection": current_inspection(),
            "process": record.process,
            "thread": record.threadName,
            "message": _message(record),
        }
        if exception := _exception(record):
            entry["exception"] = exception
        return json.dumps(entry, ensure_ascii=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the base class's signature
        self._given_up = True
        error = sys.exc_info()[1]
        with contextlib.suppress(OSError, ValueError):
            if self.stream is not None:
                self.stream.close()
        self.stream = None
        log.warning("Nothing more is logged to %s: %s", self.baseFilename, error)

    def _is_open_at(self, stream: TextIO) -> bool:
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(stream.fileno()))
        except OSError:
            return False


def _least(levels: Levels, logger: str) -> int:
    asked = levels.of(logger)
    return min(asked, logging.INFO) if _is_within(logger, _OURS) else asked


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception as error:  # noqa: BLE001 - a badly formed line is no reason to end an inspection, nor to lose it
        text = f"{record.msg} ({type(error).__name__} while formatting)"
    return shortened(redacted(text), _CHARACTERS)


def _exception(record: logging.LogRecord) -> str:
    text = record.exc_text or ""
    if record.exc_info and record.exc_info[0] is not None:
        text = logging.Formatter().formatException(record.exc_info)
    return shortened(redacted(text), _CHARACTERS)
