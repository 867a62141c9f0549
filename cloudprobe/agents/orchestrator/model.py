"""Decides with a language model where templates do not answer a question by themselves; code keeps every bound."""

from typing import Any

from cloudprobe.agents.orchestrator.forming import FormAnswer, drafted, form_prompt
from cloudprobe.agents.orchestrator.library import LibraryOrchestrator, completion
from cloudprobe.agents.orchestrator.shapes import ConclusionAnswer, MoveAnswer
from cloudprobe.agents.orchestrator.verdicts import concluded, unclaimed
from cloudprobe.agents.orchestrator.wishes import Granted, Wishes
from cloudprobe.agents.prompting import telling
from cloudprobe.agents.prompting.citing import Citations
from cloudprobe.agents.prompting.cleaning import sentence
from cloudprobe.agents.prompting.composing import compose
from cloudprobe.agents.prompting.room import Section
from cloudprobe.agents.prompting.shapes import NO_ANSWER
from cloudprobe.domain.agents import (
    Action,
    Circumstances,
    Decision,
    Knowledge,
    OrchestratorInput,
    OrchestratorOutput,
    StructuredDraft,
)
from cloudprobe.domain.conversation import AgentName, RenderedPrompt
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.run import RunStatus
from cloudprobe.errors import BudgetEndedError, CloudprobeError
from cloudprobe.ports import LanguageModel
from cloudprobe.templates.certainty import answers_whole
from cloudprobe.templates.matching import Match
from cloudprobe.templates.registry import Template, TemplateLibrary

AGENT: AgentName = "orchestrator"
_PLAN, _CONCLUDE = "orchestrator_plan", "orchestrator_conclude"
_ANSWERS = frozenset({Outcome.ANSWERED, Outcome.NOTHING_FOUND})


class ModelOrchestrator:
    """The library first: where its templates answer the whole question, no model is asked from beginning to end."""

    def __init__(self, model: LanguageModel, library: TemplateLibrary) -> None:
        self._model = model
        self._templates = library
        self._library = LibraryOrchestrator(library)

    def decide(self, given: OrchestratorInput) -> OrchestratorOutput:
        """What comes next; at the end with the answer, and where one was asked for in the caller's shape too.

        Raises:
            TemporaryError, AccessError: the model cannot be asked.
            UnansweredError: it cannot answer, and nothing else can either.
        """
        output = self._decide(given)
        shown = given.knowledge is not None and bool(given.knowledge.observations)
        if given.answer_schema is None or output.decision.action is Action.COLLECT or not shown:
            return output
        draft = self._formed(given, given.answer_schema, output.decision)
        return output.model_copy(update={"decision": output.decision.model_copy(update={"structured": draft})})

    def _formed(self, given: OrchestratorInput, schema: dict[str, Any], decision: Decision) -> StructuredDraft:
        knowledge = given.knowledge or Knowledge()
        citations = Citations(knowledge.observations)
        try:
            prompt = form_prompt(
                given.user_request,
                schema=schema,
                decision=decision,
                bounds=_circumstances(given),
                knowledge=knowledge,
                citations=citations,
                room=self._model.room(AGENT),
            )
            return drafted(self._model.answer(prompt, shape=FormAnswer, agent=AGENT), citations)
        except NO_ANSWER as error:
            return StructuredDraft(failure=sentence(str(error)))

    def _decide(self, given: OrchestratorInput) -> OrchestratorOutput:
        by_library = self._library.decide(given)
        matches = self._library.matches(given.user_request, given.asked_at)
        if self._suffices(given, by_library, matches):
            return by_library.model_copy(update={"covered": True})
        if given.current_iteration >= given.max_iterations:
            return self._conclude(given, by_library, reason="The iterations are used up.")
        try:
            move = self._model.answer(self.plan_prompt(given, matches), shape=MoveAnswer, agent=AGENT)
        except NO_ANSWER as error:
            return _without_model(given, by_library, error)
        return self._moved(given, move, by_library)

    def _suffices(self, given: OrchestratorInput, by_library: OrchestratorOutput, matches: tuple[Match, ...]) -> bool:
        """Whether templates alone carry the question from here: they fit all of it, and gave what they should."""
        if any(not run.template for run in given.collected_data) or not answers_whole(given.user_request, matches):
            return False
        first = given.current_iteration == 0
        return first or by_library.decision.action is Action.COLLECT or by_library.decision.outcome in _ANSWERS

    def _moved(self, given: OrchestratorInput, move: MoveAnswer, by_library: OrchestratorOutput) -> OrchestratorOutput:
        """The move as far as it is allowed. Before anything ran, no template that fits is passed over for nothing."""
        reason = sentence(move.reason) or "The model gave no reason."
        granted = self._granted(given, move)
        if granted.objectives:
            decision = Decision(action=Action.COLLECT, reason=reason, objectives=granted.objectives)
        elif given.current_iteration or _known_before(given):
            why = reason if move.action == "complete" else "Nothing that was not asked before may be looked at."
            concluded = self._conclude(given, _with_withheld(by_library, granted), reason=why)
            return concluded if given.current_iteration else _or_look(concluded, by_library)
        elif by_library.decision.action is Action.COLLECT:
            return by_library
        else:
            why = " ".join(dict.fromkeys(gap.why for gap in granted.withheld)) or reason
            decision = Decision(action=Action.COMPLETE, reason=why, outcome=Outcome.UNANSWERED)
        return _with_withheld(by_library, granted).model_copy(update={"decision": decision})

    def _granted(self, given: OrchestratorInput, move: MoveAnswer) -> Granted:
        if move.action == "complete":
            return Granted()
        wishes = Wishes(
            library=self._templates,
            circumstances=_circumstances(given),
            knowledge=given.knowledge or Knowledge(),
            collected=given.collected_data,
        )
        return wishes.granted(move.probes)

    def _conclude(self, given: OrchestratorInput, by_library: OrchestratorOutput, *, reason: str) -> OrchestratorOutput:
        """The end: with the model's answer, where there is anything it could be made of."""
        succeeded = any(run.status is RunStatus.SUCCEEDED for run in given.collected_data)
        if not (succeeded or _known_before(given)):
            return _completed(given, by_library, reason="")
        citations = Citations((given.knowledge or Knowledge()).observations)
        try:
            prompt = self.conclude_prompt(given, citations)
            answer = self._model.answer(prompt, shape=ConclusionAnswer, agent=AGENT)
        except NO_ANSWER as error:
            return _without_model(given, by_library, error)
        decision = concluded(answer, given, citations, reason=reason)
        return by_library.model_copy(update={"decision": decision})

    def plan_prompt(self, given: OrchestratorInput, matches: tuple[Match, ...]) -> RenderedPrompt:
        """What the model is asked where more may be looked at."""
        bounds, knowledge = _circumstances(given), given.knowledge or Knowledge()
        citations = Citations(knowledge.observations)
        return compose(
            _PLAN,
            fixed={
                "question": telling.question(given.user_request),
                "circumstances": telling.circumstances(bounds, given.user_request),
                "iteration": str(given.current_iteration + 1),
                "max_iterations": str(given.max_iterations),
            },
            sections={
                "templates": self._offered(matches, bounds.data_class),
                "known": telling.known(knowledge, citations),
                "concluded": telling.concluded(knowledge, citations),
                "missing": telling.missing(knowledge),
                "leads": telling.leads(knowledge),
                "asked": telling.asked_before(knowledge),
            },
            room=self._model.room(AGENT),
        )

    def conclude_prompt(self, given: OrchestratorInput, citations: Citations) -> RenderedPrompt:
        """What the model is asked at the end."""
        knowledge = given.knowledge or Knowledge()
        return compose(
            _CONCLUDE,
            fixed={
                "question": telling.question(given.user_request),
                "circumstances": telling.circumstances(_circumstances(given), given.user_request),
            },
            sections={
                "known": telling.known(knowledge, citations),
                "concluded": telling.concluded(knowledge, citations),
                "missing": telling.missing(knowledge),
            },
            room=self._model.room(AGENT),
        )

    def _offered(self, matches: tuple[Match, ...], data_class: str) -> Section:
        fits: list[Template] = [found.template for found in matches]
        others = [template for template in self._templates if template not in fits]
        read = {found.template.name: found.variables for found in matches}
        return telling.templates((*fits, *others), read, data_class=data_class)


