"""Private names: ``self.__client`` in a class ``Scan`` is ``self._Scan__client`` everywhere else, as Python has it."""

import ast

_FIELDS = ("id", "attr", "arg", "name", "asname")
"""Where a node keeps a name that Python renames in a class body."""


def mangle(tree: ast.Module) -> None:
    """Rename private names in all class bodies, in place; doing it again changes nothing."""
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, owner = pending.pop()
        if owner:
            _rename(node, owner)
        inner = (node.name.lstrip("_") or owner) if isinstance(node, ast.ClassDef) else owner
        outside = {*node.bases, *node.decorator_list, *node.keywords} if isinstance(node, ast.ClassDef) else set()
        pending.extend((child, owner if child in outside else inner) for child in ast.iter_child_nodes(node))


def _rename(node: ast.AST, owner: str) -> None:
    for field in _FIELDS:
        name = getattr(node, field, None)
        if isinstance(name, str) and _is_private(name):
            setattr(node, field, f"_{owner}{name}")
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        node.names = [f"_{owner}{name}" if _is_private(name) else name for name in node.names]


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__") and "." not in name
