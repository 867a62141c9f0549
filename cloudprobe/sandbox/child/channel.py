"""The child's end of its one descriptor: many threads may wait for answers at once.

There is no reader thread. Whoever waits and finds nobody reading reads, for itself and for the others: a script with
one thread pays for no hand-over at all.
"""

import io
import itertools
import os
import threading
from typing import Any

from cloudprobe.sandbox.child import wire

_BUFFER_BYTES = 64 * 1024


class ChannelClosedError(ConnectionError):
    """The broker is gone; there is nobody left to ask."""


class Channel:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._reader = io.BufferedReader(io.FileIO(descriptor, closefd=False), _BUFFER_BYTES)
        self._numbers = itertools.count(1)
        self._sending = threading.Lock()
        self._state = threading.Lock()
        self._waiting: dict[int, threading.Lock] = {}
        self._answers: dict[int, dict[str, Any]] = {}
        self._being_read = False

    def receive(self) -> Any:
        """Read one frame; only before the first ``ask``."""
        return wire.decode(self._read())

    def send(self, message: dict[str, Any]) -> None:
        data = wire.frame(wire.encode(message))
        with self._sending:
            self._write(data)

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Raises:
            ChannelClosedError: the broker ended the conversation.
            WireError: the message cannot be expressed.
        """
        number = next(self._numbers)
        body = wire.encode({"id": number, **message})
        if len(body) > wire.MAX_REQUEST_BYTES:
            raise wire.WireError(f"the parameters take {len(body)} bytes, more than {wire.MAX_REQUEST_BYTES}")
        turn = threading.Lock()
        turn.acquire()
        with self._state:
            self._waiting[number] = turn
        try:
            with self._sending:
                self._write(wire.frame(body))
            return self._wait(number, turn)
        finally:
            with self._state:
                del self._waiting[number]

    def _wait(self, number: int, turn: threading.Lock) -> dict[str, Any]:
        while True:
            with self._state:
                if number in self._answers:
                    return self._answers.pop(number)
                read_for_all = not self._being_read
                self._being_read = True
            if not read_for_all:
                turn.acquire()
                continue
            try:
                self._read_until(number)
            finally:
                self._hand_over(number)

    def _read_until(self, number: int) -> None:
        while True:
            answer = wire.decode(self._read())
            with self._state:
                self._answers[answer["id"]] = answer
                if answer["id"] == number:
                    return
                if answer["id"] in self._waiting:
                    _wake(self._waiting[answer["id"]])

    def _hand_over(self, number: int) -> None:
        """Stop reading, and wake one other that still waits so that it reads instead."""
        with self._state:
            self._being_read = False
            for other, turn in self._waiting.items():
                if other != number and other not in self._answers:
                    _wake(turn)
                    break

    def _read(self) -> bytearray:
        try:
            return wire.read_frame(self._reader.readinto, limit=wire.MAX_ANSWER_BYTES)
        except (EOFError, OSError) as error:
            raise ChannelClosedError("the broker has ended this run") from error

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            raise ChannelClosedError("the broker has ended this run") from error


def _wake(turn: threading.Lock) -> None:
    """Let a waiting thread look again. One that was woken and has not looked yet needs no second call."""
    if turn.locked():
        turn.release()
