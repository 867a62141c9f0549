"""The answer in the caller's own shape, by a language model: proposed here, checked value by value elsewhere."""

import json
from typing import Any, Literal

from pydantic import Field

from cloudprobe.agents.prompting import telling
from cloudprobe.agents.prompting.citing import Citations
from cloudprobe.agents.prompting.cleaning import sentence
from cloudprobe.agents.prompting.composing import compose
from cloudprobe.agents.prompting.shapes import Answer
from cloudprobe.domain.agents import Circumstances, Decision, Knowledge, LeafSource, StructuredDraft
from cloudprobe.domain.conversation import RenderedPrompt
from cloudprobe.domain.text import encodable

_PROMPT = "orchestrator_form"
_SOURCES = 2_000
_POINTER = 1_000
_CHARACTERS = 200_000
"""Of the document, as JSON."""


class SourceAnswer(Answer):
    at: str = Field(description="JSON Pointer of the value in the document, for example /buckets/0/name.")
    place: str = Field(description="Where the value stands, exactly as it is shown.")
    derived: Literal["value", "count"] = Field(
        default="value", description="The recorded value itself, or the length of the list or object there."
    )


class FormAnswer(Answer):
    """The answer as one document that fits the schema."""

    document: Any = Field(description="The JSON document.")
    sources: list[SourceAnswer] = Field(default_factory=list, description="One for each value of the document.")


def form_prompt(
    question: str,
    *,
    schema: dict[str, Any],
    decision: Decision,
    bounds: Circumstances,
    knowledge: Knowledge,
    citations: Citations,
    room: int,
) -> RenderedPrompt:
    """What the model is asked.

    Raises:
        ModelOverflowError: the schema alone is too large for it.
    """
    text = json.dumps(schema, indent=1, ensure_ascii=False)
    return compose(
        _PROMPT,
        fixed={
            "question": telling.question(question),
            "circumstances": telling.circumstances(bounds, question),
            "schema": telling.words(text, limit=len(text)),
        },
        sections={
            "answered": telling.answered(decision, citations),
            "known": telling.known(knowledge, citations),
            "missing": telling.missing(knowledge),
        },
        room=room,
    )


def drafted(answer: FormAnswer, citations: Citations) -> StructuredDraft:
    """What the model gave, its places as pointers. Some models give a document as text."""
    document = _parsed(answer.document)
    try:
        size = len(json.dumps(document))
    except (TypeError, ValueError, RecursionError):
        return StructuredDraft(failure="The model gave no JSON document.")
    if size > _CHARACTERS:
        return StructuredDraft(failure=f"The model gave a document of more than {_CHARACTERS:,} characters.")
    return StructuredDraft(
        document=json.loads(encodable(json.dumps(document))),
        sources=tuple(
            LeafSource(
                at=encodable(one.at[:_POINTER]),
                source=citations.pointer(one.place) or sentence(one.place, limit=_POINTER),
                derived=one.derived,
            )
            for one in answer.sources[:_SOURCES]
        ),
    )


def _parsed(document: Any) -> Any:
    if not isinstance(document, str) or document[:1] not in {"{", "["}:
        return document
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return document
