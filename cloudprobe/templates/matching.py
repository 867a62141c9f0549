"""From a question to the templates that answer it; a question none fits gets none.

A template is known by the questions it lists. A question fits one when it names the same subjects and asks most of what
is asked of them (recall), while little in it lies outside the template's vocabulary (precision). Pure arithmetic over
``wording``; the weights were set on two thirds of ``tests/templates/questions.toml`` and measured on the rest.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cloudprobe.templates.extraction import extract_variables
from cloudprobe.templates.lexicon import Concept
from cloudprobe.templates.names import masked
from cloudprobe.templates.registry import Template
from cloudprobe.templates.vocabulary import CHANGES, LIGHT_ASPECTS, OPERATIONS, TOPICS
from cloudprobe.templates.wording import Clause, clauses, whole

THRESHOLD = 0.64
"""Score below which a template does not fit."""

_OPERATION_WEIGHT, _LIGHT_WEIGHT, _WORD_WEIGHT = 0.4, 0.15, 0.6
_FOREIGN_SUBJECT, _NEIGHBOUR_SUBJECT, _PARTICULARS = 2.5, 1.0, 4.0
_FOREIGN_ASPECT, _FOREIGN_PERMISSION, _FOREIGN_OPERATION, _FOREIGN_WORD = 0.5, 0.15, 0.25, 0.4
_WORD_BESIDE_ONE = 0.8  # of a question that shares a single thing with a template, the rest counts for more
_STAND_IN = 0.5  # a subject nobody named, but something was called by a name
_FLOOR = 0.35  # what recall alone is worth
_POINT_MISSED = 0.7  # a question without what most of a template's phrases ask

_CHANGE = "|".join(sorted(CHANGES))
_ASKS_FOR_CHANGE = re.compile(
    rf"^\W*(?:(?:please|pls|plz|kindly|now|hey|hi|hello|just|team|all)\W+)*"
    rf"(?:(?:can|could|would|will) you (?:please )?|i (?:want|need|would like)(?: you)? to |i'd like(?: you)? to |"
    rf"let us |let's |(?:go|help me)(?: and)? |how (?:do|can|should|would|could) (?:i|we|you|one) |how to |"
    rf"what is the best way to )?"
    rf"(?:please )?(?:{_CHANGE})\b(?!\s+(?:of|in|failed|fails|failing|is|was|keeps|stuck|loop|by|"
    r"events?|objects?|notifications?)\b)",
    re.IGNORECASE,
)
_ASKS_FOR_DEFINITION = re.compile(
    r"^\W*(?:what(?:'s| is| are)|explain|define)\s+"
    r"(?:(?:what\s+)?(?:an?)\s|the (?:meaning|definition|difference|purpose|point)\b)"
    r"|^\W*how (?:does|do) (?:an? )?[\w -]{1,40} work\W*$",
    re.IGNORECASE,
)
_ASKS_FOR_OPENING = re.compile(
    r"^\W*(?:please |how (?:do|can|should) (?:i|we|you) |how to )?(?:open|close|block|allow) (?:up |the )?"
    r"(?:port|access|traffic|my|all)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Match:
    """A template that fits a question."""

    template: Template
    score: float
    """0 to 1."""
    why: str
    """One sentence for a person."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """What the question says about the template's variables; everything else keeps its default."""


class TemplateMatcher:
    """Fits questions to some templates; what it learns from their phrasings it learns once."""

    def __init__(self, templates: Iterable[Template]) -> None:
        profiles = [_Profile.of(template) for template in templates]
        owners = Counter(subject for profile in profiles for subject in profile.subjects)
        self._subjects = frozenset(owners)
        self._profiles = [profile.without_vague_phrases(owners) for profile in profiles]

    def match(self, question: str, *, now: datetime | None = None) -> tuple[Match, ...]:
        """The templates that fit, best first; none when none does.

        Args:
            question: as a person put it.
            now: against which "since yesterday" is resolved; without it times are not read.
        """
        if not is_about_state(question):
            return ()
        spans = _spans(clauses(question))
        fits = sorted(
            (self._fit(profile, spans) for profile in self._profiles), key=lambda fit: (-fit.score, -fit.shared)
        )
        kept: list[_Fit] = []
        for fit in fits:
            if fit.score >= THRESHOLD and not any(better.explains(fit) for better in kept):
                kept.append(fit)
        return tuple(
            Match(
                template=fit.profile.template,
                score=round(fit.score, 3),
                why=fit.why,
                variables=extract_variables(question, fit.profile.template.variables, now=now),
            )
            for fit in kept
        )

    def _fit(self, profile: "_Profile", spans: Iterable[Clause]) -> "_Fit":
        candidates = (_score(profile, span, neighbours=self._subjects) for span in spans)
        return max(
            candidates, key=lambda fit: fit.score, default=_Fit(profile, 0.0, "", frozenset(), Clause(frozenset()))
        )


