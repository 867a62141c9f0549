"""A chat model whose exchanges are spans of the inspection's trace."""

from typing import Any

from cloudprobe.domain.conversation import ChatReply, ChatRequest, TokenUsage
from cloudprobe.ports import ChatModel, Tracer


class TracedChat:
    """``ChatModel`` around another one. What it sees is what leaves: it belongs inside of what masks.

    Args:
        chat: which is asked.
        tracer: told of every exchange.
    """

    def __init__(self, chat: ChatModel, tracer: Tracer) -> None:
        self.name = chat.name
        self._chat = chat
        self._tracer = tracer

    @property
    def context_tokens(self) -> int:
        return self._chat.context_tokens

    def count(self, request: ChatRequest) -> int:
        return self._chat.count(request)

    def send(self, request: ChatRequest) -> ChatReply:
        provider, _, model = self.name.partition(":")
        with self._tracer.span(
            f"{request.agent} asks {self.name}",
            kind="llm",
            inputs={"messages": _messages(request), "tools": [request.tool.model_dump()]},
            metadata={
                "ls_provider": provider,
                "ls_model_name": model,
                "ls_model_type": "chat",
                "ls_max_tokens": request.max_output_tokens,
                "prompt": request.prompt.name,
                "prompt_version": request.prompt.version,
                "repair": len(request.turns) // 2,
            },
        ) as span:
            reply = self._chat.send(request)
            span.outputs = _outputs(reply)
            span.usage = _usage(reply.usage)
            return reply


def _messages(request: ChatRequest) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": request.prompt.system},
        {"role": "user", "content": request.prompt.user},
        *({"role": turn.role, "content": turn.text} for turn in request.turns),
    ]


def _outputs(reply: ChatReply) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": reply.text,
        "tool_calls": [{"name": call.name, "args": call.input} for call in reply.calls],
        "stop_reason": reply.stop.value,
        "request_id": reply.request_id,
    }


def _usage(usage: TokenUsage) -> dict[str, Any]:
    """As LangSmith counts: input tokens hold those read from and written to the cache."""
    prompt = usage.input + usage.cache_read + usage.cache_write
    return {
        "input_tokens": prompt,
        "output_tokens": usage.output,
        "total_tokens": prompt + usage.output,
        "input_token_details": {"cache_read": usage.cache_read, "cache_creation": usage.cache_write},
    }
