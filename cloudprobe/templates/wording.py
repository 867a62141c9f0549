"""From the words of a question to concepts, clause by clause; typing errors and word forms are forgiven."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cloudprobe.templates.regions import is_region
from cloudprobe.templates.vocabulary import (
    ASPECTS,
    HINTS,
    NAME_LIKE,
    NAME_LIKE_BEHIND,
    NAMED_THINGS,
    ORDINARY,
    OTHER_CLOUDS,
    STOP_WORDS,
    SUBJECTS,
)

LONGEST_QUESTION = 4000
"""Characters that are read; a question goes on saying what it said before that."""

Kind = Literal["subject", "aspect", "hint", "other cloud", "word", "name"]

_MAX_CLAUSES = 12
_MAX_TOKENS = 400
_LONGEST_PHRASE = 4
_TYPO_MIN_LENGTH = 5
_TWO_TYPOS_MIN_LENGTH = 8

_OPAQUE = (  # things with a syntax of their own, and the words they stand for
    (re.compile(r"\barn:aws[\w-]*:([a-z0-9-]+):[^\s,;\"'`)]*", re.IGNORECASE), None),
    (re.compile(r"\bs3://[^\s,;\"'`)]*", re.IGNORECASE), " bucket "),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"), " access key "),
    (re.compile(r"\bsg-[0-9a-f]{8,17}\b", re.IGNORECASE), " security group "),
    (re.compile(r"\bi-[0-9a-f]{8,17}\b", re.IGNORECASE), " instance "),
)
_ARN_WORDS = {"s3": "bucket", "lambda": "lambda", "iam": ""}
_ARN_IAM_KINDS = (":user/", "user"), (":role/", "role"), (":mfa/", "mfa")
_REWRITES = (
    (re.compile(r"[\u2018\u2019\u00b4]"), "'"),
    (re.compile(r"\bcan(?:'?t| not)\b", re.IGNORECASE), "cannot"),
    (re.compile(r"\bwo(?:n't|nt)\b", re.IGNORECASE), "will not"),
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|would|could|should)nt\b", re.IGNORECASE), r"\1 not"),
    (re.compile(r"\b(\w+)n't\b", re.IGNORECASE), r"\1 not"),
    (
        re.compile(r"\bwhat happened (?:to|with) (?=(?:the |my |our )?(?:metric|alarm|graph)s?\b)", re.IGNORECASE),
        "why ",
    ),
    (re.compile(r"\b\d+ ?(?:of|/) ?\d+ tasks\b", re.IGNORECASE), "running tasks"),
    (re.compile(r"\b(author|un?author|util|organ|virtual|initial)is(e|ed|es|ing|ation)\b", re.IGNORECASE), r"\1iz\2"),
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\bw/(?=\s)", re.IGNORECASE), "with"),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"\blogged in (?=(?:the|last|past|this|these)\b)", re.IGNORECASE), "logged during "),
    (
        re.compile(
            r"\bwhat (?:did|has|have) (?:the )?"
            r"((?:(?:iam )?(?:user|role)\s+)?(?!it\b|metric|that\b)[\w.@/-]+) (?:do|done)\b",
            re.IGNORECASE,
        ),
        r"who did \1",
    ),
    (re.compile(r"'(?:s|re|ve|ll|d|m)\b", re.IGNORECASE), " "),
)
_SPLIT = re.compile(
    r"[?!;,\n]+|\.(?=\s|$)|\s[-\u2013\u2014]\s|\b(?:and|but|also|plus|furthermore|additionally|besides|as well as)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"::/0|\w+(?:[-./:@+]\w+)*")
_PARTS = re.compile(r"[-./:@+_]")
_CAMEL = re.compile(r"[a-z][A-Z]")
_MEASURE = re.compile(
    r"\d+(?:[-.:/]\d+)*(?:am|pm|h|hr|hrs|m|min|mins|s|ms|d|w|k|gb|mb|tb|x|xx|st|nd|rd|th|z)?|\d{4}-\d\d-\d\dT[\d:.Z+-]+",
    re.IGNORECASE,
)
"""Times, dates, amounts and addresses: written with digits, and no resource's name."""


