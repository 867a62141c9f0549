"""What a model said, made safe to keep: it may repeat whatever an account holds."""

import math
from typing import Any

from cloudprobe.agents.prompting.marking import short
from cloudprobe.domain.text import encodable, printable, shortened

_DEPTH = 6
_ENTRIES = 500
_STRING = 4_000


def sentence(text: str, *, limit: int = 500) -> str:
    """One line, bounded."""
    return shortened(printable(encodable(" ".join(text[: 4 * limit].split()))), limit)


def prose(text: str, *, limit: int) -> str:
    """Several lines, bounded."""
    return shortened(printable(encodable(text[:limit]), lines=True), limit)


def values(given: Any, *, depth: int = 0) -> Any:
    """Variables for a script as plain JSON of bounded size; what is no JSON becomes text."""
    if given is None or isinstance(given, bool | int) or (isinstance(given, float) and math.isfinite(given)):
        return given
    if isinstance(given, str):
        return encodable(given[:_STRING])
    if depth >= _DEPTH:
        return None
    if isinstance(given, dict):
        return {short(str(k), limit=100): values(v, depth=depth + 1) for k, v in list(given.items())[:_ENTRIES]}
    if isinstance(given, list | tuple):
        return [values(item, depth=depth + 1) for item in given[:_ENTRIES]]
    return encodable(str(given)[:_STRING])
