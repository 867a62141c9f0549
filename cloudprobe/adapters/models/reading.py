"""What a reply holds: a valid instance of the shape, or what exactly is wrong with it."""

import json
import re
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from cloudprobe.domain.conversation import ChatReply, StopReason, Tool
from cloudprobe.domain.text import encodable, printable, shortened

S = TypeVar("S", bound=BaseModel)
MAX_ANSWER_CHARACTERS = 400_000
"""Of an answer as JSON. The largest that is asked for, a script, has a few thousand."""
_SHOWN_ERRORS = 8
_SHOWN_CHARACTERS = 120
_FENCE = re.compile(r"```[A-Za-z]*\s*\n(.*?)```", re.DOTALL)


class NotUsable(Exception):  # noqa: N818 - it says what is wrong with an answer, and never leaves this room
    """The message is for the model: what was wrong, and with which part."""


def read(reply: ChatReply, *, tool: Tool, shape: type[S]) -> S:
    """The answer, if all of it is there and valid.

    Raises:
        NotUsable: it was cut, is empty or too long, calls another tool or the right one twice, or does not validate.
    """
    if reply.stop is StopReason.CUT:  # whatever stands there may look whole
        raise NotUsable("The answer was cut off: it reached the limit of output tokens. Give a shorter one, whole.")
    if _size(reply) > MAX_ANSWER_CHARACTERS:
        raise NotUsable(f"The answer has more than {MAX_ANSWER_CHARACTERS:,} characters. Give a far shorter one.")
    right = [call.input for call in reply.calls if call.name == tool.name]
    if len(right) > 1 and any(one != right[0] for one in right):
        raise NotUsable(f"The tool {tool.name} was called {len(right)} times, with different input. Call it once.")
    if right:
        return _validated(_plain(right[0], "The tool's input"), shape)
    if reply.calls:
        names = ", ".join(sorted({shortened(printable(call.name), 60) for call in reply.calls}))
        raise NotUsable(f"There is no tool {names}; the only one is {tool.name}. Call it.")
    if not reply.text.strip():
        raise NotUsable(f"The answer was empty. Call the tool {tool.name}.")
    return _in_prose(reply.text, tool=tool, shape=shape)


def _size(reply: ChatReply) -> int:
    total = len(reply.text)
    for call in reply.calls:
        total += len(call.input) if isinstance(call.input, str) else _length(call.input)
    return total


def _length(value: Any) -> int:
    try:
        return len(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return 0  # validation says what is wrong with it


def _plain(value: Any, what: str) -> dict[str, Any]:
    """A JSON object of text that can be stored, whatever the model's input was."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
        found = _storable(json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant))
    except RecursionError:
        raise NotUsable(f"{what} is nested too deeply.") from None
    except (TypeError, ValueError) as error:
        kind = "is text and" if isinstance(value, str) else "is"
        raise NotUsable(f"{what} {kind} no JSON object: {shortened(str(error), 200).rstrip('.')}.") from None
    if not isinstance(found, dict):
        raise NotUsable(f"{what} must be a JSON object; it was a {_kind(found)}.")
    return found


def _storable(value: Any) -> Any:
    """With every text as UTF-8 can carry it: half a surrogate pair is valid JSON, and fails whoever writes it."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {encodable(key): _storable(one) for key, one in value.items()}
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _kind(value: Any) -> str:
    return {list: "list", str: "string", bool: "boolean", type(None): "null"}.get(type(value), "number")


def _validated(value: dict[str, Any], shape: type[S]) -> S:
    try:
        answer = shape.model_validate(value)
    except ValidationError as error:
        raise NotUsable(_said(error, shape)) from None
    except RecursionError:
        raise NotUsable("The answer is nested too deeply.") from None
    _check_names(value, shape)
    return answer


def _check_names(value: dict[str, Any], shape: type[BaseModel]) -> None:
    """What is optional may be left away, but not written under another name, nor all of it be missing."""
    if not set(value) & set(shape.model_fields):
        names = ", ".join(shape.model_fields)
        raise NotUsable(
            f"The answer holds none of what it is made of. Give an object with {names}, not wrapped in another."
        )
    for name in set(value) - set(shape.model_fields):
        near = [one for one in get_close_matches(name, shape.model_fields, n=1, cutoff=0.7) if one not in value]
        if near:
            raise NotUsable(f"There is no {shortened(printable(name), 60)}; the name is {near[0]}.")


def _said(error: ValidationError, shape: type[BaseModel]) -> str:
    """Every error with its path, as pydantic tells them, on a line each."""
    errors = error.errors(include_url=False, include_context=False)
    lines = [_line(one["loc"], one["msg"], one["input"]) for one in errors[:_SHOWN_ERRORS]]
    if len(errors) > _SHOWN_ERRORS:
        lines.append(f"- and {len(errors) - _SHOWN_ERRORS} more")
    return "\n".join([f"The answer is no valid {shape.__name__}:", *lines])


def _line(place: tuple[int | str, ...], message: str, given: Any) -> str:
    path = ".".join(shortened(printable(str(part)), 60) for part in place) or "(the whole)"
    shown = (
        "" if isinstance(given, dict | list) else f" (given: {shortened(printable(repr(given)), _SHOWN_CHARACTERS)})"
    )
    return f"- {path}: {message}{shown}"


class _Candidates(Generic[S]):
    """JSON objects of a text that are the shape; an answer is only what is unambiguous."""

    def __init__(self, shape: type[S]) -> None:
        self._shape = shape
        self.valid: list[S] = []
        self.problem = ""

    def offer(self, text: str) -> None:
        try:
            found = _validated(_plain(text, "The text"), self._shape)
        except NotUsable as problem:
            self.problem = self.problem or str(problem)
        else:
            if found not in self.valid:
                self.valid.append(found)


def _in_prose(text: str, *, tool: Tool, shape: type[S]) -> S:
    """A whole JSON object in a text, where there is exactly one that validates.

    Either the text is one, or a fenced block is, or what stands from the first brace to the last: nothing is repaired.
    """
    candidates = _Candidates(shape)
    bare = text.strip()
    begin, end = bare.find("{"), bare.rfind("}")
    for one in (bare, *_FENCE.findall(bare)):
        if one.strip().startswith("{"):
            candidates.offer(one.strip())
    if not candidates.valid and 0 <= begin < end:
        candidates.offer(bare[begin : end + 1])
    if len(candidates.valid) == 1:
        return candidates.valid[0]
    if candidates.valid:
        raise NotUsable(f"The text holds several answers. Call the tool {tool.name} once, with one.")
    detail = f" What looks like its input is none: {candidates.problem}" if candidates.problem else ""
    raise NotUsable(f"The answer came as text. Call the tool {tool.name} instead.{detail}")