@dataclass(frozen=True, slots=True)
class Concept:
    """What a word means. ``word`` is one nobody listed, ``name`` what some resource, we know not which, is called."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a question that says one thing."""

    concepts: frozenset[Concept]

    def of(self, *kinds: Kind) -> frozenset[str]:
        return frozenset(concept.name for concept in self.concepts if concept.kind in kinds)

    def __or__(self, other: "Clause") -> "Clause":
        return Clause(self.concepts | other.concepts)


def clauses(question: str) -> tuple[Clause, ...]:
    """The parts of a question that mean something, in order; at most a dozen."""
    parts = (_concepts(_tokens(part)) for part in _SPLIT.split(_plain(question[:LONGEST_QUESTION])))
    return tuple(Clause(frozenset(part)) for part in parts if part)[:_MAX_CLAUSES]


def whole(question: str) -> Clause:
    """A question as one clause."""
    return Clause(frozenset(concept for clause in clauses(question) for concept in clause.concepts))


def is_known(word: str) -> bool:
    """Whether a word is ordinary language here, and so no resource's name."""
    lower = word.lower()
    return lower in STOP_WORDS or stem(lower) in _stop_stems() or (stem(lower),) in _phrases()


def has_shape_of_name(token: str) -> bool:
    """``orders-api``, ``orders_v2``, ``OrdersApi``, ``orders2``: written as resources are named; no listed phrase."""
    shaped = _PARTS.search(token) or _CAMEL.search(token) or (token.isalnum() and _mixes_digits(token))
    parts = tuple(stem(part) for part in _PARTS.split(token.lower()) if part)
    return bool(shaped) and parts not in _phrases() and not is_known(token)


def looks_like_name(token: str) -> bool:
    """Written so, and not of ordinary words alone: ``orders-api``, but not ``read-only`` or ``world-readable``."""
    parts = [part.lower() for part in _PARTS.split(token) if part]
    if _MEASURE.fullmatch(token) or is_region(token):
        return False
    ordinary = all(is_known(part) for part in parts) or tuple(stem(part) for part in parts) in _phrase_beginnings()
    return has_shape_of_name(token) and not ordinary


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> "Stemmer.Stemmer":
    return Stemmer.Stemmer("english")


@cache
def _phrases() -> dict[tuple[str, ...], frozenset[Concept]]:
    """Word stems to what they mean; an operation's name both says what is done and hints at what it is done to."""
    listed: dict[tuple[str, ...], set[Concept]] = {}
    groups: tuple[tuple[Kind, Iterable[tuple[str, str]]], ...] = (
        ("other cloud", [("another cloud", OTHER_CLOUDS)]),
        ("hint", HINTS.items()),
        ("aspect", ASPECTS.items()),
        ("subject", SUBJECTS.items()),
    )
    for kind, entries in groups:
        for name, phrases in entries:
            for phrase in phrases.split(","):
                listed.setdefault(tuple(stem(word) for word in phrase.split()), set()).add(Concept(kind, name))
    return {phrase: frozenset(concepts) for phrase, concepts in listed.items()}


@cache
def _stop_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in STOP_WORDS)


@cache
def _spellings() -> tuple[str, ...]:
    """Single words a typing error may have meant, sorted so that ties always fall the same way."""
    texts = (*SUBJECTS.values(), *ASPECTS.values(), OTHER_CLOUDS)
    words = {word for text in texts for word in re.findall(r"[a-z]+", text)}
    return tuple(sorted(word for word in words if len(word) >= _TYPO_MIN_LENGTH - 1))


@lru_cache(maxsize=8192)
def _corrected(word: str) -> str:
    """The listed word one typing error away (two in long words), else the word itself."""
    if (
        len(word) < _TYPO_MIN_LENGTH
        or word in ORDINARY
        or not word.isalpha()
        or is_known(word)
        or stem(word) in _phrase_stems()
    ):
        return word
    allowed = 2 if len(word) >= _TWO_TYPOS_MIN_LENGTH else 1
    found = process.extractOne(word, _spellings(), scorer=OSA.distance, score_cutoff=allowed)
    return found[0] if found else word


