"""Run one script once: the only door through which a generated script is ever executed."""

import dataclasses
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cloudprobe.errors import RefusedError, SandboxUnavailableError
from cloudprobe.sandbox.backend import ClientSource
from cloudprobe.sandbox.broker import Broker, CallNotice, Responder
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.conversation import THREADS, Conversation
from cloudprobe.sandbox.dependencies.environment import Environments, default_root
from cloudprobe.sandbox.execution import Execution
from cloudprobe.sandbox.isolation import Isolation, detect
from cloudprobe.sandbox.launch import launch
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.meter import Meter
from cloudprobe.sandbox.ownership import Ownership
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.process import Child, Ended
from cloudprobe.sandbox.recording import Recorder, Recording
from cloudprobe.sandbox.replay import ReplayResponder
from cloudprobe.sandbox.runtime import Runtime, runtime, versions
from cloudprobe.sandbox.supervision import Supervision
from cloudprobe.sandbox.verdict import judge

_LAST_CALLS_SECONDS = 5.0
_LAST_WORDS_SECONDS = 5.0
_WORTH_WARMING = 6
_REPLAY_THREADS = 144
"""Answers wait for their turn there: there must be room for every thread a script may have."""
_MAX_SCRIPT_BYTES = 1024 * 1024


def run(
    script: str,
    variables: Mapping[str, Any],
    *,
    permit: Permit,
    clients: ClientSource,
    ownership: Ownership,
    recorder: Recorder,
    limits: Limits | None = None,
    isolation: Isolation | None = None,
    region: str = "us-east-1",
    meter: Meter | None = None,
    cancel: threading.Event | None = None,
    on_call: Callable[[CallNotice], object] | None = None,
    environments: Environments | None = None,
) -> Execution:
    """Execute a script in isolation, its calls decided by the broker.

    Args:
        script: plain Python; its digest must be the permit's.
        variables: what the script reads from standard input.
        permit: what it may call.
        clients: makes clients with the run role's credentials.
        ownership: what the inspected accounts own.
        recorder: takes the recording; the caller closes it.
        limits: what it may use of this machine.
        isolation: a tier from ``isolation.require``; by default the strongest this machine gives.
        region: of clients that name none.
        meter: what calls cost, and may cost together; by default nothing.
        cancel: ends the run when set.
        on_call: told of each call, from the broker's threads.
        environments: where the packages the permit names are kept; by default among this user's temporary files.

    Returns:
        What came of it; a script's own failure is no exception.

    Raises:
        RefusedError: the script is not the one the permit was signed off for, or permit and account do not fit.
        SandboxUnavailableError: nothing here isolates.
        StoreError: the recording cannot be written.
        TemporaryError: packages the script declared cannot be fetched.
    """
    _check(script, permit)
    isolation = isolation or detect()
    own_runtime = _runtime(permit, environments)
    broker = Broker(
        permit, clients=clients, ownership=ownership, recorder=recorder, region=region, meter=meter, on_call=on_call
    )
    started = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="microseconds")
    recorder.begin(
        {
            "started": started,
            "script_digest": permit.script_digest,
            "policy_digest": permit.policy_digest,
            "region": region,
            "isolation": isolation.tier,
            "packages": versions(),
        }
    )
    execution = _execute(
        script,
        variables,
        responder=broker,
        own_runtime=own_runtime,
        limits=limits or Limits(),
        isolation=isolation,
        region=region,
        started=started,
        cancel=cancel,
    )
    recorder.finish(execution.status, result_digest=execution.result_digest)
    return execution


def replay(
    script: str,
    variables: Mapping[str, Any],
    *,
    permit: Permit,
    recording: Recording,
    limits: Limits | None = None,
    isolation: Isolation | None = None,
    cancel: threading.Event | None = None,
    environments: Environments | None = None,
) -> Execution:
    """Execute a script again with the answers of a recording, and without any cloud.

    The clock it sees is the recorded one and sleeps take no time, so the result is the recorded run's, byte for byte.

    Raises:
        NotRecordedError: the script asked for what the recording does not hold; it was ended there.
        StateCorruptedError: the recording is damaged.
        RefusedError: the recording is another script's, or the script is not the permit's.
        SandboxUnavailableError: nothing here isolates.
    """
    _check(script, permit)
    if recording.header.get("script_digest") != permit.script_digest:
        raise RefusedError("The recording is of another script.", hint="Replay it with the script it was made by.")
    return _execute(
        script,
        variables,
        responder=ReplayResponder(recording, permit=permit),
        own_runtime=_runtime(permit, environments),
        limits=limits or Limits(),
        isolation=isolation or detect(),
        region=recording.header["region"],
        started=recording.header["started"],
        cancel=cancel,
    )


