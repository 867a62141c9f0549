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
from cloudprobe.guard.interpreter.dull import Conclusions
from cloudprobe.guard.interpreter.frames import Callable, Code
from cloudprobe.guard.interpreter.library import is_known
from cloudprobe.guard.interpreter.values import (
    PLAIN,
    Arguments,
    Box,
    Class,
    Function,
    Instance,
    Module,
    Value,
    Values,
    Wrapped,
)

_TELLING_BUILTINS = {"exec", "eval", "compile", "__import__", "globals", "locals", "vars", "setattr", "super"}
_STORES = frozenset(
    """
    append appendleft add insert extend extendleft update setdefault push put put_nowait send __setitem__ __setattr__
    __iadd__ __ior__ heappush insort setitem
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Methods that store something in their object, and functions that store it in their arguments."""
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
        self._sparing = Conclusions(lambda: (machine.heap.news, machine.version))

    def result(self, function: Function, arguments: Arguments) -> Values | None:
        """What an inert function gives back for plain data; None when the call must be followed."""
        given = arguments.every
        if not all(self._machine.dullness.is_dull(value) for value in given) or not self.is_inert(function):
            return None
        if any(isinstance(value, (Box, Instance)) for value in given) and not self._spares(function):
            return None
        shape = _shape(self._machine.codes[function].node)
        if shape is None or not shape.passes_on:
            return PLAIN
        return PLAIN | frozenset(value for value in given if isinstance(value, (Box, Instance)))

    def _spares(self, value: Value) -> bool:
        """Whether a function leaves what it is given as it was: it stores nothing in it, nor has it done by others."""
        return self._sparing.about(value, self._judge_sparing)

    def _judge_sparing(self, value: Value) -> bool:
        code = self._machine.codes.get(value) if isinstance(value, Function) else None
        shape = _shape(code.node) if code is not None else None
        if code is None or shape is None:
            return False
        return not shape.given & self._changed(code, shape)

    def _changed(self, code: Code, shape: "_Shape") -> set[str]:
        """Parameters and names from outside that a function stores into."""
        changed = set(shape.changed)
        for callee, names in shape.passed:
            values = code.frame.lookup(callee) or frozenset()
            if not all(self._spares(value) for value in values if isinstance(value, Function)):
                changed |= names
        return changed

    def is_inert(self, value: Value) -> bool:
        return self._machine.dullness.conclusions.about(value, self._judge)

    def _judge(self, value: Value) -> bool:
        if isinstance(value, Function):
            return self._judge_code(self._machine.codes[value])
        if isinstance(value, Wrapped):
            return self.is_inert(value.function)
        if isinstance(value, Class):
            return self._judge_class(value)
        if isinstance(value, Module):
            return is_known(value.name) and (
                value.name.partition(".")[0] not in {"boto3", "botocore", "importlib", "sys"}
                or value.name.startswith(("botocore.exceptions", "botocore.config", "sys.std"))
            )
        return False

    def _judge_code(self, code: Code) -> bool:
        shape = _shape(code.node)
        if shape is None or any(self._machine.dullness.may_name(text) for text in shape.texts):
            return False
        if not all(self._is_harmless(value) for values in code.defaults.values() for value in values):
            return False
        if not all(self._is_inert_name(code, name, called_only=name not in shape.handed) for name in shape.free):
            return False
        changed = shape.free & self._changed(code, shape)
        values = (value for name in changed for value in code.frame.lookup(name) or ())
        return not any(isinstance(value, (Box, Instance, Class)) for value in values)

    def _is_inert_name(self, code: Code, name: str, *, called_only: bool) -> bool:
        values = code.frame.lookup(name)
        if values is None:
            return hasattr(builtins, name) and name not in _TELLING_BUILTINS
        return all(
            (self._machine.dullness.is_dull(value) and not self._machine.is_storing(value))
            or (called_only and isinstance(value, (Function, Class)) and self.is_inert(value))
            for value in values
        )

    def _judge_class(self, cls: Class) -> bool:
        body = self._machine.classes[cls]
        parts = [*body.frame.variables.values(), *body.bases]
        return all(self._is_harmless(value) for values in parts for value in values)

    def _is_harmless(self, value: Value) -> bool:
        callable_ = isinstance(value, (Function, Class, Wrapped))
        return self.is_inert(value) if callable_ else self._machine.dullness.is_dull(value)


class _Shape:
    """What a function takes from outside, what of it a caller may get, and its constant texts."""

    def __init__(self, parts: list[ast.AST], given: list[ast.expr]) -> None:
        names = [part for part in parts if isinstance(part, ast.Name)]
        called = {id(callee) for part in parts for callee in _only_called(part)}
        bound = {name for part in parts for name in _binds(part)}
        loaded = [name for name in names if isinstance(name.ctx, ast.Load)]
        self.texts = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        self.free = {name.id for name in loaded} - bound
        self.handed = {name.id for name in loaded if id(name) not in called}
        """Names used otherwise than by being called, so that a caller may get what they stand for."""
        self.passes_on = bool(_aliases(parts) & {name for value in given for name in _given_by(value)})
        """It may give back one of its arguments itself, and not only what it made of it."""
        self.given = {part.arg for part in parts if isinstance(part, ast.arg)}
        origins = _origins(parts)
        self.changed = {origin for part in parts for name in _stored_into(part) for origin in origins.get(name, {name})}
        self.passed = [
            (call.func.id, {origin for name in names for origin in origins.get(name, {name})})
            for call in parts
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            for names in [{_root(argument) for argument in call.args} - {""}]
            if names
        ]
        """Functions called by their names, each with the names it is given."""


def _root(node: ast.AST) -> str:
    """The name an expression starts from: ``config`` for ``config.values[key]``."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _stored_into(node: ast.AST) -> Iterator[str]:
    """Names of the objects this node stores into."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
        yield _root(node)
    elif isinstance(node, ast.AugAssign):
        yield _root(node.target)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STORES:
        yield _root(node.func)
        yield from (_root(argument) for argument in node.args)


def _origins(parts: list[ast.AST]) -> dict[str, set[str]]:
    """Variables that may stand for an object another name stands for, or for a part of one."""
    origins: dict[str, set[str]] = {}
    for part in parts:
        value = part.iter if isinstance(part, (ast.For, ast.comprehension)) else getattr(part, "value", None)
        if isinstance(part, (ast.For, ast.comprehension, ast.AnnAssign, ast.NamedExpr)):
            targets = [part.target]
        elif isinstance(part, ast.Assign):
            targets = part.targets
        else:
            continue
        root = _root(value) if value is not None else ""
        for name in (inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)):
            if root:
                origins.setdefault(name, {name}).update({root, *origins.get(root, ())})
    return origins


