"""What Bedrock refuses in a request, as far as it is known to; a mock that takes everything proves nothing."""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MAX_CACHE_POINTS = 4
_UNFORCED = re.compile(r"claude-(fable-5-1|opus-5-5|sonnet-5-5)")
"""Models that take no ``toolChoice`` but ``auto``."""
_UNSAMPLED = re.compile(r"claude-(opus-4-[78]|(fable|opus|sonnet|haiku)-5)")
"""Models that take neither temperature nor topP."""


def violations(model: str, body: Json) -> list[str]:
    """Why a request would be refused; empty if it would not."""
    return [*_of_messages(body), *_of_tools(body), *_of_model(model, body)]


def _of_messages(body: Json) -> Iterator[str]:
    messages = body.get("messages") or []
    if not messages:
        yield "messages is empty"
    elif messages[0].get("role") != "user":
        yield "A conversation must start with a user message."
    for i, message in enumerate(messages):
        if i and message.get("role") == messages[i - 1].get("role"):
            yield f"messages.{i}: roles must alternate between user and assistant"
        if not message.get("content"):
            yield f"messages.{i}.content is empty"
        for j, block in enumerate(message.get("content") or []):
            if "text" in block and not block["text"].strip():
                yield f"The text field in the ContentBlock object at messages.{i}.content.{j} is blank."
    for j, block in enumerate(body.get("system") or []):
        if "text" in block and not block["text"].strip():
            yield f"The text field in the SystemContentBlock object at system.{j} is blank."


def _of_tools(body: Json) -> Iterator[str]:
    config = body.get("toolConfig") or {}
    specs = [tool["toolSpec"] for tool in config.get("tools") or [] if "toolSpec" in tool]
    for spec in specs:
        if not _TOOL_NAME.fullmatch(spec.get("name", "")):
            yield f"toolSpec.name {spec.get('name')!r} does not match {_TOOL_NAME.pattern}"
        if (spec.get("inputSchema") or {}).get("json", {}).get("type") != "object":
            yield f"toolSpec {spec.get('name')}: the input schema must be of type object"
    forced = ((config.get("toolChoice") or {}).get("tool") or {}).get("name")
    if forced and forced not in {spec.get("name") for spec in specs}:
        yield f"toolChoice names a tool that is not there: {forced}"
    if (points := _cache_points(body)) > _MAX_CACHE_POINTS:
        yield f"{points} cachePoint blocks; at most {_MAX_CACHE_POINTS} are allowed"


def _cache_points(body: Json) -> int:
    contents = [message.get("content") or [] for message in body.get("messages") or []]
    tools = (body.get("toolConfig") or {}).get("tools") or []
    return sum("cachePoint" in block for blocks in (tools, body.get("system") or [], *contents) for block in blocks)


def _of_model(model: str, body: Json) -> Iterator[str]:
    choice = (body.get("toolConfig") or {}).get("toolChoice") or {}
    if _UNFORCED.search(model) and ("tool" in choice or "any" in choice):
        yield "tool_choice: this model does not support forced tool use"
    if _UNSAMPLED.search(model):
        given = body.get("inferenceConfig") or {}
        yield from (f"`{key}` is not supported by this model" for key in ("temperature", "topP") if key in given)
