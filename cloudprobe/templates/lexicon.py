"""What single words and listed phrases mean; typing errors and word forms are forgiven."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cloudprobe.templates.vocabulary import ASPECTS, HINTS, ORDINARY, OTHER_CLOUDS, STOP_WORDS, SUBJECTS

Kind = Literal["subject", "aspect", "hint", "other cloud", "word", "name"]

_TYPO_MIN_LENGTH = 5
_TWO_TYPOS_MIN_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Concept:
    """What a word means. ``word`` is one nobody listed, ``name`` what some resource, we know not which, is called."""

    kind: Kind
    name: str


def is_known(word: str) -> bool:
    """Whether a word is ordinary language here, and so no resource's name."""
    lower = word.lower()
    return lower in STOP_WORDS or stem(lower) in _stop_stems() or (stem(lower),) in phrases()


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> "Stemmer.Stemmer":
    return Stemmer.Stemmer("english")


@cache
def phrases() -> dict[tuple[str, ...], frozenset[Concept]]:
    """Word stems to what they mean; an operation's name both says what is done and hints at what it is done to."""
    listed: dict[tuple[str, ...], set[Concept]] = {}
    groups: tuple[tuple[Kind, Iterable[tuple[str, str]]], ...] = (
        ("other cloud", [("another cloud", OTHER_CLOUDS)]),
        ("hint", HINTS.items()),
        ("aspect", ASPECTS.items()),
        ("subject", SUBJECTS.items()),
    )
    for kind, entries in groups:
        for name, texts in entries:
            for phrase in texts.split(","):
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
def corrected(word: str) -> str:
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
    if found is None and word.endswith("s"):
        return corrected(word[:-1]) if corrected(word[:-1]) != word[:-1] else word
    return found[0] if found else word


@cache
def _phrase_stems() -> frozenset[str]:
    return frozenset(word for phrase in phrases() for word in phrase)


@cache
def phrase_beginnings() -> frozenset[tuple[str, ...]]:
    """``long lived`` of ``long lived credential``: people put the hyphen where we listed none."""
    return frozenset(phrase[:length] for phrase in phrases() for length in range(1, len(phrase) + 1))
