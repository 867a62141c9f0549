"""A server on 127.0.0.1 that takes what LangSmith's ingest API takes, and rebuilds the trees.

    with LangSmithServer() as server:
        ...  # LANGSMITH_ENDPOINT=server.url, LANGSMITH_API_KEY=anything
        (trace,) = server.traces()
        assert [child.name for child in trace.children] == [...]

It speaks ``/info``, ``/runs/multipart`` (plain or zstd), ``/runs/batch``, ``/runs``, ``/sessions`` and ``/feedback``.
"""

import gzip
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5

_EPOCH = "2026-01-01T00:00:00Z"
_MULTIPART, _BATCH = "/runs/multipart", "/runs/batch"


@dataclass(slots=True)
class TracedRun:
    """One run as it was stored, with those below it."""

    document: dict[str, Any]
    children: "list[TracedRun]" = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.document.get("name", ""))

    @property
    def kind(self) -> str:
        return str(self.document.get("run_type", ""))

    @property
    def ended(self) -> bool:
        return bool(self.document.get("end_time"))

    def walk(self) -> "Iterator[TracedRun]":
        """This one and all below, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


class LangSmithServer:
    """The server; a context manager.

    Args:
        status: answered to every ingest instead of taking it, for an outage.
        delay: seconds before every answer.
    """

    def __init__(self, *, status: int = 0, delay: float = 0.0) -> None:
        self.status = status
        self.delay = delay
        self.calls: Counter[str] = Counter()
        self.bodies: list[bytes] = []
        """Everything that was sent, unpacked: what has left the machine."""
        self.feedback: list[dict[str, Any]] = []
        self._runs: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"ingest": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def traces(self) -> list[TracedRun]:
        """The roots, in the order they began; a run whose parent never came is one."""
        with self._lock:
            runs = {run_id: TracedRun(dict(document)) for run_id, document in self._runs.items()}
        roots: list[TracedRun] = []
        for run in sorted(runs.values(), key=lambda run: str(run.document.get("dotted_order"))):
            parent = runs.get(str(run.document.get("parent_run_id")))
            (parent.children if parent else roots).append(run)
        return roots

    def take(self, path: str, content_type: str, body: bytes) -> None:
        """Store what one request brings."""
        with self._lock:
            self.bodies.append(body)
            if path == _MULTIPART:
                for name, data in _parts(body, content_type):
                    self._part(name, data)
            elif path == _BATCH:
                document = json.loads(body)
                for run in (*(document.get("post") or ()), *(document.get("patch") or ())):
                    self._merge(run)
            elif path == "/feedback":
                self.feedback.append(json.loads(body))
            else:
                run = json.loads(body)
                self._merge({"id": path.rpartition("/")[2], **run})

    def _part(self, name: str, data: bytes) -> None:
        kind, _, rest = name.partition(".")
        run_id, _, member = rest.partition(".")
        if kind == "feedback":
            self.feedback.append(json.loads(data))
        elif kind in {"post", "patch"}:
            value = json.loads(data)
            self._merge({"id": run_id, member: value} if member else {**value, "id": run_id})

    def _merge(self, run: dict[str, Any]) -> None:
        stored = self._runs.setdefault(str(run["id"]), {})
        stored.update({name: value for name, value in run.items() if value is not None})


class _Handler(BaseHTTPRequestHandler):
    ingest: LangSmithServer
    """Where what comes belongs."""
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nobody reads it."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.ingest.calls[f"GET {path}"] += 1
        if path == "/sessions":
            self._reply(200, [_project(self.path)])
            return
        flags = {"zstd_compression_enabled": True}
        self._reply(200, {"version": "0.15.0", "instance_flags": flags, "batch_ingest_config": _INGEST})

    def do_POST(self) -> None:
        body, path = self._body(), self.path.partition("?")[0]
        self.ingest.calls[f"{self.command} {re.sub(r'[0-9a-f-]{36}', 'ID', path)}"] += 1
        time.sleep(self.ingest.delay)
        if self.ingest.status:
            self._reply(self.ingest.status, {"detail": "out of order"})
            return
        self.ingest.take(path, self.headers.get("Content-Type", ""), body)
        self._reply(202 if path.startswith("/runs") else 200, _echo(path, body))

    do_PATCH = do_POST  # noqa: N815 - the base class's name

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            raw = b"".join(self._chunks())
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _unpacked(raw, self.headers.get("Content-Encoding", ""))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _reply(self, status: int, document: Any) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


_INGEST = {
    "use_multipart_endpoint": True,
    "scale_up_qsize_trigger": 1000,
    "scale_up_nthreads_limit": 16,
    "scale_down_nempty_trigger": 4,
    "size_limit": 100,
    "size_limit_bytes": 20_971_520,
}


def _project(path: str) -> dict[str, Any]:
    name = parse_qs(urlsplit(path).query).get("name", ["default"])[0]
    zero = str(UUID(int=0))
    return {
        "id": str(uuid5(UUID(int=0), name)),
        "tenant_id": zero,
        "name": name,
        "reference_dataset_id": None,
        "start_time": _EPOCH,
    }


def _echo(path: str, body: bytes) -> dict[str, Any]:
    moments = {"created_at": _EPOCH, "modified_at": _EPOCH}
    return {**json.loads(body), **moments} if path == "/feedback" else {"message": "ok"}


def _unpacked(raw: bytes, encoding: str) -> bytes:
    if encoding == "zstd":
        import zstandard  # noqa: PLC0415 - comes with langsmith, which alone sends it

        return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(raw))
    return gzip.decompress(raw) if encoding == "gzip" else raw


def _parts(body: bytes, content_type: str) -> Iterator[tuple[str, bytes]]:
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    for part in body.split(b"--" + boundary[1].encode())[1:] if boundary else ():
        head, found, data = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        if found and name:
            yield name[1].decode(), data.removesuffix(b"\r\n")
