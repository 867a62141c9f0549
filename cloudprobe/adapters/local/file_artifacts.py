"""``ArtifactStore`` on files: ``<data folder>/inspections/<key>``."""

import contextlib
import secrets
import shutil
from pathlib import Path

from cloudprobe.adapters.local import disk
from cloudprobe.domain.ids import is_artifact_key
from cloudprobe.errors import StateCorruptedError, StoreError

_DISCARDED_PREFIX = ".deleted-"


class FileArtifactStore:
    """Keys are paths below ``folder``; several processes may share it.

    Args:
        folder: made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        disk.write(self._path(key), data)

    def put_once(self, key: str, data: bytes) -> bool:
        return disk.write_new(self._path(key), data)

    def get(self, key: str) -> bytes:
        path = self._path(key)
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise StateCorruptedError(
                f"There is no stored {key}: {path} is missing.",
                hint="Delete the inspection with `cloudprobe delete` and ask again.",
            ) from error
        except OSError as error:
            raise disk.store_error(path, error) from error

    def exists(self, key: str) -> bool:
        path = self._path(key)
        try:
            return path.is_file()
        except OSError as error:
            raise disk.store_error(path, error) from error

    def delete_all(self, prefix: str) -> None:
        """Whole segments count: ``a/1`` does not reach ``a/10``.

        The folder disappears at once and is emptied afterwards, so that nobody ever reads half of what was there.
        """
        folder = self._path(prefix)
        try:
            if folder.is_dir():
                folder.replace(folder.with_name(f"{_DISCARDED_PREFIX}{secrets.token_hex(8)}"))
            for discarded in folder.parent.glob(f"{_DISCARDED_PREFIX}*"):  # also of a deletion that was killed
                with contextlib.suppress(FileNotFoundError):  # another process may be emptying it
                    shutil.rmtree(discarded)
        except OSError as error:
            raise disk.store_error(folder, error) from error

    def _path(self, key: str) -> Path:
        if not is_artifact_key(key):
            raise StoreError(f"{key!r} is no key of an artefact.", hint="Keys are letters, digits, . _ - between /.")
        return self._folder.joinpath(*key.split("/"))