def _known_before(given: OrchestratorInput) -> bool:
    """Whether an inspection that is continued has shown anything."""
    return bool(given.knowledge and given.knowledge.earlier)


def _or_look(concluded: OrchestratorOutput, by_library: OrchestratorOutput) -> OrchestratorOutput:
    """What is known answers the question, or else a template that fits it is run: none is passed over for nothing."""
    looks = by_library.decision.action is Action.COLLECT
    return by_library if looks and concluded.decision.outcome not in _ANSWERS else concluded


def _circumstances(given: OrchestratorInput) -> Circumstances:
    return given.circumstances or Circumstances(
        asked_at=given.asked_at,
        iteration=given.current_iteration,
        max_iterations=given.max_iterations,
        data_class=given.data_class,
    )


def _with_withheld(output: OrchestratorOutput, granted: Granted) -> OrchestratorOutput:
    gaps = {gap.what: gap for gap in (*output.withheld, *granted.withheld)}
    return output.model_copy(update={"withheld": tuple(gaps.values())})


def _completed(given: OrchestratorInput, by_library: OrchestratorOutput, *, reason: str) -> OrchestratorOutput:
    """The end as code finds it, whatever could still be looked at."""
    return by_library.model_copy(update={"decision": unclaimed(completion(given, reason=reason), given)})


def _without_model(
    given: OrchestratorInput, by_library: OrchestratorOutput, error: CloudprobeError
) -> OrchestratorOutput:
    """The model cannot answer: what the library can do is done, what was found is kept, and the reason is said.

    Raises:
        CloudprobeError: nothing was found, and the library has nothing.
    """
    if given.current_iteration == 0:
        if by_library.decision.action is Action.COLLECT:
            return by_library
        raise error
    ended = _completed(given, by_library, reason=sentence(str(error)))
    if isinstance(error, BudgetEndedError):
        decision = ended.decision.model_copy(update={"outcome": Outcome.UNANSWERED})
        return ended.model_copy(update={"decision": decision})
    return ended
