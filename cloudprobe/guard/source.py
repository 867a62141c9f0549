"""A script as it comes: bytes, read as Python reads a source file, or told why they are none."""

import io
import tokenize

from cloudprobe.guard.findings import Finding
from cloudprobe.guard.policy import digest, minimal_policy, script_digest
from cloudprobe.guard.validation import SIZE_LIMIT, Digests, Verdict

BYTES_LIMIT = 4 * SIZE_LIMIT
"""More cannot be a script of an acceptable size in any encoding of Python's."""


def decoded(data: bytes) -> str | Finding:
    """The text of a script: UTF-8, with or without its mark, or whatever its coding line declares.

    Args:
        data: of the file, or one byte more of it than ``BYTES_LIMIT``.
    """
    if len(data) > BYTES_LIMIT:
        return Finding(
            code="size",
            line=1,
            message=f"The script has more than {BYTES_LIMIT:,} bytes.",
            hint="A probe asks one thing; split it.",
        )
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        text.encode()  # an escape of a rarer encoding can be half a character
    except (SyntaxError, LookupError, UnicodeError) as error:
        line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        return Finding(
            code="encoding",
            line=line,
            message=f"The script is not text that Python can read: {error}.",
            hint="Save it as UTF-8.",
        )
    return text.removeprefix("\ufeff")


def unreadable(finding: Finding) -> Verdict:
    """The verdict on what is no text: it may do nothing."""
    nothing = minimal_policy(())
    digests = Digests(script_digest(""), digest(nothing))
    return Verdict(accepted=False, script="", findings=(finding,), policy=nothing, digests=digests)
