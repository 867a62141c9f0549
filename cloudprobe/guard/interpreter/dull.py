"""Telling apart what can matter from what cannot, so that functions of data are not followed once per datum."""

import ast
import re
from collections.abc import Iterator

from cloudprobe.guard import models
from cloudprobe.guard.interpreter.heap import Heap
from cloudprobe.guard.interpreter.values import (
    PLAIN,
    Arguments,
    Box,
    BoxMethod,
    Builtin,
    Class,
    Const,
    Instance,
    Module,
    Plain,
    TextMethod,
    Unknown,
    Value,
    Values,
)

_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_VERBS = r"(describe|list|get|batch_get|search|lookup|scan|query|head)"
_PIECE = re.compile(_VERBS + r"(_|_([a-z]+_)*|_.*(\{[^}]*\}|%s).*)?")
_CHOOSERS = {"getattr", "get_paginator", "get_waiter", "generate_presigned_url", "methodcaller", "can_paginate"}


def names_operations(tree: ast.AST) -> bool:
    """Whether a script can use the API's own names of operations."""
    return any(
        getattr(node, "attr", getattr(node, "id", getattr(node, "name", ""))) in {"_make_api_call", "xform_name"}
        for node in ast.walk(tree)
    )


def builds_names(tree: ast.AST) -> bool:
    """Whether a script puts method names together: ``getattr(client, f"describe_{noun}")``.

    It does where a method is chosen by something else than a constant, and a piece of a name stands somewhere.
    """
    chooses = pieces = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            chooses = chooses or (name in _CHOOSERS and not isinstance(node.args[-1:] and node.args[-1], ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            pieces = pieces or _PIECE.fullmatch(node.value) is not None
    return chooses and pieces


class Dullness:
    """Judges values by the heap's content; remembered until the heap grows."""

    def __init__(self, heap: Heap) -> None:
        self.every_name = False
        """Any lower-case word may become part of a method's name."""
        self.operation_names = False
        """The script calls operations by the names of the API, ``DescribeInstances``."""
        self.records: set[Class] = set()
        """Classes without methods: their instances are data."""
        self._heap = heap
        self._known: dict[Value, bool] = {}
        self._growth = -1

    def telling(self, values: Values) -> Values:
        """What matters of some values; all that does not counts as plain data."""
        kept = frozenset(value for value in values if not self.is_dull(value))
        return kept if len(kept) == len(values) else kept | PLAIN

    def interesting(self, values: Values) -> Values:
        """What a holder could make calls with, now or later."""
        return frozenset(value for value in values if not isinstance(value, Const) and not self.is_dull(value))

    def is_dull(self, value: Value) -> bool:
        if isinstance(value, Const):
            return isinstance(value.value, int) or not self.may_name(value.value)
        if isinstance(value, BoxMethod):
            return self.is_dull(value.box)
        if isinstance(value, (Box, Instance)):
            return self._holds_nothing(value)
        return isinstance(value, (Plain, Module, Builtin, TextMethod))

    def may_name(self, text: str) -> bool:
        """Whether a text names a service or an operation, or may be part of such a name."""
        if text in models.services() or models.services_with(text.lower() if self.operation_names else text):
            return True
        return self.every_name and _NAME.fullmatch(text) is not None

    def _holds_nothing(self, value: Box | Instance) -> bool:
        if self._growth != self._heap.growth:
            self._known.clear()
            self._growth = self._heap.growth
        known = self._known.get(value)
        if known is None:
            self._known[value] = True  # a box in itself adds nothing
            known = self._known[value] = all(self.is_dull(held) for held in self._held(value))
        return known

    def _held(self, value: Box | Instance) -> Iterator[Value]:
        yield from self._heap.attributes(value)
        if isinstance(value, Instance):
            yield from () if value.of in self.records else (Unknown(),)
            return
        content = self._heap.content(value)
        yield from self._heap.held(value)
        yield from content.keys
        yield from (Const(key) for key in content.keyed)
        if content.kind == "partial":
            yield Unknown()


def key_of(arguments: Arguments, dullness: Dullness) -> Arguments:
    """Arguments without what cannot matter: equal for calls that need not be told apart."""
    return Arguments(
        tuple(dullness.telling(values) for values in arguments.positional),
        tuple((name, dullness.telling(values)) for name, values in arguments.keywords),
        dullness.telling(arguments.more_positional),
        dullness.telling(arguments.more_keywords),
    )


def join(first: Arguments, second: Arguments) -> Arguments:
    """Both sets of arguments of the same shape, position by position."""
    return Arguments(
        tuple(one | other for one, other in zip(first.positional, second.positional, strict=True)),
        tuple((name, one | dict(second.keywords)[name]) for name, one in first.keywords),
        first.more_positional | second.more_positional,
        first.more_keywords | second.more_keywords,
    )
