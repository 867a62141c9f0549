"""Files that are written whole or not at all, and what a full or read-only disk is called to a person."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudprobe.errors import StoreError

TEMPORARY_PREFIX = ".writing-"
"""Of a file on its way; one that a kill left behind means nothing and is never read."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_ELSEWHERE = "give another folder with --data-dir"


def store_error(path: Path, error: OSError) -> StoreError:
    """What to tell a person of a path that could not be read or written."""
    reason = (error.strerror or type(error).__name__).lower()
    if error.errno in _FULL:
        return StoreError(
            f"There is no room left to write {path} ({reason}).", hint=f"Free some space there, or {_ELSEWHERE}."
        )
    if error.errno in _FORBIDDEN:
        return StoreError(f"{path} may not be written ({reason}).", hint=f"Make it writable, or {_ELSEWHERE}.")
    return StoreError(f"{path} cannot be used ({reason}).", hint=f"See what stands there, or {_ELSEWHERE}.")


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents; what stands in them is no other user's business.

    Raises:
        StoreError: it cannot be made.
    """
    if folder.is_dir():
        return
    try:
        for part in reversed((folder, *folder.parents)):
            part.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise store_error(folder, error) from error


def write(path: Path, data: bytes) -> None:
    """Put data in place of whatever stands there; after a crash there is the old or the new, never a part.

    Raises:
        StoreError: it cannot be written; nothing changed.
    """
    with _written_beside(path, data) as temporary:
        temporary.replace(path)


def write_new(path: Path, data: bytes) -> bool:
    """Put data where nothing stands yet; whether it was put there. Of several writers exactly one succeeds.

    Raises:
        StoreError: it cannot be written; nothing changed.
    """
    with _written_beside(path, data) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        return True


@contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """A complete, synced temporary file in the same folder, gone afterwards; then the folder itself is synced."""
    make_folder(path.parent)
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY_PREFIX)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
        _sync_folder(path.parent)
    except OSError as error:
        raise store_error(path, error) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A rename is only durable once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
