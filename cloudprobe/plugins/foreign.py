"""What is not cloudprobe's own, at arm's length.

Whatever it raises becomes an error that names it, and what it gives is looked at before anybody relies on it. Nothing
it raises ends the process; only an interrupt from the keyboard passes.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, get_args

from cloudprobe import errors
from cloudprobe.domain.agents import CodeGeneratorOutput, DiscoveryAnalystOutput, OrchestratorOutput
from cloudprobe.domain.conversation import AgentName, ChatReply, ChatRequest
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.errors import CloudprobeError, ModelAccessError, ModelUnavailableError, PluginError
from cloudprobe.plugins.hookspecs import Agents, ReportFormat
from cloudprobe.ports import ChatModel

T = TypeVar("T")
log = logging.getLogger(__name__)

AGENT_METHODS: Mapping[AgentName, str] = {
    "orchestrator": "decide",
    "prompt_generator": "generate",
    "code_generator": "generate",
    "discovery_analyst": "analyze",
}
"""Of the agents' protocols in ``cloudprobe.ports``."""
_GIVES: Mapping[AgentName, type] = {
    "orchestrator": OrchestratorOutput,
    "prompt_generator": tuple,
    "code_generator": CodeGeneratorOutput,
    "discovery_analyst": DiscoveryAnalystOutput,
}
_HINT = "Look at it with `cloudprobe plugins`, or leave plugins out with CLOUDPROBE_PLUGINS=off."


def told(error: BaseException) -> str:
    """An exception on one line, whatever its own text does."""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - an exception that cannot say what it is still has a class
        text = type(error).__name__
    return " ".join(text.split()).rstrip(".:")


def is_ours(error: BaseException) -> bool:
    """Whether it is one of cloudprobe's own errors, which whoever calls knows what to make of."""
    return isinstance(error, CloudprobeError) and getattr(errors, type(error).__name__, None) is type(error)


def called(call: Callable[[], T], failure: Callable[[str], CloudprobeError]) -> T:
    """Call what is foreign.

    Args:
        call: of what is foreign.
        failure: makes the error from what was raised, in one line.

    Raises:
        CloudprobeError: one of our own, as it was raised; else what ``failure`` made.
        KeyboardInterrupt: as it is.
    """
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, too: a plugin does not end the process
        if is_ours(error):
            raise
        log.info("foreign code failed", exc_info=True)
        raise failure(told(error)) from error


@dataclass(frozen=True, slots=True)
class ForeignAgent:
    """An agent from outside. Its protocol's method is guarded; everything else of it can be reached as it is."""

    agent: Any
    whose: str
    """``the plugin X`` or ``the model provider X``."""
    role: AgentName

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.agent, name)
        return partial(self._ask, found) if name == AGENT_METHODS[self.role] else found

    def _ask(self, method: Callable[[Any], Any], given: Any) -> Any:
        output = called(lambda: method(given), self._failure)
        if not _fits(output, self.role):
            raise self._failure(f"it gave a {type(output).__name__}, no {_wanted(self.role)}")
        return output

    def _failure(self, reason: str) -> PluginError:
        whose = self.whose[:1].upper() + self.whose[1:]
        return PluginError(f"{whose}'s {_spoken(self.role)} failed: {reason}.", hint=_HINT)


def _fits(output: Any, role: AgentName) -> bool:
    if role == "prompt_generator":
        return isinstance(output, tuple) and all(isinstance(one, CodeGenerationPrompt) for one in output)
    return isinstance(output, _GIVES[role])


def _wanted(role: AgentName) -> str:
    return "tuple of CodeGenerationPrompt" if role == "prompt_generator" else _GIVES[role].__name__


def _spoken(role: AgentName) -> str:
    return role.replace("_", " ")


def lacks(agent: Any, role: AgentName) -> str:
    """What keeps an object from being that agent, in words; empty where nothing does."""
    method = AGENT_METHODS[role]
    if callable(getattr(agent, method, None)):
        return ""
    return f"it gave a {type(agent).__name__} as {_spoken(role)}, which has no method {method}"


def foreign_agents(made: Any, provider: str) -> Agents:
    """The agents of a model provider, each looked at and guarded.

    Raises:
        ModelAccessError: they are not what they have to be.
    """
    if not isinstance(made, Agents):
        raise ModelAccessError(f"The model provider {provider!r} gave a {type(made).__name__}, no Agents.")
    found: dict[str, Any] = {}
    for role in get_args(AgentName):
        agent = getattr(made, role)
        if problem := lacks(agent, role):
            raise ModelAccessError(f"The model provider {provider!r} cannot be used: {problem}.")
        found[role] = ForeignAgent(agent, f"the model provider {provider}", role)
    return Agents(**found)


class ForeignChat:
    """``ChatModel`` around one from outside.

    Args:
        chat: which is asked.
        provider: its name, for messages.

    Raises:
        ModelAccessError: its name or the size of its context is not what it has to be.
    """

    def __init__(self, chat: ChatModel, provider: str) -> None:
        self.chat = chat
        self._provider = provider
        self.name = self._checked(called(lambda: chat.name, self._unusable), str, "as name")

    @property
    def context_tokens(self) -> int:
        return self._checked(called(lambda: self.chat.context_tokens, self._unusable), int, "as context_tokens")

    def send(self, request: ChatRequest) -> ChatReply:
        return self._checked(called(lambda: self.chat.send(request), self._unavailable), ChatReply, "as reply")

    def count(self, request: ChatRequest) -> int:
        return self._checked(called(lambda: self.chat.count(request), self._unavailable), int, "as count")

    def _checked(self, value: Any, kind: type[T], what: str) -> T:
        if isinstance(value, kind):
            return value
        raise self._unusable(f"it gave a {type(value).__name__} {what}, no {kind.__name__}")

    def _unusable(self, reason: str) -> ModelAccessError:
        return ModelAccessError(f"The model provider {self._provider!r} failed: {reason}.")

    def _unavailable(self, reason: str) -> ModelUnavailableError:
        return ModelUnavailableError(f"The model of the provider {self._provider!r} failed: {reason}.")


def foreign_format(form: ReportFormat, plugin: str) -> ReportFormat:
    """A plugin's format whose rendering names the plugin where it fails."""

    def render(report: Any) -> str:
        text = called(lambda: form.render(report), failure)
        if not isinstance(text, str):
            raise failure(f"it gave a {type(text).__name__}, no text")
        return text

    def failure(reason: str) -> PluginError:
        return PluginError(f"The plugin {plugin}'s report format {form.name} failed: {reason}.", hint=_HINT)

    return ReportFormat(name=form.name, suffix=form.suffix, render=render)
