"""One process at a time carries an inspection; the kernel lets go when that process ends, however it ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudprobe.adapters.local import disk
from cloudprobe.domain.ids import is_inspection_id
from cloudprobe.errors import StoreBusyError, UsageError

_ATTEMPTS, _PAUSE_SECONDS = 5, 0.01  # somebody who only looks, in ``is_held``, holds the lock for an instant


class InspectionLocks:
    """Advisory locks, a file each.

    Args:
        folder: of the lock files, and of nothing else; made when first locked.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, inspection_id: str) -> Iterator[None]:
        """Keep every other process, and every other holder in this one, from the inspection.

        Raises:
            StoreBusyError: somebody holds it.
        """
        path = self._path(inspection_id)
        descriptor = _acquire(path)
        if descriptor is None:
            raise StoreBusyError(
                f"The inspection {inspection_id} is being run by another process.",
                hint="Wait until it has ended or stop it there; `cloudprobe list` shows what runs.",
            )
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # a lock file that stays is empty and means nothing
                path.unlink()
            os.close(descriptor)

    def is_held(self, inspection_id: str) -> bool:
        """Whether some process runs it now; tells a running inspection from one whose process died."""
        try:
            descriptor = os.open(self._path(inspection_id), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _lock(descriptor)
        finally:
            os.close(descriptor)

    def _path(self, inspection_id: str) -> Path:
        if not is_inspection_id(inspection_id):
            raise UsageError(f"{inspection_id!r} is no inspection.", hint="See `cloudprobe list` for those there are.")
        return self._folder / f"{inspection_id}.lock"


def _acquire(path: Path) -> int | None:
    """A descriptor that holds the lock; None while somebody else does."""
    disk.make_folder(path.parent)
    for _ in range(_ATTEMPTS):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise disk.store_error(path, error) from error
        # Its last holder may have removed the file between our opening and locking it.
        if _lock(descriptor) and _stands_at(path, descriptor):
            return descriptor
        os.close(descriptor)
        time.sleep(_PAUSE_SECONDS)
    return None


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stands_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
