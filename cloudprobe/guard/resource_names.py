"""Made-up names on boto3's resources: attributes, collections, actions and their parameters, by boto3's own models.

Resources are followed through names, loops, collections and references to other resources. Only where each thing a
name can be is a resource, and none of them has what is asked, is anything said.
"""

import ast
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from botocore import xform_name

from cloudprobe.guard import models
from cloudprobe.guard.findings import Finding
from cloudprobe.guard.names import Names, Reference, Scope

_DEPTH = 30
_PAGING = frozenset({"limit", "page_size"})
_REFINERS = frozenset({"all", "filter", "limit", "page_size"})
_ENDINGS = ("_action", "_attribute", "_collection", "_identifier", "_reference", "_subresource", "_waiter")
_OF_COLLECTIONS = _REFINERS | {"pages", "iterator"}
_OF_RESOURCES = frozenset({
    "meta", "load", "reload", "get_available_subresources", "upload_file", "upload_fileobj", "download_file",
    "download_fileobj", "copy", "create_tags", "delete_tags", "batch_writer",
})  # fmt: skip
"""What resources have outside of their models. Source: boto3.session.Session._register_default_handlers."""
_SHAPES = {("ec2", "KeyPair"): "KeyPairInfo"}
"""Shapes of resources whose model names another one than boto3 goes by; a test asks boto3 itself."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource; the service itself where the type is empty."""

    service: str
    type: str = ""

    @property
    def definition(self) -> Mapping[str, Any]:
        model = models.resource_model(self.service) or {"service": {}, "resources": {}}
        found: Mapping[str, Any] = model["resources"].get(self.type, {}) if self.type else model["service"]
        return found

    def __str__(self) -> str:
        return f"{self.service} {self.type}".strip()


