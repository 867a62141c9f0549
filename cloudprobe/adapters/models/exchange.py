"""One exchange with a model as a file that a person can read, and write by hand.

A text of several lines is a list under ``lines``. What varies between inspections has names (``varying``), and what
looks like a secret is gone.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from cloudprobe.adapters.models.varying import Names, same
from cloudprobe.domain.conversation import AgentName, ChatReply, ChatRequest, Turn
from cloudprobe.domain.model import Model
from cloudprobe.errors import StateCorruptedError
from cloudprobe.sandbox.looks import clean, marker

_LINES = "lines"
_KEY_DIGITS = 12
_SHORTEST_SECRET = 6


class Exchange(Model):
    """What was asked, as far as it tells one question from another, and what came back."""

    version: Literal[1] = 1
    key: str
    """Of the agent, the prompt's name, the question and the turns; ``key_of``."""
    agent: AgentName
    prompt: str
    prompt_version: str
    """Of the prompt's file. An answer is used though it has changed since, if the question is the same."""
    tool: str
    user: str
    turns: tuple[Turn, ...] = ()
    reply: ChatReply
    note: str = Field(default="")
    """For whoever reads it."""


def asked(request: ChatRequest) -> tuple[str, str, tuple[Turn, ...], Names]:
    """Key, question and turns of a request, with names for what varies, and the names."""
    names = Names()
    user = clean(names.hide(request.prompt.user))
    turns = tuple(Turn(role=turn.role, text=clean(names.hide(turn.text))) for turn in request.turns)
    return key_of(request.agent, request.prompt.name, user, turns), user, turns, names


def key_of(agent: str, prompt: str, user: str, turns: Iterable[Turn]) -> str:
    said = [agent, prompt, same(user), *(f"{turn.role}: {same(turn.text)}" for turn in turns)]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "backslashreplace")).hexdigest()[:_KEY_DIGITS]


def recorded(request: ChatRequest, reply: ChatReply, *, secrets: Iterable[str]) -> Exchange:
    """The exchange as it is kept.

    Args:
        request: what was asked.
        reply: what came back.
        secrets: values that may stand nowhere, beside what looks like a secret.
    """
    key, user, turns, names = asked(request)

    def told(text: str) -> str:
        return _without(clean(names.hide_known(text)), secrets)

    return Exchange(
        key=key,
        agent=request.agent,
        prompt=request.prompt.name,
        prompt_version=request.prompt.version,
        tool=request.tool.name,
        user=_without(user, secrets),
        turns=tuple(Turn(role=turn.role, text=_without(turn.text, secrets)) for turn in turns),
        reply=_in_texts(reply, told),
    )


def answered(exchange: Exchange, names: Names) -> ChatReply:
    """The reply, told in the values of the question that it answers now."""
    return _in_texts(exchange.reply, names.show)


def _in_texts(reply: ChatReply, change: Callable[[str], str]) -> ChatReply:
    document = reply.model_dump(mode="json")
    return ChatReply.model_validate(
        {**document, "text": change(reply.text), "calls": _each_text(document["calls"], change)}
    )


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {key: _each_text(one, change) for key, one in value.items()}
    return value


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, marker("secret"))
    return text


def file_text(exchange: Exchange) -> str:
    return json.dumps(_spread(exchange.model_dump(mode="json")), indent=2, ensure_ascii=False) + "\n"


def from_file(path: Path) -> Exchange:
    """Read one.

    Raises:
        StateCorruptedError: it is none; the message says where.
    """
    try:
        return Exchange.model_validate(_joined(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, RecursionError) as error:
        said = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
        reason = f"{'.'.join(map(str, said['loc']))}: {said['msg']}" if said else str(error)
        raise StateCorruptedError(f"{path} is no recorded exchange: {reason}.") from error


def _spread(value: Any) -> Any:
    if isinstance(value, str) and "\n" in value:
        return {_LINES: value.split("\n")}
    if isinstance(value, list):
        return [_spread(one) for one in value]
    if isinstance(value, dict):
        return {key: _spread(one) for key, one in value.items()}
    return value


def _joined(value: Any) -> Any:
    if isinstance(value, dict):
        lines = value.get(_LINES)
        if set(value) == {_LINES} and isinstance(lines, list) and all(isinstance(line, str) for line in lines):
            return "\n".join(lines)
        return {key: _joined(one) for key, one in value.items()}
    return [_joined(one) for one in value] if isinstance(value, list) else value
