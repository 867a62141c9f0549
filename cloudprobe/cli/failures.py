"""From an exception to one sentence, the next step, and an exit code. A traceback goes to the log only."""

import contextlib
import functools
import io
import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TextIO

import typer
from typer.exceptions import TyperException

from cloudprobe.errors import CloudprobeError, InspectionInterruptedError, UsageError

P = ParamSpec("P")
log = logging.getLogger(__name__)


def reported(command: Callable[P, int]) -> Callable[P, None]:
    """A command that returns its exit code, with its failures told to a person or, with --json, to a machine."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("json"))
        try:
            code = command(*args, **kwargs)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            code = _tell(InspectionInterruptedError("Interrupted."), as_json=as_json)
        except BrokenPipeError:
            # Whoever read our output has heard enough; the interpreter must not complain about it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except CloudprobeError as error:
            log.info("%s", error, exc_info=True)
            code = _tell(error, as_json=as_json)
        except OSError as error:
            log.info("%s", error, exc_info=True)
            code = _tell(
                CloudprobeError(f"{error.strerror or error}: {error.filename or 'no file named'}."), as_json=as_json
            )
        except (Exception, SystemExit) as error:  # no command asks for the end: it came from outside, or from rich
            if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
                code = 0  # as rich says that nobody reads any more; it has put standard output aside
            else:
                log.info("unexpected", exc_info=True)
                code = _tell(_unexpected(error), as_json=as_json)
        raise typer.Exit(code)

    return wrapped


def run_app(app: typer.Typer) -> NoReturn:
    """Run the command line, and end the process with its exit code.

    What the option parser itself refuses is told as every other refusal: with --json, as the one document too.
    """
    sys.stderr = _standing_error()
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = InspectionInterruptedError.exit_code
    except TyperException as refused:
        refused.show()  # type: ignore[attr-defined]  # what the parser raises is one that shows its usage
        code = refused.exit_code
        if "--json" in sys.argv[1:]:
            hint = "See the command's --help."
            print(json.dumps(_document(UsageError(refused.format_message(), hint=hint))))  # noqa: T201 - as in _tell
    sys.exit(code if isinstance(code, int) else 0)


class _Unheard(io.TextIOWrapper):
    """Standard error, whether or not somebody still reads it: progress nobody sees is no reason to stop."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), _STDERR)


_STDERR = 2


def _standing_error() -> TextIO:
    if sys.stderr is None:  # closed by whoever started us; a file of ours must not get its number
        opened = os.open(os.devnull, os.O_WRONLY)
        if opened != _STDERR:
            os.dup2(opened, _STDERR)
    encoding = sys.stderr.encoding if sys.stderr else "utf-8"
    raw = io.FileIO(_STDERR, "w", closefd=False)
    return _Unheard(
        io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=True, write_through=True
    )


def _unexpected(error: BaseException) -> CloudprobeError:
    return CloudprobeError(
        f"cloudprobe itself failed: {type(error).__name__}: {error}.",
        hint="The log in the data folder has the details; please report it with them.",
    )


def _tell(error: CloudprobeError, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(_document(error)))  # noqa: T201 - the one document of --json
    with contextlib.suppress(OSError):  # nobody may be left to read it
        print(f"cloudprobe: {error.message}", file=sys.stderr)  # noqa: T201 - what a person reads
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)  # noqa: T201 - likewise
    return error.exit_code


def _document(error: CloudprobeError) -> dict[str, Any]:
    return {
        "error": {
            "type": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "exit_code": error.exit_code,
        }
    }