def _aliases(parts: list[ast.AST]) -> set[str]:
    """Parameters, and variables that may hold one as it is."""
    names = {part.arg for part in parts if isinstance(part, ast.arg)}
    for part in parts:
        if isinstance(part, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and part.value is not None:
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if names & _given_by(part.value):
                names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


def _given_by(node: ast.expr) -> set[str]:
    """Names whose values an expression may give as they are, alone or in a container."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Compare, ast.JoinedStr, ast.UnaryOp)):
        return set()
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return {name for part in parts for name in _given_by(part)}


def _only_called(node: ast.AST) -> Iterator[ast.AST]:
    """Names that this node calls or compares types with."""
    if isinstance(node, ast.Call):
        yield node.func
        if isinstance(node.func, ast.Name) and node.func.id in {"isinstance", "issubclass"}:
            for argument in node.args[1:]:
                yield from ast.walk(argument)
    elif isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield from ast.walk(node.type)


def _binds(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


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
    """What a function's text uses; None when it defines, imports or declares something, or gives back a function."""
    known = _SHAPES.get(node)
    if known is None:
        known = _SHAPES[node] = tuple(_read(node))
    return known[0] if known else None


def _read(node: Callable) -> Iterator[_Shape]:
    parts = list(_parts(node))
    if any(isinstance(part, _STATEMENTS) for part in parts[1:]):
        return
    given = [part.value for part in parts if isinstance(part, (ast.Return, ast.Yield, ast.YieldFrom)) and part.value]
    given += [node.body] if isinstance(node, ast.Lambda) else []
    if any(isinstance(value, (ast.Lambda, ast.Dict, ast.Tuple, ast.List)) and _holds_lambda(value) for value in given):
        return
    yield _Shape(parts, given)


def _holds_lambda(node: ast.AST) -> bool:
    return any(isinstance(child, ast.Lambda) for child in ast.walk(node))


_SHAPES: "weakref.WeakKeyDictionary[ast.AST, tuple[_Shape, ...]]" = weakref.WeakKeyDictionary()
