"""``RecordingStore`` over the sandbox's recordings: ``<data folder>/inspections/<run id>/recording``."""

import base64
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from cloudprobe.adapters.local import disk
from cloudprobe.domain.ids import is_artifact_key
from cloudprobe.domain.report import EvidenceCall
from cloudprobe.errors import StateCorruptedError
from cloudprobe.ports import RecordedCalls
from cloudprobe.sandbox.recording import RecordedCall, Recording


class FileRecordings:
    """Finds, reads and discards recordings.

    Args:
        folder: the one artefacts stand in.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, run_id: str) -> Path:
        """Where a run's recording stands or will stand."""
        if not is_artifact_key(run_id):
            raise StateCorruptedError(f"{run_id!r} names no run.")
        return self._folder.joinpath(*run_id.split("/"), "recording")

    def open(self, run_id: str) -> RecordedCalls:
        folder = self.folder(run_id)
        if not folder.is_dir() or not any(folder.iterdir()):
            return NoCalls()
        return RecordedFileCalls(Recording.load(folder))

    def discard(self, run_id: str) -> None:
        """Remove what an attempt that was killed left: such a run is run again from its start."""
        folder = self.folder(run_id)
        try:
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            raise disk.store_error(folder, error) from error


class NoCalls:
    """The recording of a run that made none."""

    def call(self, index: int) -> dict[str, Any]:
        raise KeyError(index)

    def find(self, request_id: str) -> int | None:  # noqa: ARG002 - the port's signature
        return None

    def describe(self, index: int) -> EvidenceCall:
        raise KeyError(index)

    def __iter__(self) -> Iterator[EvidenceCall]:
        return iter(())


class RecordedFileCalls:
    """One run's recording, as plain JSON values: times as ISO 8601, bytes as text, or as base64 where they are none."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def call(self, index: int) -> dict[str, Any]:
        found = self._recording.call(index)
        return {**_described(found).model_dump(), **_answer(found)}

    def find(self, request_id: str) -> int | None:
        # A call that was refused or never arrived has none.
        return self._recording.find(request_id) if request_id else None

    def describe(self, index: int) -> EvidenceCall:
        return _described(self._recording.call(index))

    def __iter__(self) -> Iterator[EvidenceCall]:
        return (_described(call) for call in self._recording)


def _described(call: RecordedCall) -> EvidenceCall:
    return EvidenceCall(
        index=call.index,
        service=call.service,
        operation=call.operation,
        region=call.region,
        account=call.account,
        request_id=call.request_id,
        started=call.started.isoformat(),
        parameters=_plain(call.parameters),
    )


def _answer(call: RecordedCall) -> dict[str, Any]:
    if call.response is not None:
        return {"response": _plain(call.response)}
    if call.error is not None:
        return {"error": _plain(call.error)}
    fault = call.fault or {}
    return {"error": {"Error": {"Code": fault.get("type", ""), "Message": fault.get("message", "")}}}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, str | int | float | bool | None) else str(value)
