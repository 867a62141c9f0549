"""Telling apart what can matter from what cannot, so that functions of data are not followed once per datum."""

import ast
import re
from collections.abc import Callable, Hashable, Iterator, Sequence

from cloudprobe.guard import models
from cloudprobe.guard.interpreter.heap import Heap
from cloudprobe.guard.interpreter.values import (
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
_PLAIN, _UNKNOWN = Plain(), Unknown()
_VERBS = r"(describe|list|get|batch_get|search|lookup|scan|query|head)"
_PIECE = re.compile(_VERBS + r"(_|_([a-z]+_)*|_.*(\{[^}]*\}|%s).*)?")
_CHOOSERS = {"getattr", "get_paginator", "get_waiter", "generate_presigned_url", "methodcaller", "can_paginate"}


def names_operations(nodes: Sequence[ast.AST]) -> bool:
    """Whether a script can use the API's own names of operations."""
    return any(
        getattr(node, "attr", getattr(node, "id", getattr(node, "name", ""))) in {"_make_api_call", "xform_name"}
        for node in nodes
    )


def builds_names(nodes: Sequence[ast.AST]) -> bool:
    """Whether a script puts method names together: ``getattr(client, f"describe_{noun}")``.

    It does where a method is chosen by something else than a constant, and a piece of a name stands somewhere.
    """
    chooses = pieces = False
    for node in nodes:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            chooses = chooses or (name in _CHOOSERS and not isinstance(node.args[-1:] and node.args[-1], ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            pieces = pieces or _PIECE.fullmatch(node.value) is not None
    return chooses and pieces


class Conclusions:
    """Conclusions about values that depend on each other, in a circle too: true unless something says no.

    What holds something stays so, for content only grows: a no about a box is kept for good, all else until there is
    news. A yes reached while others were only supposed is kept only if the one asked for turned out a yes.
    """

    def __init__(self, state: Callable[[], Hashable]) -> None:
        self._current = state
        self._state: Hashable = None
        self._yes: set[Value] = set()
        self._no: set[Value] = set()
        self._not_yet: set[Value] = set()
        self._supposed: list[Value] = []
        self._depth = 0

    def about(self, value: Value, conclude: Callable[[Value], bool]) -> bool:
        if value in self._no:
            return False
        if self._depth == 0 and self._current() != self._state:
            self._yes.clear()
            self._not_yet.clear()
            self._state = self._current()
        if value in self._yes:
            return True
        if value in self._not_yet:
            return False
        self._yes.add(value)
        self._supposed.append(value)
        self._depth += 1
        try:
            result = conclude(value)
        finally:
            self._depth -= 1
        if not result:
            (self._no if isinstance(value, Box) else self._not_yet).add(value)
        if self._depth == 0:
            if not result:
                self._yes.difference_update(self._supposed)
            self._supposed.clear()
        return result


class Dullness:
    """Judges values by what they hold and what their functions can reach."""

    def __init__(self, heap: Heap, state: Callable[[], Hashable]) -> None:
        self.every_name = False
        """Any lower-case word may become part of a method's name."""
        self.operation_names = False
        """The script calls operations by the names of the API, ``DescribeInstances``."""
        self.is_inert: Callable[[Value], bool] = lambda _value: False
        """Whether a function or class handles data alone; set by the interpreter."""
        self.conclusions = Conclusions(state)
        self._vague = Conclusions(state)
        self._heap = heap

    def telling(self, values: Values) -> Values:
        """What makes a difference among values: all data is alike, and so is all that nothing is known of."""
        return frozenset(self._stand_in(value) for value in values)

    def _stand_in(self, value: Value) -> Value:
        if self.is_dull(value):
            return _PLAIN
        return _UNKNOWN if isinstance(value, Box) and self._is_vague(value) else value

    def _is_vague(self, value: Value) -> bool:
        """Whether a box holds nothing but what nothing is known of."""
        return self._vague.about(value, self._holds_unknown)

    def _holds_unknown(self, value: Value) -> bool:
        if isinstance(value, Box) and self._heap.content(value).kind == "partial":
            return False
        return all(
            isinstance(held, Unknown) or self.is_dull(held) or (isinstance(held, Box) and self._is_vague(held))
            for held in self._held(value)
        )

    def interesting(self, values: Values) -> Values:
        """What a holder could make calls with, now or later."""
        return frozenset(value for value in values if not isinstance(value, Const) and not self.is_dull(value))

    def is_dull(self, value: Value) -> bool:
        if isinstance(value, Const):
            return isinstance(value.value, int) or not self.may_name(value.value)
        if isinstance(value, (Box, Instance)):
            return self.conclusions.about(value, self._holds_nothing)
        if isinstance(value, BoxMethod):
            return self.is_dull(value.box)
        if isinstance(value, Module):
            return value.name != "__main__" and self.is_inert(value)
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
