"""Code that never runs: what only type checkers read, and what stands under a constant ``False``."""

import ast
from collections.abc import Iterator, Sequence

from cloudprobe.guard.names import Names, Scope

_FLAG = "TYPE_CHECKING"
_PATHS = {"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"}


def unreached(nodes: Sequence[ast.AST], names: Names) -> set[int]:
    """The nodes that are never evaluated, by identity."""
    scopes = {id(one.node): one.scope for one in names.references}
    flag = not _is_set(nodes)
    dead: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.If):
            for branch in _never(node, names, scopes, flag=flag):
                dead.update(id(part) for statement in branch for part in ast.walk(statement))
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" and _lazy(node) for node in nodes):
        dead.update(id(part) for node in nodes for noted in _annotations(node) for part in ast.walk(noted))
    return dead


def _lazy(node: ast.ImportFrom) -> bool:
    return any(alias.name == "annotations" for alias in node.names)


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.arg(annotation=ast.expr() as noted) | ast.AnnAssign(annotation=noted):
            yield noted
        case ast.FunctionDef(returns=ast.expr() as noted) | ast.AsyncFunctionDef(returns=ast.expr() as noted):
            yield noted


def _never(node: ast.If, names: Names, scopes: dict[int, Scope], *, flag: bool) -> Iterator[list[ast.stmt]]:
    match node.test:
        case ast.UnaryOp(op=ast.Not(), operand=test):
            branch = node.orelse
        case test:
            branch = node.body
    if isinstance(test, ast.Constant):
        if not test.value:
            yield branch
    elif flag and id(test) in scopes and _is_flag(test, names, scopes[id(test)]):
        yield branch


def _is_flag(test: ast.expr, names: Names, scope: Scope) -> bool:
    meanings = names.meanings(test, scope) if isinstance(test, ast.Name) else ()
    if any(meaning is not None for meaning in meanings) and all(_is_false(meaning) for meaning in meanings if meaning):
        return sum(meaning is None for meaning in meanings) == sum(meaning is not None for meaning in meanings)
    imported = isinstance(test, ast.Attribute) or all(isinstance(meaning, str) for meaning in meanings)
    return imported and bool(paths := names.paths(test, scope)) and paths <= _PATHS


def _is_false(meaning: object) -> bool:
    match meaning:
        case (ast.Constant(value=value), _):
            return value is False
    return False


def _is_set(nodes: Sequence[ast.AST]) -> bool:
    """Whether a script tells itself that types are being checked."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == _FLAG and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and node.value == _FLAG)
        for node in nodes
    )
