"""Text in an account that speaks to whoever reads it. Found by signs, so some escapes; nothing depends on finding it.

What a model may reach is bounded by code whatever it read (docs/agents.md). This is for the report: a person should
know that somebody put instructions where data belongs.
"""

import base64
import binascii
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cloudprobe.agents.prompting.marking import short
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
_DECODINGS = 2

_NUMBERS = re.compile(r"(?:0x)?(?<![a-z])[0-9a-f]*\d[0-9a-f]*")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_UNSEEN = {"Cf", "Cc", "Co", "Cn", "Mn"}


@cache
def _known() -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """What every sign has some part of, and the signs."""
    read = tomllib.loads((Path(__file__).parent / "suspicion_signs.toml").read_text(encoding="utf-8"))
    signs = ((why, re.compile(sign, re.IGNORECASE)) for why, group in read["signs"].items() for sign in group)
    return re.compile("|".join(map(re.escape, read["parts"]))), tuple(signs)


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
        form = _NUMBERS.sub("#", text[:_STRING]) if len(text) >= _SHORTEST else ""
        if not form or form in seen:
            continue  # what differs in numbers alone says the same
        seen.add(form)
        read += len(form)
        if read > _SCANNED or len(found) >= MOST:
            break
        if why := suspicion(text):
            found.append(SuspectText(pointer=place, excerpt=short(text, limit=_EXCERPT), why=why))
    return tuple(found)


def suspicion(text: str) -> str:
    """Why a text reads like an instruction, as the end of a sentence; empty where it does not."""
    parts, signs = _known()
    for reading in _readings(text[:_STRING]):
        if parts.search(reading.lower()):
            for why, sign in signs:
                if sign.search(reading):
                    return why
    return ""


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


def _readings(text: str) -> Iterator[str]:
    """The text as a reader sees it: plain letters, names pulled apart, and what its encodings say."""
    plain = _plain(text)
    yield plain
    apart = re.sub(r"[-_./+]+", " ", plain)
    if apart != plain:
        yield apart
    if "%" in plain:
        yield _plain(re.sub(r"[-_./+]+", " ", unquote(plain)))
    for coded in _BASE64.findall(text)[:_DECODINGS]:
        if decoded := _decoded(coded):
            yield _plain(decoded)


def _plain(text: str) -> str:
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(c for c in folded if unicodedata.category(c) not in _UNSEEN or c in "\n\t")
    )


def _decoded(coded: str) -> str:
    padded = coded.replace("-", "+").replace("_", "/").rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
