"""Serve one child over its descriptor: several calls at once, and no trust in a single byte.

The threads take turns at reading; whoever has read a frame answers it, while the next one reads. A new thread is
started only when all are busy, so a script with one thread is served by two.
"""

import io
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from cloudprobe.sandbox.child import wire

_LOG = logging.getLogger(__name__)
_NAME_CHARACTERS = 100
_MAX_ID = 2**53
_BUFFER_BYTES = 64 * 1024
"""A question mostly fits, so that reading it is one system call."""
THREADS = 16


@dataclass(frozen=True, slots=True)
class Question:
    """One call a script wants to make. Types are checked, nothing else."""

    number: int
    service: str
    operation: str
    region: str | None
    parameters: dict[str, Any]
    asker: str = ""
    """Which of the script's threads or tasks asks, by its own word: tells equal questions apart in a replay."""

    @classmethod
    def parse(cls, message: Any) -> Self:
        """Read a question.

        Raises:
            WireError: it is none.
        """
        if not isinstance(message, dict):
            raise wire.WireError("a frame is no object")
        number, region, parameters = message.get("id"), message.get("region"), message.get("parameters")
        asker = message.get("asker", "")
        names = (message.get("service"), message.get("operation"), region if region is not None else "", asker)
        if (
            type(number) is not int
            or not 0 <= number < _MAX_ID
            or not all(isinstance(name, str) and len(name) <= _NAME_CHARACTERS for name in names)
            or not isinstance(parameters, dict)
        ):
            raise wire.WireError("a frame is no question")
        return cls(number, names[0], names[1], region, parameters, asker)  # type: ignore[arg-type]  # checked above


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: the body is encoded already, once, for child and recording alike."""

    kind: str
    body: bytes
    answered: int
    """Microseconds since 1970."""
    order: int
    """Of the answers of a run, from 0: the script's threads go on in this order."""

    def frame(self, number: int) -> bytes:
        head = f'{{"id":{number},"at":{self.answered},"order":{self.order},"{_WIRE_NAMES[self.kind]}":'.encode("ascii")
        return wire.frame(head, self.body, b"}")


_WIRE_NAMES = {"response": "ok", "error": "error", "fault": "fault"}


class Conversation:
    """Answers a child's questions until it is done, gone, or breaks the rules.

    Args:
        connection: our end of the child's descriptor.
        answer: from several threads at once; must not raise for anything a child can cause.
        threads: questions that may be under way at once.
    """

    def __init__(
        self, connection: socket.socket, answer: Callable[[Question], Answer], *, threads: int = THREADS
    ) -> None:
        self._most = threads
        self._connection = connection
        self._reader = io.BufferedReader(socket.SocketIO(connection, "r"), _BUFFER_BYTES)
        self._answer = answer
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._state = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self.ready = False
        """The child is confined and about to become the script."""
        self.done: dict[str, Any] | None = None
        """The child's last words: how the script ended, by its own account."""
        self.violation: str | None = None
        self.failure: BaseException | None = None
        """Our own; the run cannot go on."""
        self.over = threading.Event()

    def start(self) -> None:
        self._start_thread()

    def hear_out(self, *, seconds: float) -> None:
        """Read what a child that has ended still had to say: its last words may not have been read when it is gone."""
        self.over.wait(seconds)

    def close(self, *, seconds: float) -> None:
        """End it: wake everybody, and wait for calls that are under way, so that they are still recorded."""
        self.over.set()
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            _LOG.debug("the child's connection was closed already")
        deadline = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        self._reader.close()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._serve, name="broker", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        try:
            while not self.over.is_set():
                question = self._next()
                if question is not None:
                    self._send(self._answer(question).frame(question.number))
        except (EOFError, OSError):
            self.over.set()
        except wire.WireError as error:
            self.violation = self.violation or str(error)[:300]
            self.over.set()
        except BaseException as error:  # noqa: BLE001  # the run ends with it; see failure
            self.failure = self.failure or error
            self.over.set()

    def _next(self) -> Question | None:
        with self._state:
            self._idle += 1
        with self._reading:
            if self.over.is_set():
                return None
            data = wire.read_frame(self._reader.readinto, limit=wire.MAX_REQUEST_BYTES)
            with self._state:
                self._idle -= 1
                needed = self._idle == 0 and len(self._threads) < self._most
                if needed:
                    self._start_thread()
        message = wire.decode(data, untrusted=True)
        return None if isinstance(message, dict) and self._is_news(message) else Question.parse(message)

    def _is_news(self, message: dict[str, Any]) -> bool:
        """The child may also say how far it is."""
        if "done" in message:
            self.done = message["done"] if isinstance(message["done"], dict) else {}
            self.over.set()
        elif "ready" in message:
            self.ready = True
        return "done" in message or "ready" in message

    def _send(self, data: bytes) -> None:
        with self._writing:
            self._connection.sendall(data)
