"""What names in a script stand for: dotted paths such as ``os.system`` or ``boto3.Session().events``.

Followed through imports, other names for them, and attributes, so that a thing is the same thing whatever a script
calls it. ``()`` in a path is a call, ``[]`` an item. Where a name can be several things, it is each of them; what is
not followed (arguments, what stands in containers) has no path.
"""

import ast
import builtins
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from cloudprobe.guard.forbidden import table

PROVIDED = frozenset({"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3"})
"""What the sandbox has beside the standard library: boto3 and what it brings."""

_DEPTH = 40
"""Names for names and attributes of attributes that are followed."""
_MODULES = (sys.stdlib_module_names | PROVIDED) - {"code", "resource", "select", "test"}
"""Names that are a module also as an attribute of another one: ``pathlib.os``. Left out: words of other meaning."""
_ONE_ASSIGNMENT = 2
"""Meanings that one assignment gives a name: its value, and that it is assigned at all."""
_MODULE_PATH = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)*")
_SCOPES = frozenset({
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp,
})  # fmt: skip
_REFERRING = frozenset({ast.Name, ast.Attribute, ast.Subscript, ast.Call})
_BINDING = frozenset({
    ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.comprehension, ast.Name, ast.arg,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
})  # fmt: skip
_BUILTIN = frozenset(dir(builtins))


