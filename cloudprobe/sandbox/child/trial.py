"""What a confined child tries, to find out whether this tier really confines on this machine."""

import contextlib
import ctypes
import importlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

_PT_ATTACH = 10
"""Of macOS."""


def escapes(settings: Mapping[str, Any]) -> list[str]:
    """Names of what should have been refused and was not; empty where the tier holds.

    Args:
        settings: ``canary`` (path of a file of the parent's that only its owner may read), ``parent`` (its pid).

    Raises:
        ImportError: what a script needs cannot be read.
        OSError: it has no folder for its own files.
    """
    importlib.import_module("six")  # the lightest of the packages, to see that they are there

    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    attempts: dict[str, Callable[[], object]] = {
        "opens a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "opens a Unix socket": lambda: socket.socket(socket.AF_UNIX),
        "reads a file of the parent's": lambda: _read(settings["canary"]),
        "reads the parent's environment": lambda: _read(f"/proc/{settings['parent']}/environ"),
        "writes beside the parent's file": lambda: _write(settings["canary"]),
        "starts a process": _fork,
        "starts a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606  # it must fail
        "signals the parent": lambda: os.kill(settings["parent"], 0),
        "traces": _trace,
    }
    return [name for name, attempt in attempts.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], object]) -> bool:
    with contextlib.suppress(OSError):
        attempt()
        return True
    return False


def _read(path: str) -> None:
    with open(path, "rb") as file:  # noqa: PTH123  # pathlib would double the child's start-up
        file.read(1)


def _write(path: str) -> None:
    with open(path, "ab") as file:  # noqa: PTH123  # as above
        file.write(b"x")


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _trace() -> None:
    if sys.platform == "darwin":
        if ctypes.CDLL(None).ptrace(_PT_ATTACH, os.getppid(), 0, 0) != 0:
            raise PermissionError
        return
    if ctypes.CDLL(None).ptrace(0, 0, 0, 0) != 0:
        raise PermissionError
