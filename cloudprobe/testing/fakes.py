"""Fakes of every port but the models' (``cloudprobe.testing``)."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudprobe.domain.ids import is_artifact_key, role_name
from cloudprobe.domain.inspection import InspectionRecord
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.report import EvidenceCall
from cloudprobe.domain.run import Grant, GrantRequest, RunOutcome, RunRequest, RunStatus
from cloudprobe.errors import StateCorruptedError, StoreBusyError, StoreError, UsageError
from cloudprobe.ports import RecordedCalls

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Stands still until slept on or moved. ``sleeps`` lists every sleep, in seconds."""

    def __init__(self, now: datetime = EPOCH) -> None:
        self._now = now
        self._start = now
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class InMemoryArtifactStore:
    """``contents`` is everything stored, by key."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        self.contents[_checked(key)] = bytes(data)

    def put_once(self, key: str, data: bytes) -> bool:
        written = _checked(key) not in self.contents
        self.contents.setdefault(key, bytes(data))
        return written

    def get(self, key: str) -> bytes:
        if _checked(key) not in self.contents:
            raise StateCorruptedError(f"There is no stored {key}.")
        return self.contents[key]

    def exists(self, key: str) -> bool:
        return _checked(key) in self.contents

    def delete_all(self, prefix: str) -> None:
        below = _checked(prefix) + "/"
        self.contents = {key: data for key, data in self.contents.items() if not key.startswith(below)}


def _checked(key: str) -> str:
    if not is_artifact_key(key):
        raise StoreError(f"{key!r} is no key of an artefact.")
    return key


class InMemoryStateStore:
    def __init__(self) -> None:
        self._records: dict[str, InspectionRecord] = {}

    def create(self, record: InspectionRecord) -> None:
        if record.id in self._records:
            raise StoreError(f"There is an inspection {record.id} already.")
        self._records[record.id] = record

    def load(self, inspection_id: str) -> InspectionRecord:
        if inspection_id not in self._records:
            raise UsageError(f"There is no inspection {inspection_id!r}.")
        return self._records[inspection_id]

    def save(self, record: InspectionRecord) -> InspectionRecord:
        if self.load(record.id).version != record.version:
            raise StoreBusyError(f"Somebody wrote the inspection {record.id} since it was read.")
        stored = record.model_copy(update={"version": record.version + 1})
        self._records[record.id] = stored
        return stored

    def list(self) -> Sequence[InspectionRecord]:
        return sorted(self._records.values(), key=lambda record: (record.created, record.id), reverse=True)

    def delete(self, inspection_id: str) -> None:
        self.load(inspection_id)
        del self._records[inspection_id]


class InMemoryRecordings:
    """Recordings as given by ``record``; a run nobody recorded made no calls."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[dict[str, Any], ...]] = {}

    def record(self, run_id: str, calls: Iterable[Mapping[str, Any]]) -> None:
        """Set a run's calls.

        Args:
            run_id: of the run.
            calls: ``service`` and ``operation`` at least, ``response`` or ``error``; ``parameters``, ``region``,
                ``account``, ``request_id`` and ``started`` are filled in where they are missing.
        """
        self._runs[run_id] = tuple(
            {
                "region": "us-east-1",
                "account": "000000000000",
                "request_id": f"request-{index}",
                "started": EPOCH.isoformat(),
                "parameters": {},
                **({} if "error" in call else {"response": {}}),
                **deepcopy(dict(call)),
                "index": index,
            }
            for index, call in enumerate(calls)
        )

    def open(self, run_id: str) -> RecordedCalls:
        return _InMemoryCalls(self._runs.get(run_id, ()))


class _InMemoryCalls:
    def __init__(self, calls: tuple[dict[str, Any], ...]) -> None:
        self._calls = calls

    def call(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self._calls):
            raise KeyError(index)
        return deepcopy(self._calls[index])

    def find(self, request_id: str) -> int | None:
        return next((i for i, call in enumerate(self._calls) if call["request_id"] == request_id), None)

    def describe(self, index: int) -> EvidenceCall:
        call = self.call(index)
        return EvidenceCall.model_validate({name: call[name] for name in EvidenceCall.model_fields})

    def __iter__(self) -> Iterator[EvidenceCall]:
        return (self.describe(index) for index in range(len(self._calls)))


class FakeGrantor:
    """Grants in memory.

    ``granted`` and ``revoked`` list what was asked for, in order; ``active`` is what was granted and not yet revoked.

    Args:
        failures: raised by the coming calls of ``grant``, one each, before grants succeed.
        revoke_failures: likewise for ``revoke``.
    """

    def __init__(self, *, failures: Iterable[Exception] = (), revoke_failures: Iterable[Exception] = ()) -> None:
        self.granted: list[GrantRequest] = []
        self.revoked: list[str] = []
        self.active: dict[str, Grant] = {}
        self._failures = deque(failures)
        self._revoke_failures = deque(revoke_failures)

    def grant(self, request: GrantRequest) -> Grant:
        self.granted.append(request)
        if self._failures:
            raise self._failures.popleft()
        grant = Grant(
            run_id=request.run_id,
            account=request.account,
            role_arn=f"arn:aws:iam::000000000000:role/cloudprobe/{role_name(request.run_id)}",
            external_id=f"external-{request.run_id}",
            expires=(EPOCH + timedelta(hours=1)).isoformat(),
        )
        self.active[request.run_id] = grant
        return grant

    def revoke(self, run_id: str, *, account: str = "") -> None:  # noqa: ARG002 - one fake for every account
        self.revoked.append(run_id)
        if self._revoke_failures:
            raise self._revoke_failures.popleft()
        self.active.pop(run_id, None)


Script = RunOutcome | Exception | Callable[[RunRequest], RunOutcome]
"""What a ``FakeRunner`` does once: give an outcome, raise, or compute the outcome."""


class FakeRunner:
    """Answers runs as scripted, in order, then with an empty success. ``requests`` lists what was run.

    An outcome is given the run id of the request, so that one may be written without knowing it.
    """

    def __init__(self, *script: Script) -> None:
        self.requests: list[RunRequest] = []
        self._script = deque(script)

    def run(self, request: RunRequest) -> RunOutcome:
        self.requests.append(request)
        scripted = self._script.popleft() if self._script else success()
        if isinstance(scripted, Exception):
            raise scripted
        outcome = scripted if isinstance(scripted, RunOutcome) else scripted(request)
        return outcome.model_copy(update={"run_id": request.run_id})


def success(result: ProbeResult | None = None) -> RunOutcome:
    """The outcome of a run that succeeded, for ``FakeRunner``."""
    return RunOutcome(run_id="", status=RunStatus.SUCCEEDED, result=result or ProbeResult(), started=EPOCH.isoformat())


class RecordingObserver:
    """Keeps every event, from whatever thread it comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.events: list[ProgressEvent] = []

    def notify(self, event: ProgressEvent) -> None:
        with self._lock:
            self.events.append(event)

    def of(self, kind: str) -> list[ProgressEvent]:
        return [event for event in self.events if event.kind == kind]


class NullObserver:
    def notify(self, event: ProgressEvent) -> None:
        """Nobody is looking."""