@dataclass(slots=True, eq=False)
class Scope:
    """The module, a class, a function or a comprehension."""

    outer: "Scope | None"
    is_class: bool = False
    bound: dict[str, list["Meaning"]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: set[str] = field(default_factory=set)
    """Names declared global or nonlocal; they are taken for the module's."""


Meaning: TypeAlias = str | tuple[ast.expr, Scope] | None
"""A path, an expression to be followed, or nothing that is known."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that names something, with the node around it."""

    node: ast.expr
    around: ast.AST
    scope: Scope


class Names:
    """The names of one script.

    Args:
        tree: the script.
        aliases: beginnings of paths, and what they are better known as.
    """

    def __init__(self, tree: ast.AST, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self._known: dict[tuple[int, str], frozenset[str]] = {}
        self._of_nodes: dict[int, frozenset[str]] = {}
        self._module = Scope(None)
        self.references: list[Reference] = []
        """Every name, attribute, item and call, in no particular order."""
        self._walk(tree)

    def paths(self, node: ast.expr, scope: Scope, depth: int = 0) -> frozenset[str]:
        """What an expression can stand for."""
        known = self._of_nodes.get(id(node))
        if known is not None:
            return known
        found: Iterable[str] = ()
        match node if depth <= _DEPTH else None:
            case ast.Name(id=name):
                found = self._named(name, scope, depth)
            case ast.Attribute(value=owner, attr=name):
                found = (self.member(path, name) for path in self.paths(owner, scope, depth + 1))
            case ast.Call() as call:
                found = self._called(call, scope, depth)
            case ast.Subscript(value=owner, slice=key):
                found = self._item(owner, key, scope, depth)
            case ast.IfExp(body=one, orelse=other):
                found = self.paths(one, scope, depth + 1) | self.paths(other, scope, depth + 1)
            case ast.BoolOp(values=several):
                found = (path for one in several for path in self.paths(one, scope, depth + 1))
            case ast.NamedExpr(value=held) | ast.Await(value=held):
                found = self.paths(held, scope, depth + 1)
        known = frozenset(found)
        if depth == 0:
            self._of_nodes[id(node)] = known
        return known

    def meanings(self, node: ast.Name, scope: Scope) -> Sequence[Meaning]:
        """Everything a name is bound to; an assignment is its value, and nothing that is known beside it."""
        home = self._home(node.id, scope)
        return home.bound[node.id] if home is not None else ()

    def member(self, path: str, name: str) -> str:
        """The path of an attribute, by the name it is best known under."""
        plain = name if name in _MODULES else name.removeprefix("_")
        if plain in _MODULES and _MODULE_PATH.fullmatch(path):
            return self._aliases.get(plain, plain)
        return self.known_as(f"{path}.{name}")

    def canonical(self, dotted: str) -> str:
        """The path of what is imported under a dotted name."""
        first, *others = dotted.split(".")
        path = self.known_as(first)
        for name in others:
            path = self.member(path, name)
        return path

    def known_as(self, path: str) -> str:
        return self._aliases.get(path, path)

    def text(self, node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """The characters of an expression, where they can be read off."""
        match node:
            case ast.Constant(value=str() as value):
                return value
            case ast.BinOp(op=ast.Add(), left=left, right=right) if depth < _DEPTH:
                one, other = self.text(left, scope, depth + 1), self.text(right, scope, depth + 1)
                return None if one is None or other is None else one + other
            case ast.JoinedStr(values=parts) if depth < _DEPTH:
                read = [self.text(part, scope, depth + 1) for part in parts]
                return "".join(part for part in read if part is not None) if None not in read else None
            case ast.FormattedValue(value=held, format_spec=None):
                return self.text(held, scope, depth + 1)
            case ast.Name() if depth < _DEPTH:
                meanings = self.meanings(node, scope)
                values = [meaning for meaning in meanings if isinstance(meaning, tuple)]
                if len(values) == 1 and len(meanings) == _ONE_ASSIGNMENT:
                    return self.text(*values[0], depth + 1)
        return None

    def _named(self, name: str, scope: Scope, depth: int) -> frozenset[str]:
        home = self._home(name, scope)
        if home is None:
            if name == "__builtins__":
                return frozenset({"builtins"})
            return frozenset({f"builtins.{name}"}) if name in _BUILTIN else frozenset()
        key = (id(home), name)
        if key not in self._known:
            self._known[key] = frozenset()  # a name that is defined by itself stands for nothing new
            self._known[key] = frozenset().union(
                *(
                    {self.canonical(meaning)} if isinstance(meaning, str) else self.paths(*meaning, depth + 1)
                    for meaning in home.bound[name]
                    if meaning is not None
                )
            )
        return self._known[key]

    def _home(self, name: str, scope: Scope) -> Scope | None:
        if name in scope.elsewhere:
            return self._module if name in self._module.bound else None
        here: Scope | None = scope
        while here is not None:
            if name in here.bound and (here is scope or not here.is_class):
                return here
            here = here.outer
        return None

    def _called(self, node: ast.Call, scope: Scope, depth: int) -> frozenset[str]:
        functions = self.paths(node.func, scope, depth + 1)
        if "builtins.getattr" in functions and len(node.args) > 1:
            name = self.text(node.args[1], scope)
            owners = self.paths(node.args[0], scope, depth + 1)
            return frozenset(self.member(path, name) for path in owners) if name is not None else frozenset()
        return frozenset(self.known_as(f"{path}()") for path in functions)

    def _item(self, owner: ast.expr, key: ast.expr, scope: Scope, depth: int) -> frozenset[str]:
        owners = self.paths(owner, scope, depth + 1)
        name = self.text(key, scope)
        if name is not None and "sys.modules" in owners:
            return frozenset({self.known_as(name)})
        if name is not None and (spaces := {path for path in owners if path.endswith(".__dict__")}):
            return frozenset(self.member(path.removesuffix(".__dict__"), name) for path in spaces)
        return frozenset(self.known_as(f"{path}[]") for path in owners)

    def _walk(self, tree: ast.AST) -> None:
        waiting: list[tuple[ast.AST, ast.AST, Scope]] = [(tree, tree, self._module)]
        while waiting:
            node, around, scope = waiting.pop()
            kind = type(node)
            if kind in _REFERRING:
                self.references.append(Reference(node, around, scope))  # type: ignore[arg-type]  # the kinds of above
            if kind in _BINDING:
                for name, meaning in _bindings(node, scope):
                    self._bind(scope, name, meaning)
            if kind is ast.arguments:
                # Defaults are read where the function is made.
                waiting.extend((part, node, scope.outer or scope) for part in _defaults(node))  # type: ignore[arg-type]  # as is said
                waiting.extend(
                    (child, node, scope) for child in ast.iter_child_nodes(node) if isinstance(child, ast.arg)
                )
            elif kind in _SCOPES:
                inner = Scope(scope, is_class=kind is ast.ClassDef)
                inner.elsewhere = set(_elsewhere(node))
                outside = list(_outside(node))
                waiting.extend((child, node, inner) for child in ast.iter_child_nodes(node) if child not in outside)
                waiting.extend((child, node, scope) for child in outside)
            else:
                waiting.extend((child, node, scope) for child in ast.iter_child_nodes(node))

    def _bind(self, scope: Scope, name: str, meaning: Meaning) -> None:
        (self._module if name in scope.elsewhere else scope).bound[name].append(meaning)


@lru_cache(maxsize=1)
def names_of(tree: ast.AST) -> Names:
    """The names of a script, by the aliases of what is forbidden; kept for whoever asks about the same tree next."""
    return Names(tree, table().aliases)


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """Children that are read outside of the scope a node makes."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield from node.decorator_list
    if isinstance(node, ast.ClassDef):
        yield from (*node.bases, *node.keywords)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
        yield node.returns


def _defaults(arguments: ast.arguments) -> Iterator[ast.expr]:
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default is not None)


def _elsewhere(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        for part in ast.walk(node):
            if isinstance(part, (ast.Global, ast.Nonlocal)):
                yield from part.names


def _bindings(node: ast.AST, scope: Scope) -> Iterator[tuple[str, Meaning]]:
    """Names a node gives a meaning, in the scope it stands in."""
    match node:
        case ast.Import(names=imports):
            for alias in imports:
                yield (
                    alias.asname or alias.name.partition(".")[0],
                    alias.name if alias.asname else alias.name.partition(".")[0],
                )
        case ast.ImportFrom(names=imports, module=module, level=0):
            yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in imports)
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr() | ast.For() | ast.comprehension():
            yield from ((name, (value, scope)) for name, value in _assigned(node))
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name, None
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, None
        case (
            ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name)
        ):
            yield name, None


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and what is assigned to them; of a loop, an item of what is looped over."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
        case (
            ast.For(target=ast.Name(id=name), iter=several) | ast.comprehension(target=ast.Name(id=name), iter=several)
        ):
            yield name, ast.Subscript(several, ast.Constant(0), ast.Load())
