"""Uses of what is forbidden, whatever a script calls it, and of modules in ways that hide what is used of them."""

import ast
from collections.abc import Iterator

from cloudprobe.guard.findings import Finding
from cloudprobe.guard.forbidden import Entry, table
from cloudprobe.guard.names import Names, Reference

_WATCHED = frozenset({"asyncio", "builtins", "importlib", "multiprocessing", "os", "socket", "subprocess"})
"""Modules a script may use things of, but not hand on as a whole."""
_LIBRARY = ("boto3", "botocore", "s3transfer")
_DESCRIPTION = "boto3.client().meta"
_CHANGES = frozenset({"append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"})
_LOOKS = frozenset({"builtins.getattr", "builtins.hasattr"})


def references(names: Names, dead: set[int], told: set[str]) -> list[Finding]:
    """What is wrong with what a script refers to.

    Args:
        names: of the script.
        dead: nodes that never run, by identity.
        told: paths that need not be told again.
    """
    found: dict[tuple[int, str], Finding] = {}
    for reference in names.references:
        if id(reference.node) not in dead:
            for finding in _wrong(reference, names, told):
                found.setdefault((finding.line, finding.message), finding)
    return list(found.values())


def _wrong(reference: Reference, names: Names, told: set[str]) -> Iterator[Finding]:
    node, scope = reference.node, reference.scope
    paths = sorted(names.paths(node, scope))
    if not any(table().entry(path) for path in paths):
        yield from _telling(reference, names)
    for path in paths:
        hit = table().entry(path)
        if hit is not None and hit[0] == path and path not in told:
            yield _finding(path, hit[1], node.lineno)
        elif path in _WATCHED and _is_handed_on(reference, names):
            yield _hidden(path, node.lineno)
        elif path.endswith(".__dict__") and table().has_below(module := path.removesuffix(".__dict__")):
            yield _hidden(module, node.lineno)
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        for owner in sorted(names.paths(node.value, scope)):
            yield from _of_the_library(node, owner, names)
    if isinstance(node, ast.Call):
        yield from _computed(node, reference, names)


def _telling(reference: Reference, names: Names) -> Iterator[Finding]:
    """Attributes that only one thing has."""
    node = reference.node
    name = node.attr if isinstance(node, ast.Attribute) else None
    if isinstance(node, ast.Call) and len(node.args) > 1 and names.paths(node.func, reference.scope) & _LOOKS:
        name = names.text(node.args[1], reference.scope)
    entry = table().names.get(name or "")
    if entry is not None:
        yield _finding(entry.path, entry, node.lineno)


def _of_the_library(node: ast.Attribute | ast.Subscript, owner: str, names: Names) -> Iterator[Finding]:
    if isinstance(node, ast.Attribute) and _is_private(node.attr) and owner.startswith(_LIBRARY) and "._" not in owner:
        path = f"{owner}.{node.attr}"
        told = table().entry(path) or table().names.get(node.attr)
        if not told and names.known_as(path) == path and names.known_as(f"{path}()") == f"{path}()":
            yield Finding(
                code="private",
                line=node.lineno,
                message=f"{path} is internal to botocore.",
                hint="Use the documented methods of sessions and clients.",
            )
    changed = not isinstance(node.ctx, ast.Load) or (isinstance(node, ast.Attribute) and node.attr in _CHANGES)
    if changed and owner.startswith(_DESCRIPTION):
        yield Finding(
            code="replaces",
            line=node.lineno,
            message=f"Changes {owner}, by which the AWS library makes its calls.",
            hint="Use the AWS library as it is.",
        )


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _is_handed_on(reference: Reference, names: Names) -> bool:
    """Whether a module goes where it is not followed: into an argument, a container, an object, a result."""
    node, around = reference.node, reference.around
    if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
        return False
    match around:
        case ast.Attribute() | ast.Expr() | ast.Compare() | ast.If() | ast.IfExp() | ast.BoolOp():
            return False
        case ast.Assign(targets=targets):
            return reference.scope.is_class or not all(isinstance(target, ast.Name) for target in targets)
        case ast.AnnAssign(target=target, value=value):
            return value is node and (reference.scope.is_class or not isinstance(target, ast.Name))
        case ast.Call(func=function):
            return node is not function and not names.paths(function, reference.scope) & _LOOKS
    return not isinstance(around, ast.arg)


def _computed(node: ast.Call, reference: Reference, names: Names) -> Iterator[Finding]:
    """``getattr(os, name)`` where the name is not known."""
    if "builtins.getattr" not in names.paths(node.func, reference.scope) or len(node.args) < 2:  # noqa: PLR2004 (getattr's own)
        return
    if names.text(node.args[1], reference.scope) is None:
        for path in sorted(names.paths(node.args[0], reference.scope)):
            if table().has_below(path):
                yield _hidden(path, node.lineno)


def _hidden(module: str, line: int) -> Finding:
    return Finding(
        code="dynamic-name",
        line=line,
        message=f"What is used of {module} here cannot be seen.",
        hint=f"Write {module} and the name of what is used, where it is used.",
    )


def _finding(path: str, entry: Entry, line: int) -> Finding:
    return Finding(
        code=entry.code,
        severity=entry.severity,
        line=line,
        message=f"{path.removeprefix('builtins.')} {entry.reason}.",
        hint=entry.hint,
    )