def digest(script: str) -> str:
    """SHA-256 of a script, as a permit states it.

    Raises:
        RefusedError: it is not text that could be stored.
    """
    try:
        return hashlib.sha256(script.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise RefusedError("The script contains half a character, so it cannot be stored or run.") from error


def _check(script: str, permit: Permit) -> None:
    if digest(script) != permit.script_digest:
        raise RefusedError("The script is not the one that was signed off.", hint="Validate it again.")
    if len(script) > _MAX_SCRIPT_BYTES:
        raise RefusedError(f"The script has more than {_MAX_SCRIPT_BYTES} characters.")


def _by_its_own_word(ended: Ended, said: dict[str, Any] | None) -> Ended:
    """What a script used where we started only a client that started it. It can lie about that, to nobody's harm."""
    match (said or {}).get("used"):
        case [int() | float() as cpu, int() as memory] if cpu >= 0 and 0 <= memory < 1 << 62:
            return dataclasses.replace(ended, cpu_seconds=float(cpu), peak_memory_bytes=memory)
        case _:
            return dataclasses.replace(ended, cpu_seconds=0.0, peak_memory_bytes=0)


def _runtime(permit: Permit, environments: Environments | None) -> Runtime:
    if not permit.dependencies:
        return runtime()
    environments = environments or Environments(default_root())
    return dataclasses.replace(runtime(), dependencies=environments.prepare(permit.dependencies))


def _execute(
    script: str,
    variables: Mapping[str, Any],
    *,
    responder: Responder,
    own_runtime: Runtime,
    limits: Limits,
    isolation: Isolation,
    region: str,
    started: str,
    cancel: threading.Event | None,
) -> Execution:
    begun = time.monotonic()
    live = not isinstance(responder, ReplayResponder)
    try:
        plan = launch(isolation.tier, runtime=own_runtime, limits=limits, region=region)
        started_child = Child(plan, stdin=wire.encode(dict(variables)))
    except OSError as error:
        raise SandboxUnavailableError(f"A child cannot be started with {isolation.tier}: {error}.") from error
    with started_child as child:
        warming = threading.Thread(target=_warm, args=(responder, region), name="warming", daemon=True)
        warming.start()
        child.send(plan.settings)
        child.send({"script": script, "start": _microseconds(started), "sleep": live})
        conversation = Conversation(child.connection, responder.answer, threads=THREADS if live else _REPLAY_THREADS)
        conversation.start()
        supervision = Supervision(child, conversation, limits=limits, cancel=cancel)
        try:
            supervision.watch()
        finally:
            ended = child.kill()
            conversation.hear_out(seconds=_LAST_WORDS_SECONDS)
            conversation.close(seconds=_LAST_CALLS_SECONDS)
    if conversation.failure is not None:
        raise conversation.failure
    if plan.ending:
        ended = _by_its_own_word(ended, conversation.done)
    if not conversation.ready and not supervision.cancelled and supervision.limit is None:
        complaint = supervision.log.content.decode(errors="replace").strip().splitlines()
        raise SandboxUnavailableError(
            f"The script's child could not be set up with {isolation.tier}: {(complaint or ['it just ended'])[-1]}."
        )
    return judge(
        supervision,
        ended=ended,
        conversation=conversation,
        responder=responder,
        limits=limits,
        isolation=isolation.tier,
        started=started,
        wall_seconds=time.monotonic() - begun,
    )


def _warm(responder: Responder, region: str) -> None:
    if len({operation.partition(":")[0] for operation in responder.tally.granted}) <= _WORTH_WARMING:
        responder.warm(region)


def _microseconds(started: str) -> int:
    return int(datetime.fromisoformat(started).timestamp() * 1_000_000)
