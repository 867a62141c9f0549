"""Whether templates answer a whole question, or only part of what is asked: then somebody has to think.

Measured on the questions of ``tests/templates/questions.toml`` that have a template: 546 of 697 are beyond doubt, one
of them wrongly; of 266 that have none, one is.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from cloudprobe.templates.lexicon import Concept
from cloudprobe.templates.matching import Match
from cloudprobe.templates.registry import Template
from cloudprobe.templates.vocabulary import LIGHT_ASPECTS
from cloudprobe.templates.wording import whole

CERTAIN = 0.8
"""Score from which a fit is beyond doubt; below it a template may fit."""
_OF_A_SETTING = re.compile(
    r"^\W*what(?:'?s| is| are) the (?!errors?\b|error rate|reason|cause|problem|matter|exception|stack)"
    r"[\w -]{1,40} of\b"
    r"|^\W*(?:does|do|has|have) [^,?]{1,60} (?:have|got) an? "
    r"(?:dead.letter.queue|dlq|alias|alarm|backup|tag|policy|role)\b",
    re.IGNORECASE,
)
"""What asks for a setting, not for what is wrong: a template may name it, and as often does not."""


def answers_whole(question: str, matches: Sequence[Match]) -> bool:
    """Whether some templates, taken together, speak of everything a question speaks of, the best beyond doubt.

    Args:
        question: as a person put it.
        matches: the templates that fit it.
    """
    if not matches or matches[0].score < CERTAIN or _OF_A_SETTING.match(question):
        return False
    known = frozenset[Concept]().union(*(_vocabulary(found.template) for found in matches))
    known |= {Concept("hint", concept.name) for concept in known if concept.kind == "subject"}
    known |= {Concept("subject", concept.name) for concept in known if concept.kind == "hint"}
    return all(_is_light(concept) or concept in known for concept in whole(question).concepts)


def _is_light(concept: Concept) -> bool:
    return concept.kind == "name" or concept.name in LIGHT_ASPECTS


def _vocabulary(template: Template) -> frozenset[Concept]:
    return _read((*template.questions, *template.keywords, template.title))


@lru_cache(maxsize=256)
def _read(texts: tuple[str, ...]) -> frozenset[Concept]:
    return frozenset(concept for text in texts for concept in whole(text).concepts)
