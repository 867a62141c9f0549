"""What one text says to different readers: as it stands, without what hides, and as its encodings say."""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from urllib.parse import unquote

_DEPTH = 2
"""Encodings one inside another."""
_MOST = 12
"""Texts that are decoded of one; whoever nests more is not read to the end."""
_PARTS = 2
"""Of one kind in one text."""

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ :,]?){12,}(?![0-9A-Za-z])")
_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x9b[0-?]*[ -/]*[@-~]")
_PUNCTUATION = re.compile(r"[-_./+]+|(?<=[a-z])(?=[A-Z])")
_UNSEEN = {"Cf", "Cc", "Co", "Cn", "Mn"}
_TAG_LETTERS = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
_LOOKALIKES = str.maketrans(
    "аеіїјорсухѕһԁԛԝАВЕКМНОРСТУХІЈЅ" + "αινορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeiijopcyxshdqwABEKMHOPCTYXIJS" + "aivoptuxABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look like Latin ones."""


def readings(text: str) -> Iterator[str]:
    """The text in every way it may be read, plainest first. Some repeat."""
    waiting = deque([(text, 0)])
    read = 0
    while waiting and read <= _MOST:
        here, depth = waiting.popleft()
        read += 1
        yield from _shown(here)
        if depth < _DEPTH:
            waiting.extend((inner, depth + 1) for inner in _decoded(here))
    yield codecs.encode(text, "rot13")


def plain(text: str) -> str:
    """In plain letters: no accents, no wide or fancy forms, nothing that is not seen."""
    if text.isascii() and text.isprintable():
        return text
    folded = unicodedata.normalize("NFKD", _TERMINAL.sub("", text).translate(_TAG_LETTERS))
    return unicodedata.normalize(
        "NFC", "".join(c for c in folded if unicodedata.category(c) not in _UNSEEN or c in "\r\n\t")
    )


def _shown(text: str) -> Iterator[str]:
    """As a person sees it, and with names pulled apart into words."""
    seen = plain(text)
    yield seen
    apart = _PUNCTUATION.sub(" ", seen)
    if apart != seen:
        yield apart
    if not seen.isascii():
        latin = seen.translate(_LOOKALIKES)
        if latin != seen:
            yield latin
    if "\u202e" in text or "\u2067" in text:  # shown from right to left
        yield seen[::-1]
    if seen[1::2].isspace():  # l e t t e r s
        yield seen[::2]


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text)
    if "&" in text and ";" in text:
        yield html.unescape(text)
    if _ESCAPED.search(text):
        yield _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    for coded in _BASE64.findall(text)[:_PARTS]:
        yield from _text_of(_bytes_of(coded))
    for coded in _HEX.findall(text)[:_PARTS]:
        digits = re.sub(r"[^0-9A-Fa-f]", "", coded)
        yield from _text_of(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _bytes_of(coded: str) -> bytes:
    padded = coded.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text_of(data: bytes) -> Iterator[str]:
    """As text, where it is text at all."""
    encoding = "utf-16-le" if data[1::2].count(0) > len(data) // 4 else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return
    if text:
        yield text