@cache
def _phrase_stems() -> frozenset[str]:
    return frozenset(word for phrase in _phrases() for word in phrase)


@cache
def _phrase_beginnings() -> frozenset[tuple[str, ...]]:
    """``long lived`` of ``long lived credential``: people put the hyphen where we listed none."""
    return frozenset(phrase[:length] for phrase in _phrases() for length in range(1, len(phrase) + 1))


def _plain(text: str) -> str:
    for pattern, words in _OPAQUE:
        text = pattern.sub(words if words is not None else _arn_words, text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def _arn_words(match: re.Match[str]) -> str:
    service, arn = match.group(1).lower(), match.group(0)
    kind = next((word for marker, word in _ARN_IAM_KINDS if marker in arn), "")
    return f" {kind or _ARN_WORDS.get(service, service)} "


def _tokens(text: str) -> list[str]:
    """Words as they are looked up: lower case, corrected; a name keeps its shape."""
    tokens: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if looks_like_name(token):
            tokens.append(token)
            continue
        lower = token.lower()
        parts = [lower] if (stem(lower),) in _phrases() else [part for part in _PARTS.split(lower) if part]
        tokens.extend(_corrected(part) for part in parts)
    return tokens[:_MAX_TOKENS]


def _concepts(tokens: list[str]) -> set[Concept]:
    found: set[Concept] = set()
    stems = [stem(token.lower()) for token in tokens]
    for start, length, concepts in _matches(stems):
        if concepts and not _is_name_here(tokens, start, length, stems):
            found |= concepts
        elif concepts:
            continue
        elif not (is_known(tokens[start]) or stems[start].isdigit() or len(stems[start]) <= 1):
            beside = stems[max(start - 1, 0) : start] + stems[start + length : start + length + 1]
            found.update(_of_unknown(tokens[start], beside))
    return found


def _is_name_here(tokens: list[str], start: int, length: int, stems: list[str]) -> bool:
    """Whether a listed word is what the next thing is called: ``billing`` of ``the billing queue``."""
    if length != 1 or tokens[start].lower() not in NAME_LIKE:
        return False
    return any(c.kind in ("subject", "hint") and c.name in NAMED_THINGS for c in _next_concepts(stems, start + 1)) or (
        tokens[start].lower() in NAME_LIKE_BEHIND
        and any(c.name in NAMED_THINGS for c in _next_concepts(stems, start - 1))
    )


def _next_concepts(stems: list[str], position: int) -> frozenset[Concept]:
    word = stems[position : position + 1] if position >= 0 else []
    return _phrases().get(tuple(word), frozenset())


def _of_unknown(token: str, beside: list[str]) -> Iterator[Concept]:
    """A word nobody listed. Beside a subject it is that subject's name, and says nothing more."""
    named = any(c.kind == "subject" for word in beside for c in _phrases().get((word,), ()))
    if looks_like_name(token):
        yield from _hints_of(token)
        if not named:
            yield Concept("name", token.lower())
    elif not named:
        yield Concept("word", stem(token))


def _matches(stems: list[str]) -> Iterator[tuple[int, int, frozenset[Concept]]]:
    """Position, length and concepts of the longest listed phrase at each place; no concept for any other word."""
    start = 0
    while start < len(stems):
        for length in range(min(_LONGEST_PHRASE, len(stems) - start), 0, -1):
            concepts = _phrases().get(tuple(stems[start : start + length]))
            if concepts:
                yield start, length, concepts
                start += length
                break
        else:
            yield start, 1, frozenset()
            start += 1


def _hints_of(token: str) -> Iterator[Concept]:
    """What a name says of itself: ``orders-fn`` is most likely a function."""
    for part in _PARTS.split(_CAMEL.sub(lambda m: f"{m.group()[0]}-{m.group()[1]}", token)):
        for concept in _phrases().get((stem(part.lower()),), ()):
            if concept.kind == "subject":
                yield Concept("hint", concept.name)


def _mixes_digits(token: str) -> bool:
    return any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
