"""What of a text can be looked up: numbers, dates, names, ids, ARNs, addresses.

Words of the language prove themselves; a mark has to stand somewhere in what was recorded. What might be either counts
as a mark: a name taken for a word would pass unchecked, a word taken for a name is only shown as unverified.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources


class MarkKind(StrEnum):
    ARN = "arn"
    MOMENT = "moment"
    ADDRESS = "address"
    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Mark:
    kind: MarkKind
    text: str
    """As it stands in the text, without the quotes around it."""
    unit: str = ""
    """The word after a number, lower-cased and without its plural: ``day``, ``gb``, ``%``."""


_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
}
_SPELLED = "|".join(_NUMBER_WORDS)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_UNIT = r"(?:\s?(?P<unit>%|[A-Za-z]+))?"
_PATTERN = re.compile(
    rf"""
      (?P<arn>\barn:[a-z-]+:[^\s"'`<>|)\]}},;]+)
    | `(?P<ticked>[^`\n]+)` | “(?P<curled>[^”\n]+)” | "(?P<quoted>[^"\n]+)" | (?<!\w)'(?P<single>[^'\n]+)'(?!\w)
    | (?P<moment>\b\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]{_CLOCK}(?:\s?(?:Z|UTC)|[+-]\d{{2}}:?\d{{2}})?)?|\b{_CLOCK}\b)
      | (?P<address>\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?:/\d{{1,2}})?\b
          | (?<![\w:])(?:[0-9a-f]{{0,4}}:){{2,7}}[0-9a-f]{{0,4}}(?:/\d{{1,3}})?)
      | (?P<number>(?<![\w.])[$€]?\d[\d,]*(?:\.\d+)?(?![\w]*[-_./:]?\w*[A-Za-z]\w*[-_]\w)){_UNIT}(?![\w-]*\d)
    | (?P<spelled>(?<![\w-])(?:{_SPELLED})(?![\w-]))(?:\s(?P<spelled_unit>[A-Za-z]+))?
    | (?P<word>(?<!\w)[/@.]?[A-Za-z0-9_][\w./:@*=+#-]*[\w*]|(?<!\w)\w(?!\w))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[a-z]+[A-Z]|[A-Z][a-z]+[A-Z]|[A-Za-z]\d|\d[A-Za-z]|_|[/:@*=#]|\w\.\w")
_HYPHENATED = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)+")
_ENDING = ".,;:!?"


@cache
def _words(kind: str) -> frozenset[str]:
    document = tomllib.loads(resources.files("cloudprobe.reports.checking").joinpath("words.toml").read_text("utf-8"))
    return frozenset(document[kind].split())


def marks(text: str) -> Iterator[Mark]:
    """Everything in a text that has to be found somewhere, in order."""
    for found in _PATTERN.finditer(text):
        value = found[0]
        if found["arn"]:
            yield Mark(MarkKind.ARN, value.rstrip(_ENDING))
        elif found["moment"]:
            yield Mark(MarkKind.MOMENT, value)
        elif found["address"]:
            yield Mark(MarkKind.ADDRESS, value)
        elif found["number"]:
            yield Mark(MarkKind.NUMBER, found["number"], _unit(found["unit"]))
        elif found["spelled"]:
            yield Mark(MarkKind.NUMBER, _NUMBER_WORDS[found["spelled"].lower()], _unit(found["spelled_unit"]))
        elif found["word"]:
            if _is_name(word := value.rstrip(_ENDING)):
                yield Mark(MarkKind.NAME, word)
        else:
            yield from _quoted(next(found[name] for name in ("ticked", "curled", "quoted", "single") if found[name]))


def _quoted(text: str) -> Iterator[Mark]:
    """A quotation is one name, whatever it looks like; only a bare number or ARN is what it is."""
    stripped = text.strip()
    if stripped.startswith("arn:"):
        yield Mark(MarkKind.ARN, stripped)
    elif stripped:
        yield Mark(MarkKind.NAME, stripped)


def _unit(word: str | None) -> str:
    unit = (word or "").lower()
    return unit[:-1] if len(unit) > 2 and unit.endswith("s") else unit  # noqa: PLR2004 - "ms" and "s" are no plurals


def _is_name(word: str) -> bool:
    if word.lower() in _words("field") or len(word) == 1:
        return False
    if _HYPHENATED.fullmatch(word):
        return not _is_language([part.lower() for part in word.split("-")])
    return bool(_IDENTIFIER.search(word) or "-" in word)


def _is_language(parts: list[str]) -> bool:
    first, *middle, last = parts
    if not middle:
        return first in _words("first") or last in _words("last")
    joining = _words("first") | _words("middle") | _words("last")
    return all(part in joining for part in middle) and any(part in joining for part in (first, last))
