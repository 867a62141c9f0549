"""What an iteration's data shows, by a language model; how good and how complete it is, by code."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from cloudprobe.agents.discovery_analyst.library import DiscoveryAnalyst
from cloudprobe.agents.prompting import telling
from cloudprobe.agents.prompting.citing import Citations
from cloudprobe.agents.prompting.cleaning import sentence, values
from cloudprobe.agents.prompting.composing import compose
from cloudprobe.agents.prompting.shapes import NO_ANSWER, Answer
from cloudprobe.domain.agents import (
    UNSHOWN,
    Circumstances,
    DiscoveryAnalystInput,
    DiscoveryAnalystOutput,
    Hypothesis,
    Insight,
    Knowledge,
)
from cloudprobe.domain.conversation import AgentName, RenderedPrompt
from cloudprobe.domain.probe import Skipped, Suggestion
from cloudprobe.errors import ModelAnswerError, UsageError
from cloudprobe.ports import LanguageModel

AGENT: AgentName = "discovery_analyst"
_PROMPT = "discovery_analyst"
_FACTS, _HYPOTHESES, _GAPS, _LEADS = 20, 8, 8, 5
_EVIDENCE = 8
_STATEMENT = 800
_NO_ANALYSIS = "The model gave none that could be used."


class FactAnswer(Answer):
    statement: str = Field(description="One thing the data shows.")
    evidence: list[str] = Field(description="Places that prove it, exactly as they are shown.")


class HypothesisAnswer(Answer):
    statement: str = Field(description="What may be the case.")
    status: Literal["open", "supported", "refuted"] = "open"
    confidence: Literal["high", "medium", "low"] = "low"
    reason: str = Field(default="", description="Why, in one sentence.")
    evidence: list[str] = Field(default_factory=list, description="Places that speak for or against it.")


class LeadAnswer(Answer):
    question: str = Field(default="", description="What to find out next, precisely; empty with a template.")
    template: str = Field(default="", description="Name of a template that finds it out, where there is one.")
    variables: dict[str, Any] = Field(default_factory=dict, description="Name to value.")


class AnalysisAnswer(Answer):
    """What the data of this iteration shows."""

    facts: list[FactAnswer] = Field(default_factory=list)
    hypotheses: list[HypothesisAnswer] = Field(default_factory=list)
    gaps: list[str] = Field(default_factory=list, description="What the answer still needs, one sentence each.")
    recommendations: list[LeadAnswer] = Field(default_factory=list, description="Where to look next; none if enough.")


class ModelDiscoveryAnalyst:
    """Counts as the library does; explains with a model where there is something to explain."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._code = DiscoveryAnalyst()

    def analyze(self, given: DiscoveryAnalystInput) -> DiscoveryAnalystOutput:
        """Analyse one iteration. Without a result, or where templates answer by themselves, the model is not asked.

        Raises:
            TemporaryError, AccessError: the model cannot be asked.
        """
        counted = self._code.analyze(given)
        knowledge = given.knowledge or Knowledge()
        gaps = (*counted.gaps, *_still_open(knowledge))
        if given.covered or not given.outcomes:
            return counted.model_copy(update={"hypotheses": knowledge.hypotheses, "gaps": gaps})
        citations = Citations(knowledge.observations)
        try:
            prompt = self.prompt(given, counted, citations)
            answer = self._model.answer(prompt, shape=AnalysisAnswer, agent=AGENT)
        except NO_ANSWER as error:
            # Without the model's name, which is another one in a replay, whose prompts must be the same.
            why = _NO_ANALYSIS if isinstance(error, ModelAnswerError) else sentence(str(error))
            gap = Skipped(what="the analysis of this iteration by the model", why=why)
            return counted.model_copy(update={"hypotheses": knowledge.hypotheses, "gaps": (*gaps, gap)})
        return counted.model_copy(
            update={
                "insights": (*counted.insights, *_facts(answer, citations)),
                "hypotheses": tuple(_hypotheses(answer, knowledge, citations)),
                "gaps": (*counted.gaps, *_gaps(answer)),
                "recommendations": (*counted.recommendations, *_leads(answer)),
            }
        )

    def prompt(
        self, given: DiscoveryAnalystInput, counted: DiscoveryAnalystOutput, citations: Citations
    ) -> RenderedPrompt:
        """What the model is asked."""
        bounds = _bounds(given)
        knowledge = given.knowledge or Knowledge()
        now_missing = knowledge.model_copy(update={"gaps": (*knowledge.gaps, *counted.gaps)})
        suggested = knowledge.model_copy(update={"recommendations": counted.recommendations})
        return compose(
            _PROMPT,
            fixed={
                "question": telling.question(given.user_request),
                "circumstances": telling.circumstances(bounds, given.user_request),
                "iteration": str(given.iteration),
                "max_iterations": str(bounds.max_iterations),
            },
            sections={
                "known": telling.known(knowledge, citations),
                "concluded": telling.concluded(knowledge, citations),
                "missing": telling.missing(now_missing),
                "leads": telling.leads(suggested),
            },
            room=self._model.room(AGENT),
        )


