"""Sends what is traced from a thread of its own; whatever happens to LangSmith, nobody waits for it for long.

langsmith's own background threads are no daemons: in an outage they keep a process from ending for many seconds. So its
client is used for the wire format alone, and the waiting is ours.
"""

import logging
import queue
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langsmith import Client

log = logging.getLogger(__name__)

Sent = dict[str, Any]
_MOST_WAITING = 2_000
"""Beyond them the oldest are dropped: a trace is worth less than memory."""
_MOST_AT_ONCE = 100
_CONNECT_MS, _READ_MS = 2_000, 5_000
_AFTER_FAILURE = 1.0
"""Seconds."""


class Sender:
    """A queue, and a daemon thread that empties it into LangSmith.

    Args:
        api_key: of LangSmith.
        endpoint: base URL; None for LangSmith's own.
        workspace: id of the workspace, for keys that reach several.
    """

    def __init__(self, *, api_key: str, endpoint: str | None = None, workspace: str | None = None) -> None:
        self._api_key, self._endpoint, self._workspace = api_key, endpoint, workspace
        self._failures: list[Exception] = []
        self._sessions: dict[str, Any] = {}
        self._waiting: queue.Queue[tuple[str, Sent]] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._unsent = 0
        self._idle = threading.Condition()
        self.dropped = 0
        """What was given up: LangSmith could not be reached, or not fast enough."""

    def post(self, run: Sent) -> None:
        """A run that began. Returns at once."""
        self._put("post", run)

    def patch(self, run: Sent) -> None:
        """A run that ended. Returns at once."""
        self._put("patch", run)

    def score(self, feedback: Sent) -> None:
        """A score of a run: ``project``, and the arguments of ``create_feedback``. Returns at once."""
        self._put("score", feedback)

    def flush(self, seconds: float) -> bool:
        """Wait until everything was sent or given up, at most so long; whether it was."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._unsent, timeout=seconds)

    def _put(self, kind: str, document: Sent) -> None:
        with self._idle:
            self._unsent += 1
        while True:
            try:
                self._waiting.put_nowait((kind, document))
                break
            except queue.Full:
                self._give_up_oldest()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="langsmith", daemon=True)
                self._thread.start()

    def _give_up_oldest(self) -> None:
        try:
            self._waiting.get_nowait()
        except queue.Empty:
            return
        self._done(1, dropped=1)

    def _done(self, number: int, *, dropped: int = 0) -> None:
        with self._idle:
            self._unsent -= number
            self.dropped += dropped
            self._idle.notify_all()

    def _work(self) -> None:
        client: Client | None = None
        while True:
            batch = self._batch()
            try:
                client = client or self._client()
                self._send(client, batch)
            except Exception as error:  # noqa: BLE001 - a trace that cannot be sent is no reason for anything to fail
                log.info("%d traced things could not be sent to LangSmith (%s)", len(batch), type(error).__name__)
                self._done(len(batch), dropped=len(batch))
                time.sleep(_AFTER_FAILURE)
            else:
                self._done(len(batch))

    def _batch(self) -> list[tuple[str, Sent]]:
        batch = [self._waiting.get()]
        while len(batch) < _MOST_AT_ONCE:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _client(self) -> "Client":
        from langsmith import Client  # noqa: PLC0415 - heavy, and only for those who have a key

        logging.getLogger("langsmith").setLevel(logging.CRITICAL)  # an outage of theirs is no news to our users
        return Client(
            api_key=self._api_key,
            api_url=self._endpoint,
            workspace_id=self._workspace,
            auto_batch_tracing=False,
            timeout_ms=(_CONNECT_MS, _READ_MS),
            omit_traced_runtime_info=True,
            tracing_error_callback=self._failures.append,
        )

    def _send(self, client: "Client", batch: list[tuple[str, Sent]]) -> None:
        by_kind: Mapping[str, list[Sent]] = {
            kind: [document for of, document in batch if of == kind] for kind in ("post", "patch", "score")
        }
        if by_kind["post"] or by_kind["patch"]:
            self._failures.clear()
            client.multipart_ingest(create=by_kind["post"], update=by_kind["patch"])
            if self._failures:  # which the client itself would only log
                raise self._failures[0]
        for feedback in by_kind["score"]:
            arguments = dict(feedback)
            session = self._session(client, arguments.pop("project"))
            client.create_feedback(**arguments, session_id=session, stop_after_attempt=1)

    def _session(self, client: "Client", project: str) -> Any:
        """The project's id, which a score has to name."""
        if project not in self._sessions:
            self._sessions[project] = client.read_project(project_name=project).id
        return self._sessions[project]
