"""Values as a script writes them down: what of an argument is certain, and what is only known when it runs.

Only displays, constants, and names that are bound once and only ever handed on are believed. Everything else is
unknown, and nothing is concluded from it.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_BINDING = (
    ast.Name,
    ast.arg,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.alias,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
    ast.MatchMapping,
    ast.Global,
    ast.Nonlocal,
)
"""Kinds of node that can bind a name."""
_DEPTH = 12
"""Levels of values in values that are looked at."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whatever the run makes it."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: object
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string whose characters are not all known, such as an f-string."""

    line: int


@dataclass(frozen=True, slots=True)
class Several:
    """A list or a tuple."""

    items: tuple["Written", ...]
    whole: bool
    """Nothing else is in it, and nothing of it can be left out."""
    line: int


@dataclass(frozen=True, slots=True)
class Named:
    """A dictionary."""

    members: tuple[tuple[str, "Written", int], ...]
    """Key, value and the line of the key."""
    whole: bool
    line: int


Written: TypeAlias = Unknown | Constant | Text | Several | Named
UNKNOWN = Unknown()


class Reader:
    """Reads expressions of one script.

    Args:
        nodes: every node of the script, as ``ast.walk`` gives them.
    """

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        bindings = _bindings(nodes)
        self._once = _bound_once(nodes, bindings)
        self._made_by = _makers(nodes, bindings)
        self._dict = not bindings["dict"]

    def arguments(self, call: ast.Call) -> Named:
        """The keyword arguments of a call, with what an unpacked dictionary display adds."""
        return self._named([(keyword.arg, keyword.value) for keyword in call.keywords], call.lineno, 0)

    def read(self, node: ast.expr, depth: int = 0) -> Written:
        if depth > _DEPTH:
            return UNKNOWN
        if isinstance(node, ast.Name) and node.id in self._once:
            return self.read(self._once[node.id], depth + 1)
        return _single(node) or self._container(node, depth)

    def _container(self, node: ast.expr, depth: int) -> Written:
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return self._several(elements, node.lineno, depth)
            case ast.ListComp(elt=element):
                return Several((self.read(element, depth + 1),), whole=False, line=node.lineno)
            case ast.Dict(keys=keys, values=values):
                return self._dictionary(keys, values, node.lineno, depth)
            case ast.DictComp():
                return Named((), whole=False, line=node.lineno)
            case ast.Call(func=ast.Name()):
                return self._made(node, depth)
        return UNKNOWN

    def _made(self, call: ast.Call, depth: int) -> Written:
        """What ``dict(Name=…)`` makes, or a function of the script that only makes something."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "dict" and self._dict and len(call.args) <= 1:
            pairs: list[tuple[str | None, ast.expr]] = [(None, one) for one in call.args]
            pairs += [(keyword.arg, keyword.value) for keyword in call.keywords]
            return self._named(pairs, call.lineno, depth)
        return self.read(self._made_by[name], depth + 1) if name in self._made_by else UNKNOWN

    def _several(self, elements: Sequence[ast.expr], line: int, depth: int) -> Several:
        plain = [element for element in elements if not isinstance(element, ast.Starred)]
        items = tuple(self.read(element, depth + 1) for element in plain)
        return Several(items, whole=len(plain) == len(elements), line=line)

    def _dictionary(
        self, keys: Sequence[ast.expr | None], values: Sequence[ast.expr], line: int, depth: int
    ) -> Written:
        pairs: list[tuple[str | None, ast.expr]] = []
        whole = True
        for key, value in zip(keys, values, strict=True):
            found = None if key is None else self.read(key, depth + 1)
            if key is None:
                pairs.append((None, value))
            elif isinstance(found, Constant) and isinstance(found.value, str):
                pairs.append((found.value, value))
            else:
                whole = False
        named = self._named(pairs, line, depth)
        return Named(named.members, whole=whole and named.whole, line=line)

    def _named(self, pairs: Sequence[tuple[str | None, ast.expr]], line: int, depth: int) -> Named:
        """A later key stands for an earlier one, and what is unpacked may replace any before it."""
        members: dict[str, tuple[Written, int]] = {}
        whole = True
        for name, value in pairs:
            found = self.read(value, depth + 1)
            if name is not None:
                members[name] = (found, value.lineno)
            elif isinstance(found, Named):
                if not found.whole:
                    members = {key: (UNKNOWN, at) for key, (_, at) in members.items()}
                members.update({key: (held, at) for key, held, at in found.members})
                whole = whole and found.whole
            else:
                members = {key: (UNKNOWN, at) for key, (_, at) in members.items()}
                whole = False
        return Named(tuple((key, *held) for key, held in members.items()), whole=whole, line=line)


def _single(node: ast.expr) -> Written | None:
    match node:
        case ast.Constant(value=value) if value is not Ellipsis:
            return Constant(value, node.lineno)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Constant(-number, node.lineno)
        case ast.JoinedStr():
            return Text(node.lineno)
    return None


def _bindings(nodes: Sequence[ast.AST]) -> Counter[str]:
    """How often each name is bound."""
    return Counter(name for node in nodes if isinstance(node, _BINDING) for name in _binds(node))


def _makers(nodes: Sequence[ast.AST], bindings: Counter[str]) -> dict[str, ast.expr]:
    """Functions that have one definition and one result, a new dictionary or list each time, with that result."""
    found: dict[str, ast.expr] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(body=result)):
                results = [result]
            case ast.FunctionDef(name=name, decorator_list=[]):
                parts = list(ast.walk(node))
                results = [part.value for part in parts if isinstance(part, ast.Return) and part.value is not None]
                if any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in parts):
                    continue
            case _:
                continue
        if bindings[name] == 1 and len(results) == 1 and isinstance(results[0], (ast.Dict, ast.List, ast.Call)):
            found[name] = results[0]
    return found


def _bound_once(nodes: Sequence[ast.AST], bindings: Counter[str]) -> dict[str, ast.expr]:
    """Names with one plain assignment in the whole script that are nowhere changed in place, with what they are."""
    kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    for node in nodes:
        kinds[type(node)].append(node)
    handed_on = {id(loaded) for kind in (ast.Call, ast.Compare) for node in kinds[kind] for loaded in _handed_on(node)}
    loose = {
        node.id
        for node in kinds[ast.Name]
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in handed_on
    }
    found: dict[str, ast.expr] = {}
    for node in (*kinds[ast.Assign], *kinds[ast.AnnAssign]):
        target = _target(node)
        if target is not None and bindings[target[0]] == 1:
            name, value = target
            if name not in loose or isinstance(value, ast.Constant | ast.JoinedStr):
                found[name] = value
    return found


def _target(node: ast.AST) -> tuple[str, ast.expr] | None:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return name, value
    return None


def _binds(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]
        case (
            ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name)
        ):
            yield name
        case ast.MatchMapping(rest=str() as name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names


def _handed_on(node: ast.AST) -> Iterator[ast.expr]:
    """Where a name is read and what it stands for stays as it is: arguments in AWS's spelling, and what is compared."""
    match node:
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                if keyword.arg is None or keyword.arg[:1].isupper():
                    yield from _within(keyword.value)
        case ast.Compare(left=left, comparators=others):
            yield from (left, *others)


def _within(node: ast.expr) -> Iterator[ast.expr]:
    """An argument, and what stands in its displays."""
    yield node
    match node:
        case ast.Dict(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _within(part)
        case ast.Starred(value=part):
            yield from _within(part)
