"""A script by a language model: one question, one answer. What is wrong with it comes back as feedback, not here."""

import json
import re
from typing import Any

from pydantic import Field

from cloudprobe.agents.code_generator.library import LibraryCodeGenerator
from cloudprobe.agents.prompting import telling
from cloudprobe.agents.prompting.citing import Citations, harmless
from cloudprobe.agents.prompting.cleaning import sentence, values
from cloudprobe.agents.prompting.composing import compose
from cloudprobe.agents.prompting.marking import as_json
from cloudprobe.agents.prompting.room import Section
from cloudprobe.agents.prompting.shapes import NO_ANSWER, Answer
from cloudprobe.domain.agents import CodeGeneratorInput, CodeGeneratorOutput, Knowledge
from cloudprobe.domain.conversation import AgentName, RenderedPrompt
from cloudprobe.domain.probe import Dependency
from cloudprobe.domain.text import encodable
from cloudprobe.errors import UsageError
from cloudprobe.ports import LanguageModel
from cloudprobe.templates.registry import TemplateLibrary

AGENT: AgentName = "code_generator"
_PROMPT = "code_generator"
_FENCE = re.compile(r"\A\s*```(?:python|py)?[ \t]*\n(?P<code>.*?)\n?```\s*\Z", re.DOTALL)
_MOST_DEPENDENCIES = 5
_TASK = 8_000
_LINE = 2_000
_POLICY = 20_000
"""Characters."""


class Package(Answer):
    name: str = Field(description="Name on PyPI.")
    version: str = Field(description="Exact version.")


class ScriptAnswer(Answer):
    """The whole script, ready to run, and what it needs."""

    script: str = Field(default="", description="The Python source, whole; empty only with `cannot`.")
    dependencies: list[Package] = Field(
        default_factory=list, description="Usually none: boto3 and the standard library are there."
    )
    policy: dict[str, Any] = Field(
        default_factory=dict, description="The smallest IAM policy document the script needs, as you think."
    )
    cannot: str = Field(default="", description="Why no script can do this; empty otherwise.")


class ModelCodeGenerator:
    """Templates as the library has them; everything else is written."""

    def __init__(self, model: LanguageModel, library: TemplateLibrary) -> None:
        self._model = model
        self._library = LibraryCodeGenerator(library)

    def generate(self, given: CodeGeneratorInput) -> CodeGeneratorOutput:
        """One attempt.

        Raises:
            TemporaryError, AccessError: the model cannot be asked.
        """
        if given.prompt.library:
            return self._library.generate(given)
        last = given.feedback[-1] if given.feedback else None
        if last and last.temporary and given.previous and given.previous.script:
            return given.previous  # nothing is wrong with it
        try:
            answer = self._model.answer(self.prompt(given), shape=ScriptAnswer, agent=AGENT)
        except NO_ANSWER as error:
            return CodeGeneratorOutput(abandoned=sentence(f"No script was written: {error}"))
        return _proposal(answer, given)

    def prompt(self, given: CodeGeneratorInput) -> RenderedPrompt:
        """What the model is asked."""
        if given.circumstances is None:
            raise UsageError("A script cannot be written without knowing what bounds the inspection.")
        knowledge = given.knowledge or Knowledge()
        return compose(
            _PROMPT,
            fixed={
                "task": telling.words(given.prompt.template, limit=_TASK),
                "criteria": telling.words(_criteria(given), limit=_TASK),
                "variables": f"<data>\n{harmless(as_json(given.prompt.variables))}\n</data>",
                "circumstances": telling.circumstances(given.circumstances, given.user_request),
                "question": telling.question(given.user_request),
                "attempt": str(given.attempt),
            },
            sections={
                "known": telling.known(knowledge, Citations(knowledge.observations)),
                "feedback": telling.feedback(given.feedback),
                "previous": _numbered(given.previous),
            },
            room=self._model.room(AGENT),
        )


def _criteria(given: CodeGeneratorInput) -> str:
    return "\n".join(f"- {one}" for one in given.prompt.success_criteria) or "- It answers the task."


def _numbered(previous: CodeGeneratorOutput | None) -> Section:
    """The script as it failed, by line: what complains of a line can be found."""
    lines = previous.script.splitlines() if previous else []
    shown = (telling.words(f"{number:4} {line}".rstrip(), limit=_LINE) for number, line in enumerate(lines, start=1))
    return Section(tuple(shown), weight=6, rest="Write the whole script anew.")


def _proposal(answer: ScriptAnswer, given: CodeGeneratorInput) -> CodeGeneratorOutput:
    fenced = _FENCE.match(answer.script)
    script = encodable(fenced["code"] + "\n" if fenced else answer.script)
    if not script.strip():
        return CodeGeneratorOutput(abandoned=sentence(answer.cannot) or "The model wrote no script.")
    return CodeGeneratorOutput(
        script=script,
        dependencies=tuple(
            Dependency(name=d.name, version=d.version) for d in answer.dependencies[:_MOST_DEPENDENCIES]
        ),
        policy=_policy(answer),
        variables=given.prompt.variables,
    )


def _policy(answer: ScriptAnswer) -> dict[str, Any]:
    """Compared and never granted; one that is larger than any role may have is not even compared."""
    policy = values(answer.policy)
    return policy if len(json.dumps(policy)) <= _POLICY else {}
