"""A pydantic model as the one tool a language model may call."""

import json
import re
from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from cloudprobe.domain.conversation import Tool

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DEFINITION = "#/$defs/"


def tool_of(shape: type[BaseModel]) -> Tool:
    """The tool whose input is the shape: named after it, described by its docstring.

    Definitions are written out where they are used, because several models do not follow ``$ref``; a shape that holds
    itself keeps them.
    """
    schema = shape.model_json_schema()
    description = " ".join((shape.__doc__ or shape.__name__).split())
    schema.pop("description", None)
    return Tool(name=_WORD.sub("_", shape.__name__).lower(), description=description, parameters=_written_out(schema))


def _written_out(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.get("$defs", {})
    if not definitions or any(_holds_itself(name, definitions) for name in definitions):
        return schema
    return {key: _resolved(value, definitions) for key, value in schema.items() if key != "$defs"}


def _holds_itself(name: str, definitions: dict[str, Any]) -> bool:
    seen: set[str] = set()
    open_names = [name]
    while open_names:
        text = json.dumps(definitions[open_names.pop()])
        for found in re.findall(r'"#/\$defs/([^"]+)"', text):
            if found == name:
                return True
            if found not in seen:
                seen.add(found)
                open_names.append(found)
    return False


def _resolved(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, definitions) for one in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith(_DEFINITION):
        target = deepcopy(definitions[reference.removeprefix(_DEFINITION)])
        return _resolved({**target, **{k: v for k, v in value.items() if k != "$ref"}}, definitions)
    return {key: _resolved(one, definitions) for key, one in value.items()}
