"""Everything a run asked and was answered, as it happened.

A recording is a folder of segments. A segment is a stream of JSON lines, deflated; each line is flushed, so that a run
that was killed keeps all evidence but the line it died in. The last line says that the run came to its end; a recording
without it is a fragment. Nothing is held in memory but where each call stands.
"""

import errno
import json
import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from cloudprobe.errors import StateCorruptedError, StoreError
from cloudprobe.sandbox.child import wire

VERSION = 2
_SEGMENT_BYTES = 4 * 1024 * 1024
"""Of text; what one look at one call may have to inflate."""
_READ_BYTES = 256 * 1024
_LEVEL = 1
_CACHED_SEGMENTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call. Exactly one of ``response``, ``error`` and ``fault`` is set."""

    index: int
    """In the order in which the script asked, from 0."""
    service: str
    operation: str
    region: str
    account: str
    parameters: dict[str, Any]
    request_id: str
    started: datetime
    """UTC."""
    seconds: float
    retries: int = 0
    denied: str = ""
    """``permit``, ``region``, ``parameters``, ``ownership`` or ``budget`` where nothing was sent, and that is why."""
    asker: str = ""
    """Which of the script's threads or tasks asked, by its own word; empty for the main thread."""
    hidden: tuple[str, ...] = ()
    """Roles of runs, our own, that were left out of the answer (``own_roles``)."""
    response: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    """A service's error, as ``ClientError.response`` has it; so are refusals."""
    fault: dict[str, Any] | None = None
    """An exception of botocore's: ``type``, ``message``, ``arguments``."""

    @property
    def answered(self) -> int:
        """When the answer came, in microseconds since 1970."""
        moment = self.started + timedelta(microseconds=round(self.seconds * 1_000_000))
        return (moment - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Recorder:
    """Appends calls to a recording. Thread-safe.

    Args:
        folder: of the recording; made if need be. It must not hold one already.

    Raises:
        StoreError: the folder cannot be written, or holds a recording.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._segment = 0
        self._written = 0
        self._file: Any = None
        self._deflate: Any = None
        self._calls = 0
        self._ended = False
        self.bytes_stored = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The recording {folder} cannot be made: {error.strerror}.") from error
        if any(folder.glob(_PATTERN)):
            raise StoreError(f"The folder {folder} already holds a recording.")

    def begin(self, header: Mapping[str, Any]) -> None:
        """Write what the run is: once, before the first call."""
        with self._lock:
            self._append(wire.encode({"version": VERSION, **header}))

    def record(self, call: Mapping[str, Any], *, kind: str, body: bytes) -> int:
        """Append one call; how many stood before it.

        Args:
            call: the fields of ``RecordedCall`` but the answer, with ``started`` as ISO 8601.
            kind: ``response``, ``error`` or ``fault``.
            body: the answer as the child got it, encoded by ``wire``.

        Raises:
            StoreError: it cannot be written; evidence would be missing, so the run has to end.
        """
        head = wire.encode(call)
        with self._lock:
            if self._ended:
                raise StoreError(f"The recording {self._folder} is finished; a late answer is not added.")
            self._append(head[:-1] + b',"' + kind.encode("ascii") + b'":' + body + b"}")
            self._calls += 1
            return self._calls - 1

    def finish(self, status: str, *, result_digest: str = "") -> None:
        """Say that the run came to its end, and how; without this the recording is known to be a fragment.

        Args:
            status: of the run, as its ``Execution`` has it.
            result_digest: of what it printed, so that a replay can be compared.

        Raises:
            StoreError: it cannot be written.
        """
        with self._lock:
            self._append(
                wire.encode({"end": {"status": status, "calls": self._calls, "result": result_digest}}), last=True
            )
            self._ended = True

    def close(self) -> None:
        with self._lock:
            self._end_segment()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, line: bytes, *, last: bool = False) -> None:
        try:
            if self._file is None:
                self._file = (self._folder / f"{self._segment:06}.jsonl.z").open("xb", buffering=0)
                self._deflate = zlib.compressobj(_LEVEL)
            data = self._deflate.compress(line + b"\n") + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            self._write(data)
            self.bytes_stored += len(data)
            self._written += len(line) + 1
            if last or self._written >= _SEGMENT_BYTES:
                self._end_segment()
        except OSError as error:
            raise StoreError(
                f"The recording {self._folder} cannot be written: {error.strerror}.",
                hint="Free some space there, or give another folder with --data-dir.",
            ) from error

    def _end_segment(self) -> None:
        if self._file is not None:
            try:
                self._write(self._deflate.flush())
            finally:
                self._file.close()
                self._file = None
            self._segment += 1
            self._written = 0

    def _write(self, data: bytes) -> None:
        """A disk that fills up takes a part of it without a word; a part would spoil what is written after it."""
        if self._file.write(data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


_PATTERN = "*.jsonl.z"
_END = b'{"end":'


@dataclass(frozen=True, slots=True)
class _Place:
    segment: int
    offset: int
    length: int


class Recording:
    """A recording, read lazily. Iterating goes once through it in the order in which answers came.

    Not for use from several threads.
    """

    def __init__(self, segments: tuple[Path, ...], header: dict[str, Any]) -> None:
        self._segments = segments
        self.header = header
        self._by_index: dict[int, _Place] | None = None
        self._by_request_id: dict[str, int] = {}
        self._ended = ""
        self._result_digest: str | None = None
        self._texts: OrderedDict[int, bytes] = OrderedDict()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a recording.

        Raises:
            StateCorruptedError: it is none, or of a version we do not know.
        """
        segments = tuple(sorted(folder.glob(_PATTERN)))
        first = next(_lines(segments[0], last=len(segments) == 1), None) if segments else None
        header = _decoded(first, folder) if first is not None else {}
        if header.get("version") != VERSION:
            raise StateCorruptedError(f"{folder} holds no recording that this version can read.")
        return cls(segments, header)

    @property
    def ended(self) -> str:
        """The status of its run; empty for a fragment, whose recorder was killed or never came to the end.

        Raises:
            StateCorruptedError: it lacks calls that its end speaks of, or has others.
        """
        self._places()
        return self._ended

    @property
    def result_digest(self) -> str | None:
        """SHA-256 of what its run printed; empty where it printed nothing, None where the recording does not say.

        Raises:
            StateCorruptedError: as ``ended``.
        """
        self._places()
        return self._result_digest

    def check(self) -> None:
        """Go through all of it once.

        Raises:
            StateCorruptedError: it is damaged.
        """
        self._places()

    def __iter__(self) -> Iterator[RecordedCall]:
        for path, line in self._calls():
            yield _call(line, path)

    def __len__(self) -> int:
        return len(self._places())

    def call(self, index: int) -> RecordedCall:
        """One call by its index.

        Raises:
            KeyError: there is none.
        """
        place = self._places()[index]
        return _call(
            self._text(place.segment)[place.offset : place.offset + place.length], self._segments[place.segment]
        )

    def find(self, request_id: str) -> int | None:
        """The index of the call with a request id."""
        self._places()
        return self._by_request_id.get(request_id)

    def _calls(self) -> Iterator[tuple[Path, bytes]]:
        for number, path in enumerate(self._segments):
            for position, line in enumerate(self._lines(number)):
                if (number or position) and not line.startswith(_END):
                    yield path, line

    def _lines(self, number: int) -> Iterator[bytes]:
        return _lines(self._segments[number], last=number == len(self._segments) - 1)

    def _places(self) -> dict[int, _Place]:
        if self._by_index is None:
            places: dict[int, _Place] = {}
            for number, path in enumerate(self._segments):
                offset = 0
                for position, line in enumerate(self._lines(number)):
                    if line.startswith(_END):
                        self._ended, self._result_digest = _end(line, path, calls=len(places))
                    elif number or position:
                        call = _decoded(line, path)
                        places[call["index"]] = _Place(number, offset, len(line))
                        self._by_request_id[call["request_id"]] = call["index"]
                    offset += len(line) + 1
            self._by_index = places
        return self._by_index

    def _text(self, segment: int) -> bytes:
        """A segment inflated. The last few stay: who cites one call mostly cites its neighbours."""
        if segment not in self._texts:
            self._texts[segment] = b"\n".join(self._lines(segment))
            while len(self._texts) > _CACHED_SEGMENTS:
                self._texts.popitem(last=False)
        self._texts.move_to_end(segment)
        return self._texts[segment]


def _lines(path: Path, *, last: bool) -> Iterator[bytes]:
    """Whole lines of a segment. One that was cut off by the end of its writer is left out: in the last segment only.

    Raises:
        StateCorruptedError: the segment was changed after it was written.
    """
    inflate = zlib.decompressobj()
    rest, cut_is_damage = b"", not last
    try:
        with path.open("rb") as file:
            while data := file.read(_READ_BYTES):
                *lines, rest = (rest + inflate.decompress(data)).split(b"\n")
                for line in lines:
                    cut_is_damage = cut_is_damage or line.startswith(_END)
                    yield line
    except zlib.error as error:
        raise StateCorruptedError(f"The recording's segment {path} is damaged: {error}.") from error
    except OSError as error:
        raise StateCorruptedError(f"The recording's segment {path} cannot be read: {error.strerror}.") from error
    if (cut_is_damage and not inflate.eof) or inflate.unused_data:
        raise StateCorruptedError(f"The recording's segment {path} is damaged: it does not end where it should.")


def _end(line: bytes, path: Path, *, calls: int) -> tuple[str, str | None]:
    """What the last line says of the run and of what it printed, once what stands before it is what it counted."""
    said = _decoded(line, path)["end"]
    if not isinstance(said, dict) or said.get("calls") != calls or not isinstance(said.get("status"), str):
        raise StateCorruptedError(
            f"The recording {path.parent} is damaged: it has {calls} calls, not those it counted."
        )
    return said["status"], str(said["result"]) if "result" in said else None


def _decoded(line: bytes, path: Path) -> dict[str, Any]:
    try:
        document = wire.decode(line)
    except wire.WireError as error:
        raise StateCorruptedError(f"The recording {path} is damaged: {error}.") from error
    if not isinstance(document, dict):
        raise StateCorruptedError(f"The recording {path} is damaged: a line is no object.")
    return document


def _call(line: bytes, path: Path) -> RecordedCall:
    document = _decoded(line, path)
    try:
        document["started"] = datetime.fromisoformat(document["started"])
        document["hidden"] = tuple(document.get("hidden", ()))
        return RecordedCall(**document)
    except (KeyError, TypeError, ValueError) as error:
        raise StateCorruptedError(f"The recording {path} is damaged: {error}.") from error


def canonical(parameters: Mapping[str, Any]) -> bytes:
    """Parameters as bytes that are equal where the parameters are."""
    return json.dumps(json.loads(wire.encode(parameters)), sort_keys=True, separators=(",", ":")).encode()
