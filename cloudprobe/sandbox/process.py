"""A child process: started, spoken to, ended, and nothing of it left."""

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from cloudprobe.sandbox import elsewhere
from cloudprobe.sandbox.child import cleaner, wire
from cloudprobe.sandbox.child.cleaner import clear
from cloudprobe.sandbox.launch import Launch

_PATIENCE_SECONDS = 10.0
_GRACE_SECONDS = 1.0
"""For the first process to collect the script and end."""
_SIGNALLED = 128
_START_SECONDS = 60.0
_CLEARING_SECONDS = 20.0
_INSIDE = f"{elsewhere.CHANNEL}/{elsewhere.SOCKET}"
_BUFFER_BYTES = 1024 * 1024
_SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # where anybody may leave files


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: exit status as ``os.waitstatus_to_exitcode`` gives it, and what it used."""

    exit_code: int
    cpu_seconds: float
    peak_memory_bytes: int


class Child:
    """One child of one launch. Use as a context manager: leaving it ends the child, whatever happened."""

    def __init__(self, launch: Launch, *, stdin: bytes = b"") -> None:
        self._launch = launch
        listener = _listen(launch.channel) if launch.channel is not None else None
        self.connection, theirs = socket.socketpair()
        self._first: _FirstProcess | None = None
        self.ended: Ended | None = None
        info_read, info_write = os.pipe() if launch.wrapped else (-1, -1)
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
            inherited = [theirs.fileno(), *([info_write] if launch.wrapped else [])]
            command = [*launch.command, str(theirs.fileno()) if listener is None else _INSIDE]
            if launch.wrapped:
                command[1:1] = ["--info-fd", str(info_write)]
            with _memory_file(stdin) as variables:
                self._process = subprocess.Popen(  # noqa: S603  # our own command; the script is not part of it
                    command,
                    stdin=variables,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=launch.environment,
                    cwd="/",
                    pass_fds=inherited,
                    start_new_session=True,
                )
        except BaseException:
            self.connection.close()
            if listener is not None:
                listener.close()
            if launch.wrapped:
                os.close(info_read)
            raise
        finally:
            theirs.close()
            if launch.wrapped:
                os.close(info_write)
        if listener is not None:
            try:
                self._accept(listener)
            except BaseException:
                self.close()
                raise
        if launch.wrapped:
            try:
                self._first = _first_process(info_read)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def stdout(self) -> int:
        return self._process.stdout.fileno()  # type: ignore[union-attr]  # it is a pipe, as asked

    @property
    def stderr(self) -> int:
        return self._process.stderr.fileno()  # type: ignore[union-attr]  # as above

    def _accept(self, listener: socket.socket) -> None:
        """Let the child connect, and nobody after it."""
        with listener:
            listener.settimeout(0.1)
            deadline = time.monotonic() + _START_SECONDS
            while self.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(TimeoutError):
                    connection, _ = listener.accept()
                    connection.settimeout(None)
                    self.connection.close()
                    self.connection = connection
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
                    return

    @property
    def clearing_seconds(self) -> float:
        """How long what we started may take to end after the script has: a daemon clears a container away first."""
        return _CLEARING_SECONDS if self._launch.ending else 0.0

    def send(self, message: dict[str, Any]) -> None:
        """Send one frame; a child that is gone already shows by its end, not here."""
        with contextlib.suppress(OSError):
            self.connection.sendall(wire.frame(wire.encode(message)))

    def poll(self) -> Ended | None:
        """Collect the child if it has ended."""
        if self.ended is None:
            pid, status, used = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self._process.returncode = code
                self.ended = Ended(
                    _through_wrapper(code) if self._launch.wrapped or self._launch.ending else code,
                    used.ru_utime + used.ru_stime,
                    used.ru_maxrss * 1024,
                )
        return self.ended

    def wait(self, *, seconds: float) -> Ended | None:
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, 0.02)
        return self.ended

    def kill(self) -> Ended:
        """End it now. The script first, so that who stands around it collects it and its usage is known."""
        if self.poll() is None and self._first is not None and not self._end_script(self._first):
            self._first.kill()
            self.wait(seconds=_PATIENCE_SECONDS)
        if self.poll() is None and self._launch.ending:
            subprocess.run(self._launch.ending, capture_output=True, check=False, timeout=_PATIENCE_SECONDS)  # noqa: S603  # our own command
            self.wait(seconds=_PATIENCE_SECONDS)
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
        while (ended := self.wait(seconds=_PATIENCE_SECONDS)) is None:
            continue  # an unkillable process is in the kernel's hands; leaving it behind is not an option
        return ended

    def _end_script(self, first: "_FirstProcess") -> bool:
        """Whether that was all it took."""
        return first.kill_children() and self.wait(seconds=_GRACE_SECONDS) is not None

    def close(self) -> None:
        self.kill()
        self.connection.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        if self._first is not None:
            self._first.close()
            self._first = None
        if self._launch.folder is not None:
            _remove(self._launch)

    def folder_bytes(self) -> int:
        """Bytes in the script's folder, where that is on a shared disk; what we cannot see counts as too much."""
        folder = self._launch.folder if self._launch.channel is None else None
        return _size(folder) if folder is not None and folder.exists() else 0


