"""Recordings from somebody else: a few kilobytes may inflate to gigabytes, so they are measured before being read."""

import zlib
from pathlib import Path

from cloudprobe.errors import StateCorruptedError
from cloudprobe.sandbox.child import wire

MAX_RECORDING_BYTES = 1024 * 1024 * 1024
"""Inflated; a run's answers are bounded by its permit at a quarter of it."""
_LONGEST_LINE = wire.MAX_ANSWER_BYTES + 2 * wire.MAX_REQUEST_BYTES
_CHUNK = 256 * 1024


def check_segments(folder: Path) -> None:
    """Inflate every segment in small pieces, keeping none.

    Raises:
        StateCorruptedError: it is damaged, or larger than a recording of ours can be.
    """
    total = 0
    for segment in sorted(folder.glob("*")):
        total += _measure(segment, most=MAX_RECORDING_BYTES - total)


def _measure(segment: Path, *, most: int) -> int:
    inflate = zlib.decompressobj()
    size = line = 0
    try:
        with segment.open("rb") as file:
            while data := inflate.unconsumed_tail or file.read(_CHUNK):
                piece = inflate.decompress(data, _CHUNK)
                size += len(piece)
                cut = piece.rfind(b"\n")
                line = line + len(piece) if cut < 0 else len(piece) - cut - 1
                if inflate.unused_data:
                    raise StateCorruptedError(f"something stands behind the recording's segment {segment.name}")
                if size > most or line > _LONGEST_LINE:
                    raise StateCorruptedError(f"the recording's segment {segment.name} is too large")
    except zlib.error as error:
        raise StateCorruptedError(f"the recording's segment {segment.name} is damaged: {error}") from error
    except OSError as error:
        raise StateCorruptedError(f"the recording's segment {segment.name} cannot be read: {error.strerror}") from error
    return size
