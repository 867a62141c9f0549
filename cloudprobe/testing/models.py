"""Models that say what a test scripted: one exchange (``ScriptedChat``), or a shaped answer (``ScriptedModel``)."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from cloudprobe.domain.conversation import (
    AgentName,
    ChatReply,
    ChatRequest,
    RenderedPrompt,
    StopReason,
    TokenUsage,
    ToolCall,
)
from cloudprobe.errors import ModelAnswerError

S = TypeVar("S", bound=BaseModel)
ScriptedReply = ChatReply | Exception | Callable[[ChatRequest], ChatReply]
"""What a ``ScriptedChat`` does once: answer, raise, or work the answer out."""
ScriptedAnswer = BaseModel | Mapping[str, Any] | Exception | Callable[[RenderedPrompt], Any]
"""What a ``ScriptedModel`` does once; whatever is no exception is validated as the shape that was asked for."""


class ScriptedChat:
    """Replies as scripted, in order, whoever asks; ``requests`` lists what it was asked.

    Args:
        script: what to do, one each; used up, the chat fails loudly.
        name: ``provider:model``.
        context_tokens: how much fits.
    """

    def __init__(self, *script: ScriptedReply, name: str = "scripted:chat", context_tokens: int = 200_000) -> None:
        self.name = name
        self.context_tokens = context_tokens
        self.requests: list[ChatRequest] = []
        self._script = deque(script)
        self._lock = threading.Lock()

    def send(self, request: ChatRequest) -> ChatReply:
        with self._lock:
            self.requests.append(request)
            if not self._script:
                raise AssertionError(f"{self.name} was asked once more than was scripted: {request.prompt.name}")
            scripted = self._script.popleft()
        if isinstance(scripted, Exception):
            raise scripted
        return scripted if isinstance(scripted, ChatReply) else scripted(request)

    def count(self, request: ChatRequest) -> int:
        """A token a character."""
        texts = (request.prompt.system, request.prompt.user, *(turn.text for turn in request.turns))
        return sum(map(len, texts))


def calling(tool: str, given: Any, *, usage: TokenUsage | None = None) -> ChatReply:
    """The reply of a model that called a tool, for ``ScriptedChat``.

    Args:
        tool: its name.
        given: the input, as the model gives it.
        usage: what it cost.
    """
    return ChatReply(
        calls=(ToolCall(name=tool, input=given),),
        stop=StopReason.TOOL,
        usage=usage or TokenUsage(input=100, output=20),
        model="scripted",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPrompt:
    """What a ``ScriptedModel`` was asked."""

    prompt: RenderedPrompt
    shape: type[BaseModel]
    agent: AgentName


class ScriptedModel:
    """Answers each agent as scripted, in order; ``asked`` lists every prompt.

    Args:
        script: answers by agent; an agent whose answers are used up gets a ``ModelAnswerError``.
        room: tokens a prompt may have.
    """

    def __init__(self, script: Mapping[AgentName, Iterable[ScriptedAnswer]], *, room: int = 150_000) -> None:
        self.asked: list[AskedPrompt] = []
        self._script = {agent: deque(answers) for agent, answers in script.items()}
        self._room = room
        self._lock = threading.Lock()

    def answer(self, prompt: RenderedPrompt, *, shape: type[S], agent: AgentName) -> S:
        with self._lock:
            self.asked.append(AskedPrompt(prompt=prompt, shape=shape, agent=agent))
            left = self._script.get(agent)
            if not left:
                raise ModelAnswerError(f"Nothing more is scripted for the {agent} (prompt {prompt.name}).")
            scripted = left.popleft()
        if isinstance(scripted, Exception):
            raise scripted
        given = scripted(prompt) if callable(scripted) else scripted
        return given if isinstance(given, shape) else shape.model_validate(given)

    def room(self, agent: AgentName) -> int:  # noqa: ARG002 - the same for every agent
        return self._room
