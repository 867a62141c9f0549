"""Every run of an inspection again, from its recording, in the sandbox, without any cloud: the same, byte for byte?"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cloudprobe.adapters.local.run_outcomes import outcome_of
from cloudprobe.domain.run import RunOutcome, RunStatus
from cloudprobe.errors import (
    CloudprobeError,
    InspectionInterruptedError,
    RefusedError,
    SandboxUnavailableError,
    StateCorruptedError,
)
from cloudprobe.evidence.record import InspectionRecordings, RecordedRun
from cloudprobe.guard.signoff import check_policy, check_script
from cloudprobe.sandbox import runner
from cloudprobe.sandbox.isolation import Isolation, detect
from cloudprobe.sandbox.limits import LimitName, Limits
from cloudprobe.sandbox.recording import Recording
from cloudprobe.sandbox.replay import NotRecordedError

LONGEST_SECONDS = 300.0
"""Of one replay: sleeps take no time in one, so what takes longer computes."""
_BY_THE_MACHINE = frozenset(LimitName) - {LimitName.CALLS, LimitName.RESPONSE_BYTES, LimitName.COST}
"""Limits that this machine's speed or memory decides, not the account's answers."""

Verdict = Literal["equal", "different", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedRun:
    """How a run compares with its replay."""

    run_id: str
    verdict: Verdict
    """``cut``: a limit of the machine ended the recorded run, so there is no whole result to compare."""
    differences: tuple[str, ...] = ()
    """One sentence each."""
    status: str
    calls: int
    seconds: float
    result_digest: str
    """SHA-256 of what the replay printed."""

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "verdict": self.verdict,
            "differences": list(self.differences),
            "status": self.status,
            "calls": self.calls,
            "seconds": round(self.seconds, 4),
            "result_sha256": self.result_digest,
        }


def replay_all(
    record: InspectionRecordings, *, isolation: Isolation | None = None, cancel: threading.Event | None = None
) -> Iterator[ReplayedRun]:
    """Replay run after run.

    Args:
        record: of the inspection; nothing in it is trusted.
        isolation: instead of the strongest this machine gives.
        cancel: ends it when set.

    Raises:
        InspectionInterruptedError: it was cancelled.
        SandboxUnavailableError: nothing here isolates.
    """
    tier = isolation or detect()
    seconds = min(record.settings.wall_seconds, LONGEST_SECONDS)
    for run in record.runs:
        yield replay_run(run, isolation=tier, seconds=seconds, cancel=cancel)


def replay_run(
    run: RecordedRun, *, isolation: Isolation, seconds: float, cancel: threading.Event | None = None
) -> ReplayedRun:
    """Replay one run. What the record holds against itself is a difference, not an exception."""
    try:
        check_script(run.permit, run.probe.script)
        check_policy(run.permit, run.probe.policy)
        recording = Recording.load(run.recording)
        execution = runner.replay(
            run.probe.script,
            run.variables,
            permit=run.permit,
            recording=recording,
            limits=Limits(wall_seconds=seconds),
            isolation=isolation,
            cancel=cancel,
        )
    except SandboxUnavailableError:
        raise
    except CloudprobeError as error:
        return _not_replayed(run, error)
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:  # a recording that somebody made up
        return _not_replayed(run, StateCorruptedError(f"The recording is damaged: {type(error).__name__}: {error}."))
    if cancel is not None and cancel.is_set():
        raise InspectionInterruptedError("The replay was stopped.", hint="Nothing was changed; start it again.")
    again = outcome_of(run.run_id, execution)
    differences = (*_fragment(recording), *_differences(run.outcome, again))
    return ReplayedRun(
        run_id=run.run_id,
        verdict="cut" if _cut(run) else "different" if differences else "equal",
        differences=differences,
        status=again.status.value,
        calls=again.usage.calls,
        seconds=again.usage.wall_seconds,
        result_digest=again.result_digest,
    )


def _cut(run: RecordedRun) -> bool:
    return run.outcome.status is RunStatus.LIMITED and run.outcome.limit in _BY_THE_MACHINE


def _fragment(recording: Recording) -> Iterator[str]:
    if not recording.ended:
        yield f"Its recording is a fragment: it was cut off after {len(recording)} calls."


def _not_replayed(run: RecordedRun, error: CloudprobeError) -> ReplayedRun:
    # Where the machine ended a run, a replay may get further than its recording.
    cut = _cut(run) and isinstance(error, NotRecordedError)
    status = RunStatus.REFUSED if isinstance(error, RefusedError) else RunStatus.FAILED
    return ReplayedRun(
        run_id=run.run_id,
        verdict="cut" if cut else "different",
        differences=(str(error) if isinstance(error, NotRecordedError) else error.message,),
        status=status.value,
        calls=0,
        seconds=0.0,
        result_digest="",
    )


def _differences(before: RunOutcome, again: RunOutcome) -> Iterator[str]:
    if again.status is not before.status:
        yield f"It {_ended(before)} and {_ended(again)} in the replay."
    elif _failure(again) != _failure(before):
        yield f"It failed with {_told(before)} and with {_told(again)} in the replay."
    if again.result_digest != before.result_digest:
        first, second = (outcome.result_digest[:12] or "nothing" for outcome in (before, again))
        yield f"What it printed has the digest {first}, and {second} in the replay."
    for name, then, now in (
        ("used", before.access.used, again.access.used),
        ("was denied", before.access.denied, again.access.denied),
    ):
        if then != now:
            yield f"It {name} {', '.join(then) or 'nothing'}, and {', '.join(now) or 'nothing'} in the replay."


def _ended(outcome: RunOutcome) -> str:
    return f"{outcome.status.value} ({outcome.limit})" if outcome.limit else outcome.status.value


def _failure(outcome: RunOutcome) -> tuple[object, ...]:
    error = outcome.error
    return (error.type, error.message, error.line, error.code, error.operation) if error else ()


def _told(outcome: RunOutcome) -> str:
    error = outcome.error
    return f"{error.code or error.type}: {error.message}" if error else "nothing said"
