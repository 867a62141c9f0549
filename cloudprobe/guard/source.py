"""A script as it comes: bytes, read as Python reads a source file, or told why they are none."""

import hashlib
import io
import tokenize
from dataclasses import dataclass

from cloudprobe.guard.findings import Finding
from cloudprobe.guard.policy import digest, minimal_policy
from cloudprobe.guard.validation import SIZE_LIMIT, Digests, Verdict

BYTES_LIMIT = 4 * SIZE_LIMIT
"""More cannot be a script of an acceptable size in any encoding of Python's."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are no script."""

    finding: Finding
    """Why."""
    digest: str
    """SHA-256 of the bytes; empty where there are more of them than were read."""


def decoded(data: bytes) -> str | Unreadable:
    """The text of a script: UTF-8, with or without its mark, or whatever its coding line declares.

    Args:
        data: of the file, or one byte more of it than ``BYTES_LIMIT``.
    """
    if len(data) > BYTES_LIMIT:
        said = f"The script has more than {BYTES_LIMIT:,} bytes; no more were read, so it has no digest."
        return Unreadable(Finding(code="size", line=1, message=said, hint="A probe asks one thing; split it."), "")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        text.encode()  # an escape of a rarer encoding can be half a character
    except (SyntaxError, LookupError, UnicodeError) as error:
        line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        said = f"The script is not text that Python can read: {error}."
        finding = Finding(code="encoding", line=line, message=said, hint="Save it as UTF-8.")
        return Unreadable(finding, hashlib.sha256(data).hexdigest())
    return text.removeprefix("\ufeff")


def unreadable(source: Unreadable) -> Verdict:
    """The verdict on what is no text: it may do nothing."""
    nothing = minimal_policy(())
    digests = Digests(source.digest, digest(nothing))
    return Verdict(accepted=False, script="", findings=(source.finding,), policy=nothing, digests=digests)
