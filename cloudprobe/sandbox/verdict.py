"""From what was seen of a child to what is said about its run."""

import hashlib
import json
import math
import resource
import signal
from typing import Any

from cloudprobe.sandbox.backend import FAULTS, THROTTLING
from cloudprobe.sandbox.broker import Responder
from cloudprobe.sandbox.conversation import Conversation
from cloudprobe.sandbox.execution import Execution, ScriptError, Status, Usage
from cloudprobe.sandbox.limits import LimitName, Limits
from cloudprobe.sandbox.process import Ended
from cloudprobe.sandbox.supervision import Supervision

_MESSAGE_CHARACTERS = 2_000
_TRACEBACK_CHARACTERS = 8_000
_LOG_CHARACTERS = 16_000
_NEARLY = 0.8
_CRASHES = frozenset({-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGKILL})


def judge(
    supervision: Supervision,
    *,
    ended: Ended,
    conversation: Conversation,
    responder: Responder,
    limits: Limits,
    isolation: str,
    started: str,
    wall_seconds: float,
) -> Execution:
    content = supervision.result.content
    result, unreadable = _read_result(content)
    said = conversation.done or {}
    error = (
        _script_error(said.get("error")) or _broken(conversation) or _crash(ended, done=conversation.done is not None)
    )
    limit = (
        supervision.limit
        or responder.budget.exceeded
        or _resource_limit(ended, limits=limits)
        or (_named(said.get("limit")) if error is not None else None)
    )
    status = _status(supervision, limit=limit, error=error or unreadable)
    denials = responder.tally.denials
    return Execution(
        status=status,
        result=result,
        result_digest=hashlib.sha256(content).hexdigest() if content else "",
        output=content.decode(errors="replace") if unreadable and not error and status is Status.FAILED else None,
        error=None if status is Status.SUCCEEDED else _explained(error, unreadable, limit=limit, status=status),
        limit=limit if status is Status.LIMITED else None,
        usage=Usage(
            wall_seconds=wall_seconds,
            cpu_seconds=ended.cpu_seconds,
            peak_memory_bytes=ended.peak_memory_bytes,
            calls=responder.budget.calls,
            response_bytes=responder.budget.response_bytes,
            output_bytes=supervision.log.size,
            result_bytes=supervision.result.size,
            throttled=responder.tally.throttled,
            retries=responder.tally.retries,
            usd=responder.budget.meter.usd,
            paid=responder.budget.meter.units,
        ),
        stderr=supervision.log.content.decode(errors="replace")[-_LOG_CHARACTERS:],
        granted=responder.tally.granted,
        used=responder.tally.used,
        denied=tuple(sorted({denial.operation for denial in denials})),
        denials=denials,
        hidden=responder.tally.hidden,
        isolation=isolation,
        started=started,
    )


def _status(supervision: Supervision, *, limit: LimitName | None, error: ScriptError | None) -> Status:
    if supervision.cancelled:
        return Status.CANCELLED
    if limit is not None:
        return Status.LIMITED
    return Status.SUCCEEDED if error is None else Status.FAILED


def _explained(
    error: ScriptError | None, unreadable: ScriptError | None, *, limit: LimitName | None, status: Status
) -> ScriptError:
    if status is Status.CANCELLED:
        return ScriptError(type="Cancelled", message="The run was cancelled.")
    if limit is not None:
        message = f"The run reached its limit “{limit}”. {limit.advice}"
        line, trace = (error.line, error.traceback) if error else (None, "")
        return ScriptError(type="LimitExceeded", message=message, line=line, traceback=trace)
    return error or unreadable or ScriptError(type="Unknown", message="The run did not succeed.")


def _read_result(content: bytes) -> tuple[Any, ScriptError | None]:
    """The one JSON document on standard output, or what is there instead."""
    try:
        text = content.decode()
        if not text.strip():
            return None, _no_result("The script printed nothing on standard output; print one JSON document.")
        result = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        # Half a character can be written as an escape, and could never be stored.
        json.dumps(result, ensure_ascii=False).encode()
    except RecursionError:
        return None, _no_result("The result is nested too deeply.")
    except ValueError as error:
        shown = content[:200].decode(errors="replace")
        return None, _no_result(f"Standard output is not exactly one JSON document ({error}); it begins: {shown!r}")
    return result, None


def _no_result(message: str) -> ScriptError:
    return ScriptError(type="ResultError", message=message)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _script_error(said: Any) -> ScriptError | None:
    """The child's own account, in types we can rely on."""
    if not isinstance(said, dict):
        return None
    kind, code, line = _text(said, "type", 200), _text(said, "code", 200), said.get("line")
    return ScriptError(
        type=kind or "Error",
        message=_text(said, "message", _MESSAGE_CHARACTERS),
        line=line if type(line) is int and line > 0 else None,
        traceback=_text(said, "traceback", _TRACEBACK_CHARACTERS),
        code=code,
        operation=_text(said, "operation", 200),
        temporary=bool({kind, code} & (THROTTLING | FAULTS)),
    )


def _text(said: dict[str, Any], name: str, length: int) -> str:
    value = said.get(name)
    return value.encode(errors="replace").decode()[:length] if isinstance(value, str) else ""


def _broken(conversation: Conversation) -> ScriptError | None:
    if conversation.violation is None:
        return None
    return ScriptError(
        type="ProtocolViolation", message=f"The script broke the broker's rules: {conversation.violation}."
    )


def _crash(ended: Ended, *, done: bool) -> ScriptError | None:
    if ended.exit_code < 0 and not done:
        name = signal.Signals(-ended.exit_code).name
        return ScriptError(type="Crash", message=f"The script's process was ended by {name}.")
    if ended.exit_code > 0 and not done:
        return ScriptError(type="SystemExit", message=f"The script's process ended with status {ended.exit_code}.")
    return None


def _resource_limit(ended: Ended, *, limits: Limits) -> LimitName | None:
    """What the kernel ended a child for, by what it had used."""
    if ended.exit_code == -signal.SIGXCPU or (
        ended.exit_code == -signal.SIGKILL and ended.cpu_seconds >= limits.cpu_seconds * _NEARLY
    ):
        return LimitName.CPU
    # The kernel counts what a process was before its exec too: a peak as high as our own may be ours, not the script's.
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if ended.exit_code in _CRASHES and ended.peak_memory_bytes >= max(limits.memory_bytes * _NEARLY, ours + 1):
        return LimitName.MEMORY
    return None


def _named(said: Any) -> LimitName | None:
    return LimitName(said) if isinstance(said, str) and said in set(LimitName) else None
