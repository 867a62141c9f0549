"""Watch a child until it ends, and end it when it goes beyond a limit."""

import os
import selectors
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from cloudprobe.sandbox.conversation import Conversation
from cloudprobe.sandbox.limits import LimitName, Limits
from cloudprobe.sandbox.process import Child

_TURN_SECONDS = 0.05
_FOLDER_SECONDS = 0.25
_READ_BYTES = 256 * 1024
_TAIL_BYTES = 16 * 1024


@dataclass(slots=True)
class _Stream:
    """One of the child's outputs; keeps all of it, or only its end."""

    limit: LimitName
    allowed: int
    keep_all: bool
    size: int = 0
    parts: deque[bytes] = field(default_factory=deque)
    kept: int = 0

    def take(self, data: bytes) -> None:
        self.size += len(data)
        self.parts.append(data)
        self.kept += len(data)
        while not self.keep_all and self.kept - len(self.parts[0]) >= _TAIL_BYTES:
            self.kept -= len(self.parts.popleft())

    @property
    def content(self) -> bytes:
        return b"".join(self.parts)


class Supervision:
    """What was seen of one child from outside."""

    def __init__(
        self, child: Child, conversation: Conversation, *, limits: Limits, cancel: threading.Event | None
    ) -> None:
        self._child = child
        self._conversation = conversation
        self._cancel = cancel
        self._deadline = time.monotonic() + limits.wall_seconds
        self._file_bytes = limits.file_bytes
        self._next_look = 0.0
        self.result = _Stream(LimitName.RESULT, limits.result_bytes, keep_all=True)
        self.log = _Stream(LimitName.OUTPUT, limits.output_bytes, keep_all=False)
        self.limit: LimitName | None = None
        self.cancelled = False

    def watch(self) -> None:
        """Return when the child has ended, or must be ended."""
        with selectors.DefaultSelector() as selector:
            for descriptor, stream in ((self._child.stdout, self.result), (self._child.stderr, self.log)):
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ, stream)
            while selector.get_map() and not self._must_end():
                for key, _ in selector.select(_TURN_SECONDS):
                    if not self._read(key.fd, key.data):
                        selector.unregister(key.fd)
        while not self._must_end() and self._child.wait(seconds=_TURN_SECONDS) is None:
            continue

    def _read(self, descriptor: int, stream: _Stream) -> bool:
        data = os.read(descriptor, _READ_BYTES)
        stream.take(data)
        if stream.size > stream.allowed:
            self.limit = stream.limit
        return bool(data)

    def _must_end(self) -> bool:
        if self._cancel is not None and self._cancel.is_set():
            self.cancelled = True
        elif time.monotonic() >= self._deadline + (
            self._child.clearing_seconds if self._conversation.done is not None else 0.0
        ):
            self.limit = self.limit or LimitName.WALL
        elif self._files_are_too_large():
            self.limit = self.limit or LimitName.FILES
        broken = self._conversation.violation is not None or self._conversation.failure is not None
        return self.cancelled or self.limit is not None or broken

    def _files_are_too_large(self) -> bool:
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _FOLDER_SECONDS
        return self._child.folder_bytes() > self._file_bytes
