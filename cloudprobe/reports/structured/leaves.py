"""The values of a document, where they stand, and which of them the schema itself gives."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudprobe.domain.pointers import UnresolvedPointerError, escape, resolve, split

Path = tuple[str, ...]
_MOST_REFERENCES = 20


def leaves(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """What is stated: scalars, and lists and objects that are empty. Null states nothing."""
    if isinstance(document, dict) and document:
        for key, value in document.items():
            yield from leaves(value, (*path, key))
    elif isinstance(document, list) and document:
        for number, value in enumerate(document):
            yield from leaves(value, (*path, str(number)))
    elif document is not None:
        yield path, document


def pointer(path: Path) -> str:
    return "".join("/" + escape(token) for token in path)


def path_of(text: str) -> Path | None:
    """Tokens of a pointer, also of one written as a fragment; None for what is none."""
    try:
        return split(text.strip().removeprefix("#"))
    except UnresolvedPointerError:
        return None


def without(document: Any, path: Path) -> Any:
    """The document with null at a place."""
    if not path:
        return None
    head, rest = path[0], path[1:]
    if isinstance(document, dict):
        return {key: without(value, rest) if key == head else value for key, value in document.items()}
    return [without(value, rest) if str(number) == head else value for number, value in enumerate(document)]


def dropped(document: Any, path: Path) -> Any:
    """The document without an object's entry."""
    head, rest = path[0], path[1:]
    if isinstance(document, dict):
        entries = {key: dropped(value, rest) if key == head and rest else value for key, value in document.items()}
        return entries if rest else {key: value for key, value in entries.items() if key != head}
    return [dropped(value, rest) if str(number) == head else value for number, value in enumerate(document)]


def undeclared(document: Any, schema: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """Entries of objects whose names the schema does not give: such a name is a statement, as a value is."""
    if isinstance(document, list):
        for number, value in enumerate(document):
            yield from undeclared(value, schema, (*path, str(number)))
    elif isinstance(document, dict):
        names = declared(schema)
        for key, value in document.items():
            if key not in names:
                yield (*path, key)
            yield from undeclared(value, schema, (*path, key))


def declared(schema: Any) -> frozenset[str]:
    """Every property the schema names, anywhere."""
    found: set[str] = set()
    if isinstance(schema, Mapping):
        named = schema.get("properties")
        found |= set(named) if isinstance(named, Mapping) else set()
        found.update(*(declared(inner) for inner in schema.values()))
    elif isinstance(schema, list):
        found.update(*(declared(inner) for inner in schema))
    return frozenset(found)


def given(schema: Mapping[str, Any], path: Path) -> tuple[Any, ...]:
    """The one value the schema allows at a place, if it allows only one; empty otherwise."""
    node: Any = _followed(schema, schema)
    for token in path:
        node = _followed(_below(node, token), schema)
    if not isinstance(node, Mapping):
        return ()
    if "const" in node:
        return (node["const"],)
    choice = node.get("enum")
    return tuple(choice) if isinstance(choice, list) and len(choice) == 1 else ()


def _below(node: Any, token: str) -> Any:
    if not isinstance(node, Mapping):
        return None
    named = node.get("properties")
    if isinstance(named, Mapping) and token in named:
        return named[token]
    return node.get("items") if token.isdecimal() and "prefixItems" not in node else None


def _followed(node: Any, schema: Mapping[str, Any]) -> Any:
    for _ in range(_MOST_REFERENCES):
        target = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(target, str):
            return node
        try:
            node = resolve(schema, split(target.removeprefix("#")))
        except UnresolvedPointerError:
            return None
    return None
