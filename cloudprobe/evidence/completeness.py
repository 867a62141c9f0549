"""Whether a run's recording is all of it: readable, with its end, and with as many calls as its outcome counted."""

from cloudprobe.domain.run import RunStatus
from cloudprobe.errors import StateCorruptedError
from cloudprobe.evidence.record import RecordedRun
from cloudprobe.sandbox.recording import Recording

_CUT_SHORT = frozenset({RunStatus.LIMITED, RunStatus.CANCELLED})
"""Such a run may have ended with calls under way, which it counted and nobody answered."""


def damage(run: RecordedRun) -> str:
    """What is wrong with a run's recording, in one sentence; empty where nothing is."""
    counted = run.outcome.usage.calls
    if not run.recording.is_dir() or not any(run.recording.iterdir()):
        return f"The recording of run {run.run_id} is gone: it made {counted} calls." if counted else ""
    try:
        recording = Recording.load(run.recording)
        sent = [call for call in recording if not call.denied]
        ended = recording.ended
    except StateCorruptedError as error:
        return f"The recording of run {run.run_id} is damaged: {error.message}"
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        return f"The recording of run {run.run_id} is damaged: {type(error).__name__}: {error}."
    if not ended:
        return f"The recording of run {run.run_id} is a fragment: it was cut off after {len(recording)} calls."
    # A client that could not be made is recorded as a fault, and is no call.
    least = sum(call.fault is None for call in sent)
    if counted < least or (counted > len(sent) and run.outcome.status not in _CUT_SHORT):
        return f"The recording of run {run.run_id} has {len(sent)} calls, and its outcome counted {counted}."
    return ""
