"""Text in an account that speaks to whoever reads it. Found by signs, so some escapes; nothing depends on finding it.

What a model may reach is bounded by code whatever it read (docs/agents.md). This is for the report: a person should
know that somebody put instructions where data belongs.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cloudprobe.agents.prompting.marking import short
from cloudprobe.agents.prompting.readings import plain, readings
from cloudprobe.domain.agents import SuspectText
from cloudprobe.domain.pointers import escape

MOST = 20
_SCANNED = 1_000_000
"""Characters of one document; more is not read for this."""
_SHORTEST = 12
"""Nothing shorter is an instruction."""
_STRING = 20_000
"""Characters of one string."""
_EXCERPT = 160
_BEFORE = 30
"""Characters of an excerpt before the words that were noticed."""

_CODED = re.compile(r"(?:[0-9a-fA-F]{2}[ :,]?){12}")
"""May be text in hexadecimal digits, and not just a number."""
_NUMBERS = re.compile(r"(?:0x)?(?<![a-z])[0-9a-f]*\d[0-9a-f]*")


@cache
def _known() -> tuple[tuple[str, ...], tuple[tuple[str, re.Pattern[str]], ...]]:
    """What every sign has some part of, and the signs; in plain letters, as texts are read."""
    read = tomllib.loads((Path(__file__).parent / "suspicion_signs.toml").read_text(encoding="utf-8"))
    signs = ((why, re.compile(plain(sign), re.IGNORECASE)) for why, group in read["signs"].items() for sign in group)
    return tuple(map(plain, read["parts"])), tuple(signs)


def suspects(document: Any, pointer: str) -> tuple[SuspectText, ...]:
    """Strings of a document, keys included, that read like instructions, each with its place.

    Args:
        document: plain JSON.
        pointer: of the document itself.
    """
    found: list[SuspectText] = []
    seen: set[str] = set()
    read = 0
    for place, text in _strings(document, pointer):
        form = _form(text[:_STRING])
        if len(text) < _SHORTEST or form in seen:
            continue
        seen.add(form)
        read += len(form)
        if read > _SCANNED or len(found) >= MOST:
            break
        if sign := _sign(text):
            found.append(SuspectText(pointer=place, excerpt=_excerpt(text, sign.words), why=sign.why))
    return tuple(found)


def suspicion(text: str) -> str:
    """Why a text reads like an instruction, as the end of a sentence; empty where it does not."""
    sign = _sign(text)
    return sign.why if sign else ""


@dataclass(frozen=True, slots=True)
class _Sign:
    why: str
    words: str
    """In plain letters."""


def _sign(text: str) -> _Sign | None:
    parts, signs = _known()
    for reading in readings(text[:_STRING]):
        lower = reading.lower()
        if any(part in lower for part in parts):  # a dozen times quicker than one expression of them all
            for why, sign in signs:
                if match := sign.search(reading):
                    return _Sign(why, match[0])
    return None


def _excerpt(text: str, words: str) -> str:
    """The text about the words that were noticed; where an encoding hides them, also what they say."""
    begin = text.find(words)
    if begin >= 0:
        begin = max(0, begin - _BEFORE) if len(text) > _EXCERPT else 0
        return ("…" if begin else "") + short(text[begin:], limit=_EXCERPT)
    return f"{short(text, limit=_EXCERPT // 2)} (it reads: {short(words, limit=_EXCERPT // 2)})"


def _form(text: str) -> str:
    """What texts have in common that differ in numbers alone, and so say the same."""
    return text if _CODED.search(text) else _NUMBERS.sub("#", text)


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    waiting = [(place, value)]
    while waiting:
        here, item = waiting.pop()
        if isinstance(item, str):
            yield here, item
        elif isinstance(item, dict):
            for key, inner in reversed(item.items()):
                below = f"{here}/{escape(str(key))}"
                waiting.append((below, inner))
                waiting.append((below, str(key)))
        elif isinstance(item, list | tuple):
            waiting.extend((f"{here}/{n}", inner) for n, inner in reversed(list(enumerate(item))))
