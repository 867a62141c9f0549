"""One exchange over a LangChain chat model: what is asked in its words, what came back in ours."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cloudprobe.adapters.models.faults import Fault, named
from cloudprobe.adapters.models.retrying import Retries
from cloudprobe.adapters.models.tokens import estimate_request
from cloudprobe.domain.conversation import ChatReply, ChatRequest, StopReason, TokenUsage, ToolCall
from cloudprobe.errors import CloudprobeError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

log = logging.getLogger(__name__)

UNKNOWN_CONTEXT_TOKENS = 32_000
"""Of a model nobody says anything about."""
UNTYPED_INPUT = "__cloudprobe_untyped_input__"
"""Stands around a tool's input that is no object: LangChain's own classes cannot carry one."""

_CUT = frozenset({"max_tokens", "length", "model_context_window_exceeded", "max_output_tokens", "MAX_TOKENS"})
_STOPPED = frozenset({"guardrail_intervened", "content_filtered", "content_filter", "refusal", "safety", "SAFETY"})
_CALLED = frozenset({"tool_use", "tool_calls", "function_call", "malformed_tool_use"})
_ENDED = frozenset({"end_turn", "stop", "stop_sequence", "STOP", "done"})
_STOP_KEYS = ("stopReason", "stop_reason", "finish_reason", "done_reason")


class Wire:
    """How one kind of model is talked to; this one is any that LangChain knows."""

    def __init__(self, model: "BaseChatModel") -> None:
        self.model = model
        self._forced = True

    def ask(self, request: ChatRequest) -> "AIMessage":
        """Call the model with the tool: forced where it takes that, else offered.

        Raises:
            Exception: whatever the provider's classes raise.
        """
        function = {
            "name": request.tool.name,
            "description": request.tool.description,
            "parameters": request.tool.parameters,
        }
        tools = [{"type": "function", "function": function}]
        bound = self._bound(tools, request.tool.name)
        answer: AIMessage = bound.invoke(self.messages(request), max_tokens=request.max_output_tokens)
        return answer

    def _bound(self, tools: list[dict[str, Any]], name: str) -> Any:
        if self._forced:
            try:
                return self.model.bind_tools(tools, tool_choice=name)
            except (ValueError, TypeError, NotImplementedError):
                self._forced = False
        return self.model.bind_tools(tools)

    def messages(self, request: ChatRequest) -> "list[BaseMessage]":
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage  # noqa: PLC0415 - heavy

        turns = [
            AIMessage(turn.text) if turn.role == "assistant" else HumanMessage(turn.text) for turn in request.turns
        ]
        return [SystemMessage(request.prompt.system), HumanMessage(request.prompt.user), *turns]

    def count(self, request: ChatRequest) -> int | None:  # noqa: ARG002 - of models that count
        """The model's own count of a request; None where it has none."""
        return None


class LangChainChat:
    """``ChatModel`` over a LangChain chat model.

    Args:
        open_wire: makes the model when it is first asked; it may raise our own errors.
        name: ``provider:model``.
        where: the region, where there is one; for messages.
        context_tokens: None takes what LangChain knows of the model.
        retries: of what is temporary.
    """

    def __init__(
        self,
        open_wire: Callable[[], Wire],
        *,
        name: str,
        retries: Retries,
        where: str = "",
        context_tokens: int | None = None,
    ) -> None:
        self.name = name
        self._open_wire = open_wire
        self._where = where
        self._retries = retries
        self._context_tokens = context_tokens
        self._wire: Wire | None = None

    @property
    def context_tokens(self) -> int:
        if self._context_tokens is None:
            self._context_tokens = _profile(self._opened().model, "max_input_tokens") or UNKNOWN_CONTEXT_TOKENS
        return self._context_tokens

    def send(self, request: ChatRequest) -> ChatReply:
        wire = self._opened()
        most = _profile(wire.model, "max_output_tokens")
        if most and request.max_output_tokens > most:
            request = request.model_copy(update={"max_output_tokens": most})
        try:
            message = self._retries.call(lambda: wire.ask(request))
        except CloudprobeError:
            raise
        except Exception as error:
            log.info("%s: %s", self.name, Fault.of(error).message, exc_info=True)
            raise named(error, model=self.name, where=self._where) from error
        return reply_of(message)

    def count(self, request: ChatRequest) -> int:
        try:
            counted = self._opened().count(request)
        except CloudprobeError:
            raise
        except Exception as error:  # noqa: BLE001 - whoever may ask a model may still not be allowed to count
            log.info("%s does not count tokens: %s", self.name, Fault.of(error).message)
            counted = None
        return estimate_request(request) if counted is None else counted

    def _opened(self) -> Wire:
        if self._wire is None:
            self._wire = self._open_wire()
        return self._wire


def reply_of(message: "AIMessage") -> ChatReply:
    """What a LangChain message holds, whoever made it."""
    metadata = message.response_metadata
    calls = [ToolCall(name=call["name"], input=_typed(call["args"])) for call in message.tool_calls]
    calls += [ToolCall(name=call["name"] or "", input=call["args"] or "") for call in message.invalid_tool_calls]
    return ChatReply(
        text=str(message.text),
        calls=tuple(calls),
        stop=_stop(metadata, called=bool(calls)),
        usage=_usage(message),
        model=str(metadata.get("model_name") or metadata.get("model") or ""),
        request_id=str(metadata.get("ResponseMetadata", {}).get("RequestId") or message.id or ""),
    )


def _typed(given: Any) -> Any:
    return given[UNTYPED_INPUT] if isinstance(given, dict) and set(given) == {UNTYPED_INPUT} else given


def _stop(metadata: dict[str, Any], *, called: bool) -> StopReason:
    said = next((str(metadata[key]) for key in _STOP_KEYS if metadata.get(key)), "")
    for names, reason in ((_CUT, StopReason.CUT), (_STOPPED, StopReason.GUARDRAIL), (_CALLED, StopReason.TOOL)):
        if said in names:
            return reason
    if called:
        return StopReason.TOOL
    return StopReason.END if said in _ENDED else StopReason.OTHER


def _usage(message: "AIMessage") -> TokenUsage:
    """LangChain's ``input_tokens`` holds what was read from and written to a cache, too; ours does not."""
    used = message.usage_metadata
    if not used:
        return TokenUsage()
    details = dict(used.get("input_token_details") or {})
    read = _number(details.get("cache_read"))
    # With a breakdown by lifetime the plain count is zero, and the parts are the whole.
    parts = [_number(v) for k, v in details.items() if k.startswith("ephemeral_") and k.endswith("_input_tokens")]
    written = max(_number(details.get("cache_creation")), sum(parts))
    fresh = max(0, used["input_tokens"] - read - written)
    return TokenUsage(input=fresh, output=used["output_tokens"], cache_read=read, cache_write=written)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _profile(model: "BaseChatModel", key: str) -> int | None:
    profile: Any = getattr(model, "profile", None)
    found = profile.get(key) if isinstance(profile, dict) else None
    return found if isinstance(found, int) and found > 0 else None
