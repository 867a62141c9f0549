"""The process of one local ECS task: runs its callable, and is gone when the account is."""

import os
import threading

from cloudprobe.emulator.seams.local_code import load_callable

_KILLED = 137


def run(path: str) -> None:
    """Run the task's callable; its exit code is the container's."""
    threading.Thread(target=_end_with_the_account, daemon=True).start()
    load_callable(path)()


def _end_with_the_account() -> None:
    """The account holds the other end of standard input, so that end of file means it has ended.

    The descriptor is read, not the stream: a stream's lock held by this thread would abort the interpreter's exit.
    """
    os.read(0, 1)
    os._exit(_KILLED)
