"""Disks that fail, without mounting one: as root, permissions bind nobody."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def full_disk():
    """A context in which no file can grow beyond so many bytes."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture
def run_python():
    """Start a program in a process of its own, from this working tree; returns it with pipes."""
    root = Path(__file__).parents[2]

    def start(program: str, *arguments: object) -> subprocess.Popen:
        command = [sys.executable, "-c", program, *map(str, arguments)]
        return subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    return start
