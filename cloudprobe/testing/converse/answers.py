"""What the server is told to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

STATUSES = {
    "AccessDeniedException": 403,
    "InternalServerException": 500,
    "ModelErrorException": 424,
    "ModelNotReadyException": 429,
    "ModelTimeoutException": 408,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
}
"""Of Bedrock's errors, as botocore's model of it has them; a test compares."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the server, made by ``say``, ``use``, ``fault``, ``raw`` or ``hang_up``."""

    content: tuple[Json, ...] = ()
    """Converse's content blocks."""
    stop: str = ""
    """``stopReason``; empty leaves it to the content."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """Over the server's own count."""
    code: str = ""
    """Of an error; empty for an answer."""
    message: str = ""
    body: bytes | None = None
    """Sent as it is, with status 200."""
    closes: bool = False
    """The connection is closed and nothing sent."""
    seconds: float = 0.0
    """Before anything is sent; ends early when the server is stopped."""
    breaks_with: str = ""
    """Of a stream: the error event that comes after its first part."""


def say(text: str, *, stop: str = "", seconds: float = 0.0) -> Answer:
    """Prose; no content at all where it is empty."""
    return Answer(content=({"text": text},) if text else (), stop=stop, seconds=seconds)


def use(tool: str, given: Any, *, text: str = "", stop: str = "", seconds: float = 0.0) -> Answer:
    """A call of a tool.

    Args:
        tool: its name.
        given: the input; anything but an object is what a broken model sends.
        text: said before it.
        stop: ``max_tokens`` for an answer that was cut.
        seconds: before anything is sent.
    """
    called = {"toolUse": {"toolUseId": f"tooluse_{tool[:40]}", "name": tool, "input": given}}
    return Answer(content=(*([{"text": text}] if text else []), called), stop=stop, seconds=seconds)


def fault(code: str, message: str = "", *, seconds: float = 0.0) -> Answer:
    """An error of Bedrock's, by its code; its HTTP status is Bedrock's own."""
    return Answer(code=code, message=message or code, seconds=seconds)


def raw(body: bytes) -> Answer:
    return Answer(body=body)


def hang_up() -> Answer:
    return Answer(closes=True)


FAULTS: Mapping[str, Answer] = MappingProxyType(
    {
        "throttled": fault("ThrottlingException", "Too many requests, please wait before trying again."),
        "not_ready": fault("ModelNotReadyException", "The model is not ready for inference."),
        "unavailable": fault("ServiceUnavailableException", "Bedrock is unable to process your request."),
        "internal": fault("InternalServerException", "The system encountered an unexpected error."),
        "model_error": fault("ModelErrorException", "The request failed due to an error while processing the model."),
        "timed_out": fault("ModelTimeoutException", "Model has timed out in processing the request."),
        "overflow": fault("ValidationException", "Input is too long for requested model."),
        "wrong_model": fault("ValidationException", "The provided model identifier is invalid."),
        "no_region": fault("ValidationException", "The model is not supported in this region."),
        "no_profile": fault(
            "ValidationException",
            "Invocation of model ID with on-demand throughput isn't supported. Retry your request with the ID or ARN "
            "of an inference profile that contains this model.",
        ),
        "no_access": fault("AccessDeniedException", "You don't have access to the model with the specified model ID."),
        "bad_keys": fault("UnrecognizedClientException", "The security token included in the request is invalid."),
        "guardrail": say("Sorry, the model cannot answer this question.", stop="guardrail_intervened"),
        "cut": say("The first half of an", stop="max_tokens"),
        "prose": say("I would look at the buckets first."),
        "empty": say(""),
        "hang_up": hang_up(),
        "not_json": raw(b"<html>gateway</html>"),
    }
)
"""The ways it goes wrong, by name."""
