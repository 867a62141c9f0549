"""Remove what a script left, as the user it was: ``python -I -S cleaner.py <folder> <shared folder>…``.

A script may nest folders deeper than a path or a recursion can reach, and take its own rights to them away. So nothing
is walked: what a folder holds is moved up beside it, until all is flat.
"""

import contextlib
import itertools
import os
import stat
import sys


def clear(folder: str) -> None:
    """Remove a folder and all in it; what cannot be removed stays."""
    if not _is_folder(folder):
        return
    numbers = itertools.count()
    with contextlib.suppress(OSError):
        while entries := os.listdir(folder):  # noqa: PTH208  # pathlib is slow to import
            for name in entries:
                _flatten(folder, name, numbers)
        os.rmdir(folder)  # noqa: PTH106  # as above


def _flatten(folder: str, name: str, numbers: "itertools.count[int]") -> None:
    path = f"{folder}/{name}"
    if not _is_folder(path):
        os.unlink(path)  # noqa: PTH108  # as above
        return
    os.chmod(path, 0o700)  # noqa: PTH101  # as above
    for inner in os.listdir(path):  # noqa: PTH208  # as above
        target = f"{path}/{inner}"
        if _is_folder(target):
            os.chmod(target, 0o700)  # noqa: PTH101  # a folder's owner moves it only where it may write into it
        os.rename(target, f"{folder}/.{next(numbers)}-{os.getpid()}")  # noqa: PTH104  # as above
    os.rmdir(path)  # noqa: PTH106  # as above


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _clear_shared(folder: str) -> None:
    """What this user left where anybody may leave something."""
    try:
        entries = os.listdir(folder)  # noqa: PTH208  # as above
    except OSError:
        return
    for name in entries:
        path = f"{folder}/{name}"
        with contextlib.suppress(OSError):
            if os.lstat(path).st_uid != os.getuid():
                continue
            clear(path) if _is_folder(path) else os.unlink(path)  # noqa: PTH108  # as above


if __name__ == "__main__":
    clear(sys.argv[1])
    for shared in sys.argv[2:]:
        _clear_shared(shared)
