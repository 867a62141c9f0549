"""Branches that cannot be taken: ``if service == "ec2":`` where the service is certainly another one.

Only a parameter or the variable of a loop decides anything, and only where nothing else in its scope gives it a value:
whatever else runs, at this point it holds what is known of it here. A branch that no path of a
round took is followed all the same in the end, so that nothing written in a script goes unseen.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from cloudprobe.guard.interpreter.frames import Frame
from cloudprobe.guard.interpreter.values import Const

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_REBINDING = (ast.Global, ast.Nonlocal)


class Steady:
    """Parameters and variables of loops that nothing else gives a value, for each branching statement of a script."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self._names: dict[int, frozenset[str]] = {}
        rebound = {name for node in nodes if isinstance(node, _REBINDING) for name in node.names}
        for node in nodes:
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                self._read(node, rebound)

    def _read(self, scope: Scope, rebound: set[str]) -> None:
        own = list(_own(scope))
        if not any(isinstance(node, (ast.If, ast.IfExp, ast.Match)) for node in own):
            return
        bound = Counter(name for node in own for name in _bound(node))
        if not isinstance(scope, ast.Module):
            bound.update(node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg))
        given = {name for node in own if isinstance(node, (ast.For, ast.AsyncFor)) for name in _targets(node)}
        if not isinstance(scope, ast.Module):
            given.update(node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg))
        steady = frozenset(name for name in given - rebound if bound[name] == 1)
        for node in own:
            if isinstance(node, (ast.If, ast.IfExp, ast.Match)):
                self._names[id(node)] = steady

    def values(self, node: ast.AST, name: ast.expr, frame: Frame) -> frozenset[str] | None:
        """Every text a name can mean where a statement tests it; None when that is not known."""
        if not isinstance(name, ast.Name) or name.id not in self._names.get(id(node), ()):
            return None
        held = frame.variables.get(name.id) if name.id not in frame.from_outside else None
        found = {one.value for one in held or () if isinstance(one, Const) and isinstance(one.value, str)}
        return frozenset(found) if found and held is not None and len(found) == len(held) else None


def _own(scope: Scope) -> Iterator[ast.AST]:
    """Nodes of a scope, without those of the scopes in it, but with their names."""
    pending: list[ast.AST] = list(scope.body) if isinstance(scope.body, list) else [scope.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending.extend(ast.iter_child_nodes(node))


def _targets(node: ast.For | ast.AsyncFor) -> Iterator[str]:
    yield from (one.id for one in ast.walk(node.target) if isinstance(one, ast.Name))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


Meaning = Callable[[ast.expr], frozenset[str] | None]
"""Every text an expression can mean, None when that is not known."""


def outcome(test: ast.expr, meaning: Meaning) -> bool | None:
    """What a condition certainly is; None when it may be either."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = outcome(test.operand, meaning)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [outcome(value, meaning) for value in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _COMPARED.get(type(test.ops[0]), _unknown)(meaning(test.left), _listed(test.comparators[0]))
    return None


def _unknown(_left: frozenset[str] | None, _right: frozenset[str] | None) -> bool | None:
    return None


def _within(left: frozenset[str] | None, right: frozenset[str] | None) -> bool | None:
    if left is None or right is None:
        return None
    if not left & right:
        return False
    return True if left <= right else None


def _same(left: frozenset[str] | None, right: frozenset[str] | None) -> bool | None:
    return _within(left, right) if right is not None and len(right) == 1 else None


def _not(judge: Callable[..., bool | None]) -> Callable[..., bool | None]:
    def opposite(left: frozenset[str] | None, right: frozenset[str] | None) -> bool | None:
        inner = judge(left, right)
        return None if inner is None else not inner

    return opposite


def _listed(node: ast.expr) -> frozenset[str] | None:
    """The texts of a constant, or of a display of constants."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return frozenset({node.value})
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        texts = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        return frozenset(texts) if len(texts) == len(node.elts) and texts else None
    return None


_COMPARED: Mapping[type[ast.cmpop], Callable[..., bool | None]] = {
    ast.Eq: _same,
    ast.NotEq: _not(_same),
    ast.In: _within,
    ast.NotIn: _not(_within),
}


def open_cases(node: ast.Match, values: frozenset[str] | None) -> list[bool]:
    """Which cases can be taken, and last whether the subject may match none of them."""
    left = values
    found: list[bool] = []
    for case in node.cases:
        texts = _pattern_texts(case.pattern)
        found.append(left is None or (bool(left) and (texts is None or bool(left & texts))))
        if left is not None and case.guard is None and texts is not None:
            left = left - texts
        elif case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
            left = frozenset()
    return [*found, left is None or bool(left)]


def _pattern_texts(pattern: ast.pattern) -> frozenset[str] | None:
    if isinstance(pattern, ast.MatchValue):
        return _listed(pattern.value)
    if isinstance(pattern, ast.MatchOr):
        parts = [_pattern_texts(one) for one in pattern.patterns]
        return None if None in parts else frozenset().union(*(part for part in parts if part))
    return None
