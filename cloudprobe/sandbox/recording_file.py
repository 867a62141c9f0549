"""A recording as one file that can be handed on: a stored ZIP of ``run.json`` and the recording's segments.

While a run is going on the same things stand in a folder, so that a run that was killed keeps its evidence; ``opened``
takes either. Nothing in a file that somebody else made is trusted: its names and kinds are checked before it is read.
"""

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudprobe.errors import StateCorruptedError, StoreError
from cloudprobe.sandbox.recording import Recording

FORMAT = 1
_ABOUT = "run.json"
_SEGMENT = re.compile(r"\d{6}\.jsonl\.z")
_ABOUT_LIMIT = 8 * 1024 * 1024
_TIME = (1980, 1, 1, 0, 0, 0)
"""The same recording gives the same bytes."""


@dataclass(frozen=True, slots=True)
class OpenedRecording:
    about: dict[str, Any]
    """What ``begin`` was given."""
    recording: Recording


def begin(folder: Path, about: Mapping[str, Any]) -> None:
    """Write beside the segments to come what their run is.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _ABOUT).write_text(json.dumps({"format": FORMAT, **about}, sort_keys=True), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"The recording {folder} cannot be made: {error.strerror}.") from error


def pack(folder: Path, path: Path) -> None:
    """Make one file of a folder, whole or not at all; what stood there is replaced.

    Raises:
        StoreError: it cannot be written.
    """
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for part in sorted(folder.iterdir()):
                _add(archive, part)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise StoreError(f"The recording {path} cannot be written: {error.strerror}.") from error


@contextmanager
def opened(path: Path) -> Iterator[OpenedRecording]:
    """A recording from its file, or from the folder a killed run left.

    Raises:
        StateCorruptedError: it is none.
    """
    if path.is_dir():
        yield OpenedRecording(_about(path), Recording.load(path))
        return
    with tempfile.TemporaryDirectory(prefix="cloudprobe-") as name:
        folder = Path(name)
        _unpack(path, folder)
        yield OpenedRecording(_about(folder), Recording.load(folder))


def _add(archive: zipfile.ZipFile, part: Path) -> None:
    entry = zipfile.ZipInfo(part.name, _TIME)
    entry.external_attr = 0o600 << 16
    with part.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target)


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                known = entry.filename == _ABOUT or _SEGMENT.fullmatch(entry.filename)
                if not known or entry.compress_type != zipfile.ZIP_STORED or (folder / entry.filename).exists():
                    raise StateCorruptedError(f"{path} is no recording: it holds {entry.filename[:60]!r}.")
                with archive.open(entry) as source, (folder / entry.filename).open("xb") as target:
                    shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise StateCorruptedError(f"{path} is no recording, or a damaged one: {error}.") from error
    except OSError as error:
        raise StateCorruptedError(f"The recording {path} cannot be read: {error.strerror or error}.") from error


def _about(folder: Path) -> dict[str, Any]:
    try:
        with (folder / _ABOUT).open("rb") as file:
            about = json.loads(file.read(_ABOUT_LIMIT))
    except (OSError, ValueError, RecursionError) as error:
        raise StateCorruptedError(f"The recording {folder} does not say what its run is: {error}.") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise StateCorruptedError(f"{folder} is no recording that this version can read.")
    return about
