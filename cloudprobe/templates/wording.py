"""From the words of a question to concepts, clause by clause; typing errors and word forms are forgiven."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cloudprobe.templates.lexicon import Concept, Kind, corrected, is_known, phrases, stem
from cloudprobe.templates.names import MASK, is_measure, masked
from cloudprobe.templates.regions import is_place, is_region
from cloudprobe.templates.vocabulary import NAME_LIKE, NAME_LIKE_BEHIND, NAMED_THINGS

LONGEST_QUESTION = 4000
"""Characters that are read; a question goes on saying what it said before that."""

_MAX_CLAUSES = 12
_MAX_TOKENS = 400
_LONGEST_PHRASE = 4

_OPAQUE = (  # things with a syntax of their own, and the words they stand for
    (re.compile(r"\barn:aws[\w-]*:([a-z0-9-]+):[^\s,;\"'`)]*", re.IGNORECASE), None),
    (re.compile(r"\bhttps?://(?:[\w.-]*sqs[\w.-]*|[\w.:-]+/\d{12})/[^\s,;\"'`)?]*", re.IGNORECASE), " queue "),
    (re.compile(r"\bs3://[^\s,;\"'`)]*", re.IGNORECASE), " bucket "),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"), " access key "),
    (re.compile(r"\bsg-[0-9a-f]{8,17}\b", re.IGNORECASE), " security group "),
    (re.compile(r"\bi-[0-9a-f]{8,17}\b", re.IGNORECASE), " instance "),
)
_ARN_WORDS = {"s3": "bucket", "lambda": "lambda", "iam": ""}
_ARN_IAM_KINDS = (":user/", "user"), (":role/", "role"), (":mfa/", "mfa")

_CLAUSE = r"(?:[^?.,;]{1,60} )"
_PARTICULARS = (  # what one wants to know of a thing though nothing is wrong with it: no template tells that in passing
    rf"\bwhen (?:was|were) {_CLAUSE}?(?:created|made|launched|introduced|set up)\b",
    (
        rf"\b(?:which|what) (?:[\w/-]+ (?:(?:and|or) [\w/-]+ )?){{1,3}}(?:is|are) {_CLAUSE}(?:in|on|from|using)\s*"
        r"(?=[?.,;]|$)"
    ),
    (
        r"\b(?:which|what) (?:subnets?|vpcs?|sgs?|security groups?|(?:iam )?roles?|zones?|runtimes?|(?:\w+ )?versions?|"
        r"engines?|(?:kms )?keys?|instance (?:types?|class(?:es)?)|memory|layers?|polic(?:y|ies)) "
        rf"(?:does|do|did|has|have) {_CLAUSE}?(?:uses?|run|have|has|belong|got)\b"
    ),
    r"\b(?:what|which) (?:\w+ )?(?:versions?|runtimes?|engines?|memory size|size|instance types?)\b",
    r"\b(?:average|avg|mean|median|total) (?:\w+ ){0,2}(?:size|number|count|length)\b",
    (
        r"\b(?:how many|number of|count of) [^?.,;]{1,40}\b"
        r"(?:sent|send|received|receive|handled|do we have|exist|are there)\b"
    ),
    r"\b(?:latest|minor|major|newest) (?:\w+ )?(?:version|release)\b",
    r"\bwho (?:owns|is the owner of)\b",
    r"\b(?:internal or (?:internet|external)|multi-?az|deletion protection|access logs?)\b",
    (
        rf"\b(?:which|what) [\w -]{{1,30}} (?:does|do|did) {_CLAUSE}"
        r"(?:write to|log to|read from|listen on|send to|use)\s*"
        r"(?=[?.,;]|$)"
    ),
    (
        r"\bwhich (?:alarms?|rules?|functions?|lambdas?) "
        r"(?:watch|monitor|guard|read from|write to|use|call|subscribe to)\b"
    ),
    rf"\bwhen (?:does|do|did|will) {_CLAUSE}expire\b",
    rf"\bhow long (?:do|does|is|are) {_CLAUSE}(?:keep|kept|retained?|stored?|live)\b",
    rf"\bhow many [\w ]{{1,30}} (?:does|do|has) {_CLAUSE}(?:run|have|own|contain)\b",
    r"\btags? (?:of|has|have|does|do)\b",
)
_REWRITES = (
    (re.compile("|".join(_PARTICULARS), re.IGNORECASE), r"\g<0> particulars "),
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


def _plain(text: str) -> str:
    for pattern, words in _OPAQUE:
        text = pattern.sub(words if words is not None else _arn_words, text)
    text = masked(text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def _arn_words(match: re.Match[str]) -> str:
    service, arn = match.group(1).lower(), match.group(0)
    kind = next((word for marker, word in _ARN_IAM_KINDS if marker in arn), "")
    return f" {kind or _ARN_WORDS.get(service, service)} "


def _tokens(text: str) -> list[str]:
    """Words as they are looked up: lower case, corrected; a name is ``MASK``."""
    tokens: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == MASK:
            tokens.append(token)
            continue
        lower = token.lower()
        if _is_measure(token) and (stem(lower),) not in phrases():
            continue
        parts = [lower] if (stem(lower),) in phrases() else [part for part in _PARTS.split(lower) if part]
        tokens.extend(corrected(part) for part in parts)
    return tokens[:_MAX_TOKENS]


def _is_measure(token: str) -> bool:
    """Times, amounts and regions say when, how much and where; what is asked they do not say."""
    return is_region(token) or is_place(token) or (is_measure(token) and token[0].isdigit() and not token.isdigit())


def _concepts(tokens: list[str]) -> set[Concept]:
    found: set[Concept] = set()
    stems = [stem(token.lower()) for token in tokens]
    matches = list(_matches(stems))
    for i, (start, length, concepts) in enumerate(matches):
        if concepts:
            found |= frozenset() if _is_name_here(tokens, start, length, stems) else concepts
        elif tokens[start] == MASK or not (is_known(tokens[start]) or stems[start].isdigit() or len(stems[start]) <= 1):
            beside = (
                concept for match in (*matches[max(i - 1, 0) : i], *matches[i + 1 : i + 2]) for concept in match[2]
            )
            if not any(concept.kind == "subject" for concept in beside):  # else it is that subject's name
                found.add(Concept("name", MASK) if tokens[start] == MASK else Concept("word", stems[start]))
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
    return phrases().get(tuple(word), frozenset())


def _matches(stems: list[str]) -> Iterator[tuple[int, int, frozenset[Concept]]]:
    """Position, length and concepts of the longest listed phrase at each place; no concept for any other word."""
    start = 0
    while start < len(stems):
        for length in range(min(_LONGEST_PHRASE, len(stems) - start), 0, -1):
            concepts = phrases().get(tuple(stems[start : start + length]))
            if concepts:
                yield start, length, concepts
                start += length
                break
        else:
            yield start, 1, frozenset()
            start += 1
