"""Takes questions in, sees to it that so many at a time are looked into and none is lost, and gives reports out."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Literal

from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings, InspectionStatus
from cloudprobe.domain.report import Report
from cloudprobe.errors import CloudprobeError, StoreBusyError, UsageError
from cloudprobe.ports import ArtifactStore, InspectionEngine, StateStore
from cloudprobe.service.queueing import FairQueue
from cloudprobe.steps.artifacts import load, report_key

log = logging.getLogger(__name__)

ViewedStatus = Literal["queued", "running", "interrupted", "finished"]
MOST_QUEUED = 100
"""Of one caller."""
_STOP_SECONDS = 60.0


class QueueFullError(StoreBusyError):
    """So many of a caller's inspections wait that no more are taken."""


class Desk:
    """Inspections of many callers over one account.

    Args:
        engines: makes an engine; each worker has its own, because one runs one inspection at a time.
        states: the inspections there are.
        artifacts: where their reports are.
        workers: how many are looked into at a time.
    """

    def __init__(
        self, engines: Callable[[], InspectionEngine], states: StateStore, artifacts: ArtifactStore, *, workers: int
    ) -> None:
        self._engines = engines
        self._states = states
        self._artifacts = artifacts
        self._queue = FairQueue()
        self._running: set[str] = set()
        self._keys: dict[tuple[str, str], tuple[str, str]] = {}
        self._lock = threading.Lock()
        self._door = engines()
        self._threads = [threading.Thread(target=self._work, name=f"inspection-{n}") for n in range(workers)]

    def open(self, inspected: tuple[str, ...]) -> None:
        """Begin; what an earlier service of this account took in and did not finish goes on first.

        Args:
            inspected: the account's ids; what was asked of another one is left alone.
        """
        for record in reversed(self._states.list()):
            settings = record.settings
            if not settings.caller:
                continue
            if settings.idempotency_key:
                key = (settings.caller, settings.idempotency_key)
                self._keys[key] = (record.id, _fingerprint(record.question, settings))
            if record.status is not InspectionStatus.FINISHED and settings.inspected == inspected:
                self._queue.put(settings.caller, record.id)
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Take no more, and wait for what runs to stop; whoever opened the desk has told the engines to."""
        self._queue.close()
        for thread in self._threads:
            if thread.ident:
                thread.join(_STOP_SECONDS)

    def accept(self, question: str, settings: InspectionSettings) -> InspectionRecord:
        """Take a question in; the same one again under the same idempotency key is the same inspection.

        Raises:
            UsageError: the key was used for another question.
            QueueFullError: too many of the caller's wait already.
        """
        key, fingerprint = (settings.caller, settings.idempotency_key), _fingerprint(question, settings)
        with self._lock:
            if settings.idempotency_key and key in self._keys:
                identifier, known = self._keys[key]
                if known != fingerprint:
                    raise UsageError(f"The idempotency key {settings.idempotency_key!r} was used for another request.")
                return self._states.load(identifier)
            if self._queue.length(settings.caller) >= MOST_QUEUED:
                raise QueueFullError(f"{MOST_QUEUED} inspections of {settings.caller} wait already.")
            identifier = self._door.start(question, settings)
            if settings.idempotency_key:
                self._keys[key] = (identifier, fingerprint)
        self._queue.put(settings.caller, identifier)
        return self._states.load(identifier)

    def find(self, identifier: str, *, caller: str) -> tuple[InspectionRecord, ViewedStatus]:
        """An inspection of a caller's own; to anybody else it does not exist.

        Raises:
            UsageError: there is none.
        """
        record = self._states.load(identifier)
        if record.settings.caller != caller:
            raise UsageError(f"There is no inspection {identifier!r}.")
        return record, self._status(record)

    def list(self, *, caller: str) -> Iterable[tuple[InspectionRecord, ViewedStatus]]:
        """A caller's own, newest first."""
        return ((record, self._status(record)) for record in self._states.list() if record.settings.caller == caller)

    def report(self, identifier: str) -> Report:
        return load(Report, report_key(identifier), self._artifacts)

    def _status(self, record: InspectionRecord) -> ViewedStatus:
        if record.status is InspectionStatus.FINISHED:
            return "finished"
        if record.id in self._running:
            return "running"
        return "queued" if self._queue.waits(record.id) else "interrupted"

    def _work(self) -> None:
        engine = self._engines()
        while (identifier := self._queue.take()) is not None:
            self._running.add(identifier)
            try:
                engine.run(identifier)
            except CloudprobeError as error:
                log.warning("The inspection %s stands still: %s", identifier, error)
            except Exception:
                log.exception("The inspection %s stands still.", identifier)
            finally:
                self._running.discard(identifier)


def _fingerprint(question: str, settings: InspectionSettings) -> str:
    return hashlib.sha256(f"{question}\n{settings.model_dump_json()}".encode()).hexdigest()