@dataclass(frozen=True, slots=True)
class Collection:
    owner: Resource
    name: str

    @property
    def definition(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.owner.definition["hasMany"][self.name]
        return found

    @property
    def element(self) -> Resource:
        return Resource(self.owner.service, self.definition["resource"]["type"])

    def __str__(self) -> str:
        return f"collection {xform_name(self.name)} of {self.owner}"


@dataclass(frozen=True, slots=True)
class Method:
    """What is made of a resource or a collection by calling something of it."""

    owner: Resource | Collection
    name: str


_Thing: TypeAlias = Resource | Collection | Method


def check(nodes: Sequence[ast.AST], names: Names) -> list[Finding]:
    """What a script asks of resources that they do not have.

    Args:
        nodes: every node of a script.
        names: of it.
    """
    if not any(isinstance(node, ast.Attribute) and node.attr == "resource" for node in nodes):
        return []
    reader = _Reader(names)
    assigned = {
        one.node.attr
        for one in names.references
        if isinstance(one.node, ast.Attribute) and not isinstance(one.node.ctx, ast.Load)
    }
    found: list[Finding] = []
    for reference in names.references:
        if isinstance(reference.node, ast.Attribute) and reference.node.attr not in assigned:
            found.extend(_attribute(reference.node, reference, reader))
        elif isinstance(reference.node, ast.Call):
            found.extend(_call(reference.node, reference, reader))
    return found


class _Reader:
    """What expressions are, as far as they are resources."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def things(self, node: ast.expr, scope: Scope, depth: int = 0) -> frozenset[_Thing]:
        """Everything an expression can be; nothing where one of them is not known."""
        if depth > _DEPTH:
            return frozenset()
        match node:
            case ast.Name():
                return self._named(node, scope, depth)
            case ast.Attribute(value=owner, attr=name):
                return _each(self.things(owner, scope, depth + 1), lambda thing: _member(thing, name))
            case ast.Call(func=function):
                made = self._made(node, scope)
                return made or _each(self.things(function, scope, depth + 1), _result)
            case ast.Subscript(value=owner):
                return _each(self.things(_listed(owner), scope, depth + 1), _element)
        return frozenset()

    def _named(self, node: ast.Name, scope: Scope, depth: int) -> frozenset[_Thing]:
        meanings = self._names.meanings(node, scope)
        values = [meaning for meaning in meanings if isinstance(meaning, tuple)]
        # An assignment counts twice: its value, and that the name is assigned.
        if not values or len(meanings) != 2 * len(values):
            return frozenset()
        each = [self.things(*value, depth + 1) for value in values]
        return frozenset().union(*each) if all(each) else frozenset()

    def _made(self, node: ast.Call, scope: Scope) -> frozenset[_Thing]:
        paths = self._names.paths(node.func, scope)
        given = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "service_name"), None)
        if not paths or not paths <= {"boto3.resource", "boto3.Session().resource"} or given is None:
            return frozenset()
        service = self._names.text(given, scope)
        return frozenset({Resource(service)}) if service and models.resource_model(service) else frozenset()


def _listed(node: ast.expr) -> ast.expr:
    """What ``list(…)`` and ``sorted(…)`` are made from."""
    match node:
        case ast.Call(func=ast.Name(id="list" | "sorted" | "reversed"), args=[several, *_]):
            return several
    return node


def _each(things: frozenset[_Thing], follow: Callable[[_Thing], _Thing | None]) -> frozenset[_Thing]:
    followed = [follow(thing) for thing in things]
    known = [made for made in followed if made is not None]
    return frozenset(known) if len(known) == len(followed) else frozenset()


def _member(thing: _Thing, name: str) -> _Thing | None:
    """An attribute that leads on to other resources."""
    if isinstance(thing, Collection):
        return Method(thing, name) if name in _REFINERS else None
    if isinstance(thing, Method):
        return None
    for original in thing.definition.get("hasMany", {}):
        if xform_name(original) == name:
            return Collection(thing, original)
    for original, related in _related(thing).items():
        if _needs_data(related) and xform_name(original) == name and "path" not in related["resource"]:
            return Resource(thing.service, related["resource"]["type"])
        if not _needs_data(related) and original == name:
            return Method(thing, name)
    actions = {xform_name(original): original for original in thing.definition.get("actions", {})}
    return Method(thing, actions[name]) if name in actions else None


def _result(thing: _Thing) -> _Thing | None:
    if not isinstance(thing, Method):
        return None
    if isinstance(thing.owner, Collection):
        return thing.owner
    related = _related(thing.owner).get(thing.name)
    return Resource(thing.owner.service, related["resource"]["type"]) if related else None


def _element(thing: _Thing) -> _Thing | None:
    return thing.element if isinstance(thing, Collection) else None


def _related(resource: Resource) -> Mapping[str, Any]:
    """Related resources; a service has every resource of its own."""
    own: Mapping[str, Any] = resource.definition.get("has", {})
    if resource.type:
        return own
    model = models.resource_model(resource.service) or {"resources": {}}
    return {**{name: {"resource": {"type": name}} for name in model["resources"]}, **own}


def _needs_data(related: Mapping[str, Any]) -> bool:
    return any(identifier.get("source") == "data" for identifier in related["resource"].get("identifiers", []))


def has(thing: Resource | Collection) -> frozenset[str]:
    """The names of everything a resource or a collection has."""
    if isinstance(thing, Collection):
        return _OF_COLLECTIONS | {xform_name(name) for name in thing.element.definition.get("batchActions", {})}
    definition = thing.definition
    names = {xform_name(name) for kind in ("actions", "hasMany") for name in definition.get(kind, {})}
    names |= {f"wait_until_{xform_name(name)}" for name in definition.get("waiters", {})}
    names |= {xform_name(one[key]) for one in definition.get("identifiers", []) for key in one if key != "type"}
    names |= {name if not _needs_data(one) else xform_name(name) for name, one in _related(thing).items()}
    if "shape" in definition:
        shape = _SHAPES.get((thing.service, thing.type), definition["shape"])
        names |= models.shape_members(thing.service, shape)
    return frozenset(names) | _OF_RESOURCES


def plain(name: str) -> str:
    """A name without the ending boto3 gives it where something else has it already: ``name_attribute``."""
    return name.rpartition("_")[0] if name.endswith(_ENDINGS) else name


def _attribute(node: ast.Attribute, reference: Reference, reader: _Reader) -> Iterator[Finding]:
    owners = reader.things(node.value, reference.scope)
    asked = [owner for owner in owners if not isinstance(owner, Method)]
    if not asked or len(asked) < len(owners) or node.attr.startswith("_"):
        return
    known = {name for owner in asked for name in has(owner)}
    if node.attr not in known and plain(node.attr) not in known:
        whose = " or ".join(sorted(str(owner) for owner in asked))
        yield _made_up("no-such-attribute", node.lineno, f"boto3's {whose} has no {node.attr}", node.attr, known)


def _call(node: ast.Call, reference: Reference, reader: _Reader) -> Iterator[Finding]:
    """Parameters of a collection's filter, and of an action."""
    for method in reader.things(node.func, reference.scope):
        request = _request(method)
        if request is None or not isinstance(method, Method):
            continue
        service, operation = request
        known = models.parameters(service, operation)[0]
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in known | _PAGING:
                said = f"{service} {operation} has no parameter {keyword.arg}"
                yield _made_up("no-such-parameter", keyword.value.lineno, said, keyword.arg, known)


def _request(method: _Thing) -> tuple[str, str] | None:
    if not isinstance(method, Method):
        return None
    if isinstance(method.owner, Collection):
        if method.name not in {"all", "filter"}:
            return None
        return method.owner.owner.service, method.owner.definition["request"]["operation"]
    action = method.owner.definition.get("actions", {}).get(method.name)
    return (method.owner.service, action["request"]["operation"]) if action and "request" in action else None


def _made_up(code: str, line: int, said: str, name: str, known: frozenset[str] | set[str]) -> Finding:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Look it up in boto3's reference, or use the client."
    return Finding(code=code, line=line, message=f"{said}.", hint=hint)
