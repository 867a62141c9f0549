"""What in a question is a resource's name: found before anything else is read, so that no name picks a template.

A name is known by how it is written (``orders-api``, ``OrdersApi``, ``orders2``, in quotes), or by where it stands:
beside the kind of thing it names an unlisted word is its name ("the RDS database catalogue", "queue orders"), so is a
compound of ordinary words ("the alarm-notifier function"), unless it describes ("world-readable buckets").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cloudprobe.templates.lexicon import is_known, phrase_beginnings, phrases, stem
from cloudprobe.templates.regions import is_region
from cloudprobe.templates.vocabulary import DESCRIBING_BEGINNINGS, KIND_NOUNS, STOP_WORDS

MASK = "\u02ac"
"""A letter nobody types: what a name is replaced by, so that nothing can be read from it."""

_ITSELF = (  # things with a syntax of their own: they are read by it
    re.compile(r"\barn:aws[\w-]*:[a-z0-9-]+:[^\s,;\"'`)]*", re.IGNORECASE),
    re.compile(r"\bs3://[^\s,;\"'`)]*", re.IGNORECASE),
    re.compile(r"\bhttps?://[^\s,;\"'`)]*", re.IGNORECASE),
    re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.amazonaws\.com\b", re.IGNORECASE),
)
_QUOTED = re.compile(
    r"(?<!\w)(?:'([^'\n]{1,80})'|\"([^\"\n]{1,80})\"|`([^`\n]{1,80})`|\u2018([^\u2019\n]{1,80})\u2019|\u201c([^\u201d\n]{1,80})\u201d)(?!\w)"
)
_WORD = re.compile(r"(?<![\w./:@+-])(?:[\w./:@+-]*\w)")  # begins where a run does, so that no run is read twice
_PARTS = re.compile(r"[-./:@+_]")
_CAMEL = re.compile(r"[a-z][A-Z]")
_MEASURE = re.compile(
    r"[+-]?\d+(?:[-.:/]\d+)*(?:am|pm|h|hr|hrs|m|min|mins|s|ms|d|w|k|gb|mb|tb|x|xx|st|nd|rd|th|z)?"
    r"|\d{4}-\d\d-\d\dT[\d:.Z+-]+|(?:tcp|udp|port)[/:]\d+",
    re.IGNORECASE,
)
"""Times, dates, amounts and addresses: written with digits, and no resource's name."""
_DESCRIBING = re.compile(
    r"(?:able|ible|ed|facing|only|wide|level|side|based|free|less|old|prone|like|up|out|down|off)$"
)
_ALTERNATIVES = re.compile(r"[A-Za-z]+(?:/[A-Za-z]+)+")
_STOP = re.compile(r"[,;?!\n]|\.\s")
"""What ends what belongs together."""
_CONSTANT = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_CALLED = frozenset({"called", "named"})
_TITLED = frozenset({"alarm", "alert", "dashboard"})
_LONGEST_TITLE = 10


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question, or what stands in quotes there."""

    text: str
    start: int
    end: int
    """With its quotes."""
    quoted: bool = False
    named: bool = False
    """Whether it is what some resource is called."""

    @property
    def lower(self) -> str:
        return self.text.lower()


def is_measure(token: str) -> bool:
    """Whether a word is a time, an amount or an address: ``3h``, ``14k``, ``9:30``."""
    return _MEASURE.fullmatch(token) is not None


def has_shape_of_name(token: str) -> bool:
    """``orders-api``, ``orders_v2``, ``OrdersApi``, ``orders2``: written as resources are named; no listed phrase."""
    if is_measure(token) or is_region(token):
        return False
    parts = tuple(stem(part) for part in _PARTS.split(token.lower()) if part)
    if "/" in token and not token.startswith("/") and any(len(part) < 2 or part.isdigit() for part in parts):  # noqa: PLR2004 - w/o, 0/4
        return False
    shaped = _PARTS.search(token) or _CAMEL.search(token) or (token.isalnum() and _mixes_digits(token))
    return bool(shaped) and parts not in phrases() and not is_known(token)


def looks_like_name(token: str) -> bool:
    """Written so, and not of ordinary words alone: ``orders-api``, but not ``read-only`` or ``world-readable``."""
    return has_shape_of_name(token) and not _is_ordinary(token) and not _CONSTANT.fullmatch(token)


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text in order, each told whether it is a name; ARNs, ids and URLs are left out."""
    for pattern in _ITSELF:
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    words: list[Token] = []
    position = 0
    for quote in _QUOTED.finditer(text):
        content = next(group for group in quote.groups() if group is not None)
        before = _words(text, position, quote.start())
        if len(content.split()) > 1 and not _may_be_title(content, before):
            continue
        words.extend(before)
        words.append(Token(content.strip(), quote.start(), quote.end(), quoted=True))
        position = quote.end()
    words.extend(_words(text, position, len(text)))
    return tuple(replace(word, named=_is_name(i, words, text)) for i, word in enumerate(words))


