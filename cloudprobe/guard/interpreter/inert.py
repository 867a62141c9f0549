"""Functions that handle data and nothing else.

A function is inert when nothing it can reach, given plain data, leads to an AWS call: no client, no session, no name of
a service or an operation, only data, libraries, and other inert functions. Called with plain data it need not be
followed, which is what keeps long scripts that evaluate what they have read from taking long to derive.
"""

import ast
import builtins
import weakref
from collections.abc import Iterator

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.frames import Callable, Code
from cloudprobe.guard.interpreter.library import is_known
from cloudprobe.guard.interpreter.values import PLAIN, Arguments, Box, Class, Function, Module, Value, Values, Wrapped

_TELLING_BUILTINS = {"exec", "eval", "compile", "__import__", "globals", "locals", "vars", "setattr", "super"}
_STATEMENTS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Global,
    ast.Nonlocal,
)


class Inertness:
    """Judges functions by what their names mean now; remembered for one state of the heap."""

    def __init__(self, machine: Interpreter) -> None:
        self._machine = machine
        self._known: dict[Value, bool] = {}
        self._state = (-1, -1)

    def result(self, function: Function, arguments: Arguments) -> Values | None:
        """What an inert function gives back for plain data; None when the call must be followed."""
        given = arguments.every
        if not all(self._machine.dullness.is_dull(value) for value in given) or not self.is_inert(function):
            return None
        return PLAIN | frozenset(value for value in given if isinstance(value, Box))

    def is_inert(self, value: Value) -> bool:
        state = (self._machine.heap.growth, self._machine.version)
        if state != self._state:
            self._known.clear()
            self._state = state
        known = self._known.get(value)
        if known is None:
            self._known[value] = True  # recursion adds nothing
            known = self._known[value] = self._judge(value)
        return known

    def _judge(self, value: Value) -> bool:
        if isinstance(value, Function):
            return self._judge_code(self._machine.codes[value])
        if isinstance(value, Wrapped):
            return self.is_inert(value.function)
        if isinstance(value, Class):
            return self._judge_class(value)
        if isinstance(value, Module):
            return is_known(value.name) and (
                value.name.split(".")[0] not in {"boto3", "botocore", "importlib"}
                or value.name.startswith(("botocore.exceptions", "botocore.config"))
            )
        return self._machine.dullness.is_dull(value)

    def _judge_code(self, code: Code) -> bool:
        shape = _shape(code.node)
        if shape is None or any(self._machine.dullness.may_name(text) for text in shape.texts):
            return False
        if not all(self.is_inert(value) for values in code.defaults.values() for value in values):
            return False
        return all(self._is_inert_name(code, name) for name in shape.free)

    def _is_inert_name(self, code: Code, name: str) -> bool:
        values = code.frame.lookup(name)
        if values is not None:
            return all(self.is_inert(value) for value in values)
        return hasattr(builtins, name) and name not in _TELLING_BUILTINS

    def _judge_class(self, cls: Class) -> bool:
        body = self._machine.classes[cls]
        parts = [*body.frame.variables.values(), *body.bases]
        return all(self.is_inert(value) for values in parts for value in values)


class _Shape:
    """Names a function takes from outside, and its constant texts."""

    def __init__(self, node: ast.AST) -> None:
        self.free: set[str] = set()
        self.texts: set[str] = set()
        bound: set[str] = set()
        for child in _parts(node):
            if isinstance(child, ast.Name):
                (self.free if isinstance(child.ctx, ast.Load) else bound).add(child.id)
            elif isinstance(child, ast.arg):
                bound.add(child.arg)
            elif isinstance(child, ast.ExceptHandler) and child.name:
                bound.add(child.name)
            elif isinstance(child, ast.Constant) and isinstance(child.value, str):
                self.texts.add(child.value)
        self.free -= bound


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but annotations and decorators, which say nothing about a call."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        for name, value in ast.iter_fields(current):
            if name in {"annotation", "returns", "decorator_list"}:
                continue
            children = value if isinstance(value, list) else [value]
            pending.extend(child for child in children if isinstance(child, ast.AST))


def _shape(node: Callable) -> _Shape | None:
    """What a function's text uses; None when it defines, imports or declares something."""
    known = _SHAPES.get(node)
    if known is None:
        inner = (child for child in ast.walk(node) if child is not node)
        known = _SHAPES[node] = () if any(isinstance(child, _STATEMENTS) for child in inner) else (_Shape(node),)
    return known[0] if known else None


_SHAPES: "weakref.WeakKeyDictionary[ast.AST, tuple[_Shape, ...]]" = weakref.WeakKeyDictionary()
