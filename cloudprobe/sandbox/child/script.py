"""Run the script as ``__main__``, as plain ``python`` would, and say afterwards how it went."""

import atexit
import errno
import linecache
import os
import resource
import sys
import traceback
import types
from typing import Any

from cloudprobe.sandbox.child.channel import Channel, ChannelClosedError

NAME = "probe.py"
_TAIL_CHARACTERS = 4_000
_RESERVE_BYTES = 1024 * 1024


def run(source: str, channel: Channel) -> None:
    """Execute; the report is sent when the interpreter ends, after the script's own threads and exit handlers."""
    report: dict[str, Any] = {}
    # Freed when memory has run out, so that there is room to say so.
    reserve = [bytearray(_RESERVE_BYTES)]
    atexit.register(_finish, report, channel)
    sys.argv[:] = [NAME]
    _offer_exit()
    linecache.cache[NAME] = (len(source), None, source.splitlines(keepends=True), NAME)
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=NAME, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    try:
        exec(compile(source, NAME, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  # what this is for
    except SystemExit as error:
        report.update(_exit(error))
    except BaseException as error:  # noqa: BLE001  # whatever it was becomes the report
        reserve.clear()
        report.update(_describe(error))


def _finish(report: dict[str, Any], channel: Channel) -> None:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError) as error:
        report.setdefault("error", {"type": type(error).__name__, "message": f"standard output: {error}"})
    used = resource.getrusage(resource.RUSAGE_SELF)
    report["used"] = [used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]
    try:
        channel.send({"done": report})
    except ChannelClosedError:
        os._exit(1)
    os._exit(0)


def _offer_exit() -> None:
    """``exit`` and ``quit`` come with the site module, which is not loaded here."""
    import _sitebuiltins  # noqa: PLC0415  # rarely there before
    import builtins  # noqa: PLC0415  # as above

    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))


def _exit(error: SystemExit) -> dict[str, Any]:
    if error.code in (None, 0):
        return {}
    if not isinstance(error.code, int):
        print(error.code, file=sys.stderr)  # noqa: T201  # as the interpreter does
    return {"error": {"type": "SystemExit", "message": f"the script exited with {error.code!r}"[:500]}}


def _describe(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == NAME]
    if isinstance(error, SyntaxError) and error.filename == NAME:
        lines = [error.lineno]
    first = next((index for index, frame in enumerate(frames) if frame.filename == NAME), 0)
    text = "".join(
        traceback.format_exception(type(error), error, _without(error.__traceback__, first), limit=-30, chain=False)
    )
    print(text, file=sys.stderr, end="")  # noqa: T201  # as the interpreter does
    described: dict[str, Any] = {
        "type": type(error).__name__,
        "message": str(error)[:2_000],
        "line": lines[-1] if lines else None,
        "traceback": text[-_TAIL_CHARACTERS:],
    }
    response = getattr(error, "response", None)
    if isinstance(response, dict) and isinstance(response.get("Error"), dict):
        described["code"] = str(response["Error"].get("Code", ""))
        described["operation"] = str(getattr(error, "operation_name", ""))
    return {"error": described, "limit": _limit_behind(error)}


def _without(trace: types.TracebackType | None, frames: int) -> types.TracebackType | None:
    """A traceback that begins in the script, not in the code that runs it."""
    while trace is not None and frames:
        trace, frames = trace.tb_next, frames - 1
    return trace


def _limit_behind(error: BaseException) -> str | None:
    """Which limit an exception is the sign of; the parent takes it as a hint about this run and nothing more."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "processes"
    if isinstance(error, OSError):
        return {
            errno.EAGAIN: "processes",
            errno.ENOMEM: "memory",
            errno.EMFILE: "files",
            errno.ENFILE: "files",
            errno.EFBIG: "files",
            errno.ENOSPC: "files",
            errno.EDQUOT: "files",
        }.get(error.errno or 0)
    return None
