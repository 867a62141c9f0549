"""Scopes: which variables a piece of code sees, and how their values flow through branches and loops."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from cloudprobe.guard.interpreter.values import NOTHING, Box, Values

Snapshot: TypeAlias = dict[str, Values]
Callable: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True, eq=False)
class Frame:
    """Variables of a module, a class body, or one activation of a function.

    Assignment replaces (a name means what was assigned last), branches are joined. An activation is one function
    with one set of argument values; calling it again with the same values finds the same frame.
    """

    id: int
    kind: str
    """``module``, ``class``, ``function`` or ``comprehension``."""
    parent: "Frame | None" = None
    variables: Snapshot = field(default_factory=dict)
    outside: dict[str, "Frame"] = field(default_factory=dict)
    """Names declared ``global`` or ``nonlocal``, with the frame they belong to."""
    from_outside: Snapshot = field(default_factory=dict)
    """What other frames assigned to its variables; it stays possible whatever is assigned here."""
    returned: Values = NOTHING
    yielded: Box | None = None
    method_of: object | None = None
    """The class (a ``values.Class``) whose body defines the running function."""
    receiver: Values = NOTHING
    """Values of the first parameter, for ``super()``."""
    captured: bool = False
    """Some function was defined in it and may read its variables later."""
    exits: list[list[Snapshot]] = field(default_factory=list)
    """Per enclosing loop, the states at ``break`` and ``continue``."""
    attempts: list[Snapshot] = field(default_factory=list)
    """Per enclosing ``try``, everything assigned in its body: its handlers may see any of it."""

    def lookup(self, name: str) -> Values | None:
        """Values of a name, None when no enclosing scope has it. A class body is invisible from its functions."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.outside:
                frame = frame.outside[name]
            if name in frame.variables and (frame is self or frame.kind != "class"):
                values = frame.variables[name]
                return values | frame.from_outside.get(name, NOTHING) if frame.from_outside else values
            frame = frame.parent
        return None

    def assign(self, name: str, values: Values) -> None:
        """Give a name new values; one that belongs elsewhere gets them in addition, for who knows when that runs."""
        if name in self.outside:
            owner = self.outside[name]
            owner.from_outside[name] = owner.from_outside.get(name, NOTHING) | values
            owner.variables[name] = owner.variables.get(name, NOTHING) | values
            return
        values |= self.from_outside.get(name, NOTHING)
        self.variables[name] = values
        for attempt in self.attempts:
            attempt[name] = attempt.get(name, NOTHING) | values

    def seen_elsewhere(self, name: str) -> bool:
        """Whether functions may read this variable from outside the frame."""
        return self.captured or self.kind == "module" or name in self.outside

    def snapshot(self) -> Snapshot:
        return dict(self.variables)

    def restore(self, state: Snapshot) -> None:
        self.variables = dict(state)

    def join(self, states: Iterable[Snapshot]) -> None:
        """Continue with whatever any of the states may hold."""
        joined: Snapshot = {}
        for state in states:
            for name, values in state.items():
                known = joined.get(name)
                joined[name] = values if known is None else known | values
        self.variables = joined

    @property
    def module(self) -> "Frame":
        frame = self
        while frame.parent is not None:
            frame = frame.parent
        return frame


@dataclass(slots=True, eq=False)
class Code:
    """A function of the script, before anybody calls it."""

    number: int
    node: Callable
    name: str
    frame: Frame
    """Where it was defined."""
    defaults: dict[str, Values] = field(default_factory=dict)
    method_of: object | None = None
    generator: bool = False


@dataclass(slots=True, eq=False)
class ClassBody:
    """A class of the script."""

    node: ast.ClassDef
    frame: Frame
    bases: list[Values] = field(default_factory=list)
    metaclass: Values = NOTHING
    fields: list[str] = field(default_factory=list)
    """Annotated names in order, as dataclasses and named tuples take them."""
