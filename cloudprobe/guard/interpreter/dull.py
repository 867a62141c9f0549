"""Telling apart what can matter from what cannot, so that functions of data are not followed once per datum."""

import ast
import re
from collections.abc import Callable, Hashable, Iterator

from cloudprobe.guard import models
from cloudprobe.guard.interpreter.heap import Heap
from cloudprobe.guard.interpreter.values import (
    PLAIN,
    Arguments,
    Box,
    BoxMethod,
    Builtin,
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


class Conclusions:
    """Conclusions about values that depend on each other, in a circle too: true unless something says no.

    A true one reached while others were only supposed is kept only if the one asked for turned out true.
    """

    def __init__(self) -> None:
        self._known: dict[Value, bool] = {}
        self._supposed: list[Value] = []
        self._depth = 0
        self._state: Hashable = None

    def about(self, value: Value, *, state: Hashable, conclude: Callable[[Value], bool]) -> bool:
        """The conclusion about a value, drawn once for one state of the script."""
        if self._depth == 0 and state != self._state:
            self._known.clear()
            self._state = state
        known = self._known.get(value)
        if known is not None:
            return known
        self._known[value] = True
        self._supposed.append(value)
        self._depth += 1
        try:
            result = self._known[value] = conclude(value)
        finally:
            self._depth -= 1
        if self._depth == 0:
            if not result:
                for supposed in self._supposed:
                    if self._known.get(supposed):
                        del self._known[supposed]
            self._supposed.clear()
        return result


class Dullness:
    """Judges values by what they hold and what their functions can reach."""

    def __init__(self, heap: Heap) -> None:
        self.every_name = False
        """Any lower-case word may become part of a method's name."""
        self.operation_names = False
        """The script calls operations by the names of the API, ``DescribeInstances``."""
        self.is_inert: Callable[[Value], bool] = lambda _value: False
        """Whether a function or class handles data alone; set by the interpreter."""
        self.conclusions = Conclusions()
        self._heap = heap

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
        if isinstance(value, (Box, Instance)):
            state = self._heap.growth
            return self.conclusions.about(value, state=state, conclude=self._holds_nothing)
        if isinstance(value, BoxMethod):
            return self.is_dull(value.box)
        if isinstance(value, Module):
            return self.is_inert(value)
        return isinstance(value, (Plain, Builtin, TextMethod))

    def may_name(self, text: str) -> bool:
        """Whether a text names a service or an operation, or may be part of such a name."""
        if text in models.services() or models.services_with(text.lower() if self.operation_names else text):
            return True
        return self.every_name and _NAME.fullmatch(text) is not None

    def _holds_nothing(self, value: Value) -> bool:
        return all(self.is_dull(held) for held in self._held(value))

    def _held(self, value: Value) -> Iterator[Value]:
        yield from self._heap.attributes(value)
        if isinstance(value, Instance) and not self.is_inert(value.of):
            yield Unknown()
        if isinstance(value, Box):
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
