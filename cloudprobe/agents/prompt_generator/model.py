"""Tasks for scripts by a language model; objectives with a template need none."""

import json
from typing import Any

from pydantic import Field

from cloudprobe.agents.prompt_generator.library import LibraryPromptGenerator
from cloudprobe.agents.prompting import telling
from cloudprobe.agents.prompting.bounds import with_regions
from cloudprobe.agents.prompting.citing import Citations, harmless
from cloudprobe.agents.prompting.cleaning import prose, sentence, values
from cloudprobe.agents.prompting.composing import compose
from cloudprobe.agents.prompting.marking import as_json
from cloudprobe.agents.prompting.shapes import NO_ANSWER, Answer
from cloudprobe.domain.agents import Circumstances, Knowledge, Objective, PromptGeneratorInput
from cloudprobe.domain.conversation import AgentName, RenderedPrompt
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.errors import UsageError
from cloudprobe.ports import LanguageModel
from cloudprobe.templates.registry import TemplateLibrary

AGENT: AgentName = "prompt_generator"
_PROMPT = "prompt_generator"
_INSTRUCTIONS = 6_000
_CRITERIA = 6
_VARIABLES = 20_000
"""Characters of the variables' JSON."""


class TaskAnswer(Answer):
    objective: int = Field(description="Number of the objective this is the task of.")
    title: str = Field(description="At most ten words: what the script finds out.")
    instructions: str = Field(description="What the script is to do, minimal and focused.")
    variables: dict[str, Any] = Field(
        default_factory=dict, description="Name to value: every value the script depends on; `regions` is a list."
    )
    success_criteria: list[str] = Field(default_factory=list, description="Two to four statements about the result.")


class TasksAnswer(Answer):
    """One task for each objective."""

    tasks: list[TaskAnswer]


class ModelPromptGenerator:
    def __init__(self, model: LanguageModel, library: TemplateLibrary) -> None:
        self._model = model
        self._library = LibraryPromptGenerator(library)

    def generate(self, given: PromptGeneratorInput) -> tuple[CodeGenerationPrompt, ...]:
        """One prompt an objective, in their order. The model is asked once for all that have no template.

        Raises:
            TemporaryError, AccessError: the model cannot be asked.
        """
        unwritten = [number for number, one in enumerate(given.objectives) if one.template is None]
        tasks = self._tasks(given, unwritten) if unwritten else {}
        return tuple(
            self._written(one, tasks.get(number), _bounds(given))
            if one.template is None
            else self._library.generate(given.model_copy(update={"objectives": (one,)}))[0]
            for number, one in enumerate(given.objectives)
        )

    def _tasks(self, given: PromptGeneratorInput, unwritten: list[int]) -> dict[int, TaskAnswer]:
        try:
            answer = self._model.answer(self.prompt(given), shape=TasksAnswer, agent=AGENT)
        except NO_ANSWER:
            return {}  # the objective's own words are a task, if a plain one
        tasks: dict[int, TaskAnswer] = {}
        for task in answer.tasks:
            if task.objective - 1 in unwritten and task.instructions.strip():
                tasks.setdefault(task.objective - 1, task)
        return tasks

    def prompt(self, given: PromptGeneratorInput) -> RenderedPrompt:
        """What the model is asked."""
        knowledge = given.knowledge or Knowledge()
        citations = Citations(knowledge.observations)
        return compose(
            _PROMPT,
            fixed={
                "question": telling.question(given.user_request),
                "circumstances": telling.circumstances(_bounds(given), given.user_request),
                "objectives": "\n".join(_objectives(given)),
            },
            sections={
                "known": telling.known(knowledge, citations),
                "concluded": telling.concluded(knowledge, citations),
                "missing": telling.missing(knowledge),
            },
            room=self._model.room(AGENT),
        )

    def _written(self, objective: Objective, task: TaskAnswer | None, bounds: Circumstances) -> CodeGenerationPrompt:
        variables = {**objective.variables, **(values(task.variables) if task else {})}
        if len(json.dumps(variables)) > _VARIABLES:
            variables = dict(objective.variables)
        criteria = task.success_criteria[:_CRITERIA] if task else []
        return CodeGenerationPrompt(
            template=prose(task.instructions, limit=_INSTRUCTIONS) if task else objective.question,
            variables=with_regions(variables, bounds),
            accounts=objective.accounts,
            success_criteria=tuple(sentence(one) for one in criteria if one.strip()),
            description=sentence((task.title if task else "") or objective.question, limit=120),
            library=False,
        )


def _bounds(given: PromptGeneratorInput) -> Circumstances:
    if given.circumstances is None:
        raise UsageError("A task cannot be written without knowing what bounds the inspection.")
    return given.circumstances


def _objectives(given: PromptGeneratorInput) -> list[str]:
    told = [
        harmless(f"{number}. {as_json(one.question)} with {as_json(one.variables)}, because {as_json(one.why)}")
        for number, one in enumerate(given.objectives, start=1)
        if one.template is None
    ]
    return ["<data>", *told, "</data>"]