def _bounds(given: DiscoveryAnalystInput) -> Circumstances:
    if given.circumstances is None:
        raise UsageError("An iteration cannot be analysed without knowing what bounds the inspection.")
    return given.circumstances


def _facts(answer: AnalysisAnswer, citations: Citations) -> Iterator[Insight]:
    """Those that cite a place that was shown; the others prove nothing."""
    for fact in answer.facts[:_FACTS]:
        evidence = _evidence(fact.evidence, citations)
        if evidence and fact.statement.strip():
            statement = sentence(fact.statement, limit=_STATEMENT)
            yield Insight(statement=statement, run_id=citations.run_of(evidence[0]), evidence=evidence)


def _evidence(cited: list[str], citations: Citations) -> tuple[str, ...]:
    found = (citations.pointer(one) for one in cited[:_EVIDENCE])
    return tuple(dict.fromkeys(pointer for pointer in found if pointer))


def _hypotheses(answer: AnalysisAnswer, knowledge: Knowledge, citations: Citations) -> Iterator[Hypothesis]:
    """As they are judged now; one that was judged before and is not spoken of stays as it was."""
    told = [one for one in answer.hypotheses if one.statement.strip()][:_HYPOTHESES]
    for one in told:
        evidence = _evidence(one.evidence, citations)
        yield Hypothesis(
            statement=sentence(one.statement, limit=_STATEMENT),
            status=one.status if evidence else "open",  # nothing supports or refutes it but a word
            confidence=one.confidence if evidence else "low",
            reason=sentence(one.reason),
            evidence=evidence,
        )
    said = {sentence(one.statement, limit=_STATEMENT).casefold() for one in told}
    left = [one for one in knowledge.hypotheses if one.statement.casefold() not in said]
    yield from left[: _HYPOTHESES - len(told)]


def _gaps(answer: AnalysisAnswer) -> Iterator[Skipped]:
    for gap in answer.gaps[:_GAPS]:
        if gap.strip():
            yield Skipped(what=sentence(gap), why=UNSHOWN)


def _still_open(knowledge: Knowledge) -> tuple[Skipped, ...]:
    """What an earlier analysis missed, where none has said since that it is there."""
    return tuple(gap for gap in knowledge.gaps if gap.why == UNSHOWN)


def _leads(answer: AnalysisAnswer) -> Iterator[Suggestion]:
    """In words or by template; which of them are followed, and what may be read, is not theirs to decide."""
    for lead in answer.recommendations[:_LEADS]:
        if lead.question.strip() or lead.template:
            yield Suggestion(
                template=sentence(lead.template, limit=64) or None,
                question=sentence(lead.question, limit=_STATEMENT) or None,
                variables=values(lead.variables),
            )