def masked(text: str) -> str:
    """A text with every name replaced by ``MASK``."""
    parts, position = [], 0
    for word in tokens(text):
        if word.named:
            parts += [text[position : word.start], MASK]
            position = word.end
    return "".join((*parts, text[position:]))


def names_noun(word: str) -> bool:
    """Whether a word is the kind of something that has a name: ``queue``, ``functions``, ``db``."""
    lower = word.lower()
    return lower in KIND_NOUNS or (lower.endswith("s") and lower[:-1] in KIND_NOUNS)


def _words(text: str, start: int, end: int) -> list[Token]:
    found: list[Token] = []
    for match in _WORD.finditer(text, start, end):
        whole = match.group()
        word = whole if _MEASURE.fullmatch(whole) or whole.startswith("/") else whole.lstrip("./:@+-")
        elided = len(word) < 3 and text[match.start() - 1 : match.start()] in ("'", "\u2019")  # noqa: PLR2004 - 's, 't, 're
        if word and not elided:
            found.append(Token(word, match.end() - len(word), match.end()))
    return found


def _may_be_title(content: str, before: list[Token]) -> bool:
    """``'High CPU on db'`` behind ``alarm``: several words in quotes are a name only behind what has such names."""
    near = {word.lower.removesuffix("s") for word in before[-3:]}
    return bool(near & _TITLED) and len(content.split()) <= _LONGEST_TITLE


def _is_ordinary(token: str) -> bool:
    parts = [part.lower() for part in _PARTS.split(token) if part]
    return all(is_known(part) for part in parts) or tuple(stem(part) for part in parts) in phrase_beginnings()


def _is_name(i: int, words: Sequence[Token], text: str) -> bool:
    word = words[i]
    before = [other for other in words[max(i - 1, 0) : i] if not _STOP.search(text, other.end, word.start)]
    after = [other for other in words[i + 1 : i + 2] if not _STOP.search(text, word.end, other.start)]
    behind_kind = bool(before) and not before[-1].quoted and names_noun(before[-1].text)
    behind_called = bool(before) and before[-1].lower in _CALLED
    before_kind = bool(after) and not after[0].quoted and names_noun(after[0].text)
    if word.quoted:
        return bool(word.text) and (behind_kind or before_kind or behind_called or not _is_listed(word.text))
    if looks_like_name(word.text):
        spoken = "/" in word.text and not word.text.startswith("/") and _ALTERNATIVES.fullmatch(word.text)
        return behind_kind or not (spoken or _describes(word.text))
    if has_shape_of_name(word.text):  # a compound of ordinary words
        beside = behind_kind or behind_called or (before_kind and not after[0].lower.endswith("s"))
        return not _describes(word.text, behind_kind=behind_kind) and (beside or not _is_spoken(word.text))
    return False


def _is_listed(text: str) -> bool:
    parts = tuple(stem(part) for part in re.split(r"[\s./:@+_-]+", text.lower()) if part)
    return parts in phrases() or is_known(text)


def _describes(token: str, *, behind_kind: bool = False) -> bool:
    """``in-VPC``, ``world-readable``, ``S3-triggered``: says how a thing is. Behind "bucket", ``in-box`` is a name."""
    parts = [part.lower() for part in _PARTS.split(token) if part]
    if len(parts) < 2 or "_" in token or not all(part.isalpha() or is_known(part) for part in parts):  # noqa: PLR2004 - a compound
        return False
    known = [is_known(part) for part in parts]
    return (known[-1] and not behind_kind and parts[0] in DESCRIBING_BEGINNINGS) or (
        known[0] and (bool(_DESCRIBING.search(parts[-1])) or any(part in DESCRIBING_BEGINNINGS for part in parts[1:-1]))
    )


def _is_spoken(token: str) -> bool:
    """``day-to-day``, ``RDS/Aurora``, ``encryption-at-rest``: no name where no kind of thing stands beside it."""
    parts = [part.lower() for part in _PARTS.split(token) if part]
    return (
        "/" in token
        or ":" in token
        or bool(_CONSTANT.fullmatch(token))
        or tuple(stem(part) for part in parts) in phrase_beginnings()
        or any(part in DESCRIBING_BEGINNINGS for part in parts[1:-1])
        or all(part in STOP_WORDS for part in parts)
    )


def _mixes_digits(token: str) -> bool:
    return any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