def match(question: str, templates: Iterable[Template], *, now: datetime | None = None) -> tuple[Match, ...]:
    """``TemplateMatcher(templates).match(question)``, for a single question."""
    return TemplateMatcher(templates).match(question, now=now)


def is_about_state(question: str) -> bool:
    """Whether a request asks how things are, rather than for a change or the meaning of a term."""
    asks_otherwise = (_ASKS_FOR_CHANGE, _ASKS_FOR_DEFINITION, _ASKS_FOR_OPENING)
    text = masked(question)  # "resize-image fails" asks for nothing to be resized
    return not any(pattern.match(text) for pattern in asks_otherwise)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a template's own words say about it."""

    template: Template
    phrases: tuple["_Phrase", ...]
    vocabulary: frozenset[Concept]
    subjects: frozenset[str]
    known: frozenset[str]
    """Subjects anything in it speaks of."""
    defining: frozenset[Concept]
    """Aspects most of its phrases have: what makes it this template and not another about the same subjects."""

    @classmethod
    def of(cls, template: Template) -> "_Profile":
        clauses_of = {text: _without_names(whole(text)) for text in (*template.questions, template.title)}
        aspects = Counter(
            c for clause in clauses_of.values() for c in clause.concepts if c.kind == "aspect" and _weight(c) == 1
        )
        vocabulary = frozenset(
            concept
            for text in (*template.questions, *template.keywords, template.title)
            for concept in whole(text).concepts
        )
        defining = frozenset(c for c, count in aspects.items() if 2 * count >= len(clauses_of))
        phrases = tuple(_Phrase.of(text, clause, defining=defining) for text, clause in clauses_of.items())
        subjects = frozenset(subject for phrase in phrases for subject in phrase.subjects)
        known = frozenset(c.name for c in vocabulary if c.kind in ("subject", "hint"))
        return cls(template, phrases, vocabulary, subjects, known, defining)

    def without_vague_phrases(self, owners: Mapping[str, int]) -> "_Profile":
        """Leave out phrases that say no more than a subject other templates have too."""
        telling = (
            phrase
            for phrase in self.phrases
            if sum(_weight(c) for c in phrase.concepts if c.name not in LIGHT_ASPECTS) > 1
            or any(owners[subject] == 1 for subject in phrase.subjects)
        )
        return replace(self, phrases=tuple(telling))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One of a template's questions, and what of it never changes."""

    text: str
    concepts: frozenset[Concept]
    subjects: frozenset[str]
    words: frozenset[str]
    total: float
    point: frozenset[Concept]
    """What of it defines its template."""
    defining: frozenset[Concept]
    """All that does: a name may stand in for a subject only beside it."""

    @classmethod
    def of(cls, text: str, clause: Clause, *, defining: frozenset[Concept]) -> "_Phrase":
        total = sum(_weight(c) for c in clause.concepts)
        subjects, words = clause.of("subject"), clause.of("word")
        return cls(text, clause.concepts, subjects, words, total, clause.concepts & defining, defining)

    def recall(self, span: "_Span") -> float:
        """How much of the phrase a question says; 0 when it leaves out what the phrase is about."""
        missing = self.subjects - span.said
        if missing and not self._allows_name_for(missing, span):
            return 0.0
        if not self.total or (not self.subjects and not self.words <= span.words):
            return 0.0
        credit = sum(_weight(c) for c in self.concepts if c in span.concepts) + (_STAND_IN if missing else 0.0)
        return credit / self.total * (1.0 if self.point <= span.concepts else _POINT_MISSED)

    def _allows_name_for(self, missing: frozenset[str], span: "_Span") -> bool:
        """Whether a name may stand for the one of several subjects that was not said."""
        alone = len(missing) > 1 or len(self.subjects) == 1
        return span.has_name and not alone and not missing <= TOPICS and self.defining <= span.concepts


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of a question as one template reads it."""

    concepts: frozenset[Concept]
    """With the subjects it hints at, unless it names others the template does not know."""
    said: frozenset[str]
    words: frozenset[str]
    has_name: bool

    @classmethod
    def of(cls, clause: Clause, *, known: frozenset[str]) -> "_Span":
        subjects = clause.of("subject")
        hinted = clause.of("hint") if subjects <= known else frozenset[str]()
        concepts = clause.concepts | {Concept("subject", name) for name in hinted}
        return cls(concepts, subjects | hinted, clause.of("word"), bool(clause.of("name")))


@dataclass(frozen=True, slots=True)
class _Fit:
    profile: _Profile
    score: float
    phrase: str
    concepts: frozenset[Concept]
    """What question and phrase share."""
    span: Clause
    """The part of the question that fits."""

    def explains(self, other: "_Fit") -> bool:
        """Whether a poorer fit rests on nothing but part of what this one rests on."""
        beside = TOPICS - self.profile.subjects  # a topic it knows by a keyword alone is another's to answer
        known = {c for c in _as_subjects(self.span) & self.profile.vocabulary if c.name not in beside}
        return other.concepts <= known and len(known) > len(other.concepts)

    @property
    def shared(self) -> float:
        """How much question and phrase have in common: of two that fit as well, the one resting on more goes first."""
        return sum(_weight(concept) for concept in self.concepts)

    @property
    def why(self) -> str:
        shared = ", ".join(sorted(c.name for c in self.concepts if c.kind in ("subject", "aspect")))
        return f"The question speaks of {shared}, as in {self.phrase!r}."


def _as_subjects(span: Clause) -> frozenset[Concept]:
    """What a question says, with what it only hints at taken for said."""
    return span.concepts | {Concept("subject", name) for name in span.of("hint")}


def _without_names(clause: Clause) -> Clause:
    return Clause(frozenset(c for c in clause.concepts if c.kind in ("subject", "aspect", "word")))


def _spans(parts: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """The whole, every clause, and every two neighbours: what belongs together is often said in two sentences."""
    if not parts:
        return ()
    everything = parts[0]
    for part in parts[1:]:
        everything |= part
    pairs = (first | second for first, second in itertools.pairwise(parts))
    return tuple(dict.fromkeys((everything, *parts, *pairs)))


def _score(profile: _Profile, span: Clause, *, neighbours: frozenset[str]) -> _Fit:
    nothing = _Fit(profile, 0.0, "", frozenset(), span)
    if span.of("other cloud"):
        return nothing
    read = _Span.of(span, known=profile.known)
    recalls = [phrase.recall(read) for phrase in profile.phrases]
    recall = max(recalls, default=0.0)
    if not recall:
        return nothing
    phrase = profile.phrases[recalls.index(recall)]
    shared = phrase.concepts & read.concepts
    rests_on_one = sum(_weight(concept) for concept in shared) <= 1
    precision = _precision(
        profile, span, neighbours=neighbours, per_word=_WORD_BESIDE_ONE if rests_on_one else _FOREIGN_WORD
    )
    score = recall * (_FLOOR + (1 - _FLOOR) * precision)
    return _Fit(profile, score, phrase.text, shared, span)


def _precision(profile: _Profile, span: Clause, *, neighbours: frozenset[str], per_word: float) -> float:
    """How much of a question lies within a template's vocabulary."""
    inside = sum(_weight(c) for c in span.concepts if c in profile.vocabulary)
    outside = sum(
        per_word if c.kind == "word" else _foreign_weight(c, neighbours)
        for c in span.concepts
        if c not in profile.vocabulary
    )
    return inside / (inside + outside) if inside else 0.0


def _weight(concept: Concept) -> float:
    if concept.kind == "word":
        return _WORD_WEIGHT
    if concept.kind == "aspect":
        return (
            _LIGHT_WEIGHT if concept.name in LIGHT_ASPECTS else _OPERATION_WEIGHT if concept.name in OPERATIONS else 1.0
        )
    return 1.0 if concept.kind == "subject" else 0.0


def _foreign_weight(concept: Concept, neighbours: frozenset[str]) -> float:
    if concept.kind == "subject":
        return _NEIGHBOUR_SUBJECT if concept.name in neighbours else _FOREIGN_SUBJECT
    if concept.name == "particulars":
        return _PARTICULARS
    if concept.kind != "aspect" or concept.name in LIGHT_ASPECTS:
        return 0.0
    if concept.name in OPERATIONS:
        return _FOREIGN_OPERATION
    return _FOREIGN_PERMISSION if concept.name == "permission" else _FOREIGN_ASPECT