def _through_wrapper(code: int) -> int:
    """Bubblewrap ends with 128 plus the signal that ended the script."""
    return _SIGNALLED - code if code > _SIGNALLED else code


def _listen(path: Path) -> socket.socket:
    """A socket that only we and the container can reach: the folder around it is ours alone, and not shown to it."""
    path.parent.parent.mkdir(mode=0o700)
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)  # whatever the umask
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o777)
    listener.listen(1)
    return listener


@contextlib.contextmanager
def _memory_file(content: bytes) -> Any:
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.seek(0)
            yield file.fileno()
        return
    descriptor = os.memfd_create("variables", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with open(descriptor, "wb", closefd=False) as file:  # a descriptor has no path
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        yield descriptor
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class _FirstProcess:
    """A handle on the first process of a namespace, which is ours and has the script as its only child."""

    pid: int
    handle: int

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def kill_children(self) -> bool:
        """Whether there were any."""
        children = self._children()
        for child in children:
            with contextlib.suppress(OSError):
                handle = os.pidfd_open(child)
                try:
                    # Still its child: the number was not given to somebody else meanwhile.
                    if child in self._children():
                        signal.pidfd_send_signal(handle, signal.SIGKILL)
                finally:
                    os.close(handle)
        return bool(children)

    def close(self) -> None:
        os.close(self.handle)

    def _children(self) -> list[int]:
        try:
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except OSError:
            return []


def _first_process(info: int) -> _FirstProcess | None:
    """Learn from bubblewrap which process it started; that one waits for its settings, so it is still there."""
    try:
        ready, _, _ = select.select([info], [], [], _PATIENCE_SECONDS)
        data = b""
        while ready and (more := os.read(info, 4096)):
            data += more
            with contextlib.suppress(ValueError):
                pid = int(json.loads(data)["child-pid"])
                return _FirstProcess(pid, os.pidfd_open(pid))
    except OSError:
        return None
    else:
        return None
    finally:
        os.close(info)


def _size(folder: Path) -> int:
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                details = entry.stat(follow_symlinks=False)
                # Every entry costs the disk something, however empty it is.
                total += details.st_blocks * 512 + 4096
                if entry.is_dir(follow_symlinks=False):
                    total += _size(Path(entry.path))
    except FileNotFoundError:
        return total
    except (OSError, RecursionError):
        return 1 << 62
    return total


def _remove(launch: Launch) -> None:
    """Remove the script's files as the user it was: as anybody else we might not be allowed to."""
    if launch.uid is None:
        clear(str(launch.folder))
        return
    subprocess.run(  # noqa: S603  # our own program, over what the script left
        [launch.command[0], "-I", "-S", "-B", cleaner.__file__, str(launch.folder), *_SHARED_FOLDERS],
        user=launch.uid,
        group=launch.uid,
        extra_groups=[],
        env={},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
