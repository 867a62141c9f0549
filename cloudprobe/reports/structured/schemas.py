"""A caller's JSON Schema: what is taken for one, and whether a document fits it. Nothing is ever fetched."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from jsonschema.validators import validator_for
from referencing import Registry

from cloudprobe.domain.pointers import UnresolvedPointerError, resolve, split
from cloudprobe.domain.text import shortened
from cloudprobe.errors import UsageError
from cloudprobe.reports.structured.leaves import declared

MOST_BYTES = 32_768
"""Of the file: it goes into a prompt whole."""
MOST_DEPTH = 24
"""Of objects and lists in it."""
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_ANCHORS = ("$anchor", "$dynamicAnchor")
_PROBLEM = 300
ENDLESS = "It refers to itself without end."
_CANNOT = "It cannot be held to"
_DIALECTS = frozenset(
    f"{'http' if name.startswith('draft-0') else 'https'}://json-schema.org/{name}/schema"
    for name in ("draft-04", "draft-06", "draft-07", "draft/2019-09", "draft/2020-12")
)


def read_schema(path: Path) -> dict[str, Any]:
    """The schema in a file.

    Raises:
        UsageError: it cannot be read, is no schema, is too large or too deep, or refers to something outside it.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"The schema {path} cannot be read: {error.strerror or error}.", hint="Check --schema."
        ) from error
    if len(text) > MOST_BYTES:
        raise UsageError(
            f"The schema {path.name} has more than {MOST_BYTES:,} bytes.", hint="Ask for less in one answer."
        )
    try:
        schema = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The schema {path.name} is no JSON: {error}.", hint="Check --schema.") from error
    check_schema(schema, name=path.name)
    return schema  # type: ignore[no-any-return]  # an object, as was checked


def check_schema(schema: Any, *, name: str = "of the answer") -> None:
    """Refuse what is no schema that can be held to.

    Args:
        schema: JSON.
        name: what it is called in a complaint.

    Raises:
        UsageError: it is none.
    """
    if problem := _problem(schema):
        raise UsageError(f"The schema {name} is refused: {shortened(problem, _PROBLEM)}", hint="See docs/ask.md.")


def violation(document: Any, schema: dict[str, Any]) -> str:
    """What of a document does not fit, and where; empty where all of it fits."""
    try:
        found = best_match(_validator(schema).iter_errors(document))
    except RecursionError:
        return ENDLESS
    except Exception as error:  # noqa: BLE001 - referencing raises errors of several trees for what leads nowhere
        return f"{_CANNOT}: {error}."
    if found is None:
        return ""
    where = "".join(f"/{token}" for token in found.absolute_path) or "the root"
    return f"At {where}: {shortened(found.message, _PROBLEM)}."


def properties_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The properties its root names; empty where it names none."""
    named = schema.get("properties")
    return named if isinstance(named, dict) and schema.get("type", "object") == "object" else {}


def without_patterns(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema; if it has regular expressions, only the names it declares: a stranger's may run for ever."""
    if not any(name in node for node in _objects(schema) for name in ("pattern", "patternProperties")):
        return schema
    return {"properties": {name: {} for name in declared(schema)}}


def _validator(schema: dict[str, Any]) -> Any:
    # The registry is empty on purpose: the usual one fetches what a reference names.
    return validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())


def _problem(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "It is no JSON object."
    if _depth(schema) > MOST_DEPTH:
        return f"It is nested deeper than {MOST_DEPTH} levels."
    return _unknown_dialect(schema) or _bad_reference(schema) or _invalid(schema)


def _invalid(schema: dict[str, Any]) -> str:
    try:
        type(_validator(schema)).check_schema(schema)
    except SchemaError as error:
        where = "".join(f"/{token}" for token in error.absolute_path) or "its root"
        return f"At {where}: {error.message}."
    except RecursionError:
        return ENDLESS
    told = violation(None, schema)
    return told if told.startswith((ENDLESS, _CANNOT)) else ""


def _unknown_dialect(schema: dict[str, Any]) -> str:
    named = schema.get("$schema")
    if named is None or (isinstance(named, str) and named.rstrip("#") in _DIALECTS):
        return ""
    return f"Its $schema {json.dumps(named)} names no dialect of JSON Schema that is known here."


def _bad_reference(schema: dict[str, Any]) -> str:
    nodes = tuple(_objects(schema))
    anchors = {node[name] for node in nodes for name in _ANCHORS if isinstance(node.get(name), str)}
    if any(isinstance(node.get("$id"), str) for node in nodes[1:]):
        return "It gives a part of itself an $id, which changes what its references mean. Leave that out."
    for node in nodes:
        for name in _REFERENCES:
            target = node.get(name)
            if not isinstance(target, str):
                continue
            if not target.startswith("#"):
                return f"It refers to {target}, which lies outside it; nothing is fetched. Put that part into $defs."
            if not _leads_somewhere(target[1:], schema, anchors):
                return f"It refers to {target}, and nothing stands there."
    return ""


def _leads_somewhere(fragment: str, schema: dict[str, Any], anchors: set[str]) -> bool:
    if fragment and not fragment.startswith("/"):
        return fragment in anchors
    try:
        resolve(schema, split(fragment))
    except UnresolvedPointerError:
        return False
    return True


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _depth(value: Any) -> int:
    level, deepest = [value], 0
    while level:
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(inner, dict | list)
        ]
        deepest += 1
        if deepest > MOST_DEPTH:
            break
    return deepest


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
