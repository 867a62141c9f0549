"""A model that answers in a shape or not at all: asks, says what was wrong, and asks again, at most twice."""

import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from cloudprobe.adapters.models.reading import NotUsable, read
from cloudprobe.adapters.models.shapes import tool_of
from cloudprobe.adapters.models.tokens import estimate_request
from cloudprobe.domain.conversation import AgentName, ChatReply, ChatRequest, RenderedPrompt, StopReason, Turn
from cloudprobe.domain.text import encodable, shortened
from cloudprobe.errors import ModelAnswerError, ModelOverflowError, ModelRefusedError
from cloudprobe.ports import ChatModel

S = TypeVar("S", bound=BaseModel)
log = logging.getLogger(__name__)

MAX_REPAIRS = 2
MAX_OUTPUT_TOKENS: dict[AgentName, int] = {
    "orchestrator": 4_000,
    "prompt_generator": 6_000,
    "code_generator": 12_000,
    "discovery_analyst": 8_000,
}
"""Of the first exchange; an answer that was cut is given twice as many the next time."""
_ECHOED_CHARACTERS = 4_000
"""Of an answer that is not usable, as the model is shown it again."""
_OVERHEAD_TOKENS = 2_000
"""Of a prompt's room, kept for the tool and what a provider adds."""


class StructuredModel:
    """``LanguageModel`` over a chat model an agent.

    Args:
        chat_of: the chat model of an agent; opened when it is first asked.
    """

    def __init__(self, chat_of: Callable[[AgentName], ChatModel]) -> None:
        self._chat_of = chat_of

    def answer(self, prompt: RenderedPrompt, *, shape: type[S], agent: AgentName) -> S:
        chat = self._chat_of(agent)
        tool = tool_of(shape)
        limit, problem = _limit(agent, chat), ""
        turns: tuple[Turn, ...] = ()
        for repair in range(MAX_REPAIRS + 1):
            request = ChatRequest(agent=agent, prompt=prompt, turns=turns, tool=tool, max_output_tokens=limit)
            _check_fits(request, chat)
            reply = chat.send(request)
            if reply.stop is StopReason.GUARDRAIL:
                raise ModelRefusedError(
                    f"{chat.name} did not answer the prompt {prompt.name}: a guardrail or content filter stopped it.",
                    hint="Look at the guardrail's trace in Amazon Bedrock, or ask in other words.",
                )
            try:
                return read(reply, tool=tool, shape=shape)
            except NotUsable as found:
                problem = str(found)
            log.info("answer of %s to %s not usable (repair %d): %s", chat.name, prompt.name, repair, problem)
            limit = 2 * limit if reply.stop is StopReason.CUT else limit
            turns = (*turns, *_repair(reply, problem))
        raise ModelAnswerError(
            f"{chat.name} gave no usable answer to the prompt {prompt.name} in {MAX_REPAIRS + 1} exchanges. "
            f"Of the last: {shortened(problem, 600)}",
            hint="Try another model with --model or --model-for.",
        )

    def room(self, agent: AgentName) -> int:
        """What the context holds, less the answer, its repair turns and the tool."""
        chat = self._chat_of(agent)
        repairs = min(MAX_REPAIRS * _ECHOED_CHARACTERS, chat.context_tokens // 8)
        return max(0, chat.context_tokens - 2 * _limit(agent, chat) - repairs - _OVERHEAD_TOKENS)


def _limit(agent: AgentName, chat: ChatModel) -> int:
    """A small context keeps most of its room for the prompt."""
    return max(1, min(MAX_OUTPUT_TOKENS[agent], chat.context_tokens // 6))


def _check_fits(request: ChatRequest, chat: ChatModel) -> None:
    """An overflow is an error before it costs anything; the provider is asked only where the estimate is in doubt."""
    most = chat.context_tokens - request.max_output_tokens
    if estimate_request(request) <= most:
        return
    tokens = chat.count(request)
    if tokens > most:
        raise ModelOverflowError(
            f"The prompt {request.prompt.name} has {tokens:,} tokens; {chat.name} takes {most:,} beside an answer of "
            f"{request.max_output_tokens:,}.",
            hint="Choose a model with a larger context, or ask about less.",
        )


def _repair(reply: ChatReply, problem: str) -> tuple[Turn, Turn]:
    return Turn(role="assistant", text=_echo(reply)), Turn(role="user", text=problem)


def _echo(reply: ChatReply) -> str:
    """What the model said, as text: a tool call that went wrong is no call any provider takes back."""
    parts = [reply.text.strip(), *(f"{call.name}({_json(call.input)})" for call in reply.calls)]
    said = encodable("\n".join(part for part in parts if part))
    return shortened(said, _ECHOED_CHARACTERS) or "(nothing)"


def _json(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return "(not JSON)"
