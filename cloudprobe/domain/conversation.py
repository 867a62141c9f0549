"""What a language model is asked and what it answers, whoever runs it. No vendor's words."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.model import Model

AgentName = Literal["orchestrator", "prompt_generator", "code_generator", "discovery_analyst"]
"""The agents that think."""


class TokenUsage(Model):
    """Tokens of one exchange, each counted once: ``input`` holds none that were read from or written to a cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        return TokenUsage(
            input=self.input + other.input,
            output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
        )

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write


class RenderedPrompt(Model):
    """A prompt file with its variables filled in."""

    name: str
    """Of the file, without suffix."""
    version: str
    """The first 12 hexadecimal digits of the SHA-256 of the file's bytes."""
    system: str
    """The same for every question, so that it can be cached."""
    user: str
    """This question."""


class Tool(Model):
    """The one shape an answer must have."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of an object."""


class Turn(Model):
    """What was said after the prompt: an answer that was not usable, and what was wrong with it."""

    role: Literal["assistant", "user"]
    text: str


class StopReason(StrEnum):
    TOOL = "tool"
    END = "end"
    CUT = "cut"
    """The limit of output tokens was reached; whatever stands there is not the whole answer."""
    GUARDRAIL = "guardrail"
    OTHER = "other"


class ChatRequest(Model):
    """One exchange with a model."""

    agent: AgentName
    prompt: RenderedPrompt
    turns: tuple[Turn, ...] = ()
    tool: Tool
    max_output_tokens: int = Field(gt=0)


class ToolCall(Model):
    name: str
    input: Any = None
    """As the model gave it: an object if all is well, a string or anything else if not."""


class ChatReply(Model):
    """What came back, as it came. Nothing in it is believed."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop: StopReason
    usage: TokenUsage = TokenUsage()
    model: str = ""
    """As the provider names it."""
    request_id: str = ""


class ModelCall(Model):
    """One exchange as the state keeps it: what it cost and how it went, without what was said."""

    id: str
    """``iteration/attempt/step/n``, so that a repeated step changes nothing."""
    agent: AgentName
    iteration: int
    attempt: int
    model: str
    prompt: str
    """Name of the prompt file."""
    prompt_version: str
    repair: int = 0
    """0 for the first exchange of a question; counts the repair turns before this one."""
    started: str
    """ISO 8601, UTC."""
    seconds: float
    usage: TokenUsage = TokenUsage()
    usd: float | None = None
    """None: the model's price is not known."""
    stop: StopReason | None = None
    error: str = ""
    """Class name of the error it ended in; empty when a reply came."""
