"""The dialect probes are written in: plain boto3, nothing that hides what is called or reaches past the sandbox.

This is feedback for whoever writes the script. The wall is the sandbox, which does not look at code at all. What is
forbidden is data (``guard.forbidden``); what a name stands for is followed through the script (``guard.names``).
"""

import ast
import sys
from collections.abc import Iterator, Sequence

from cloudprobe.guard.derivation import Derivation
from cloudprobe.guard.findings import Finding, Severity
from cloudprobe.guard.forbidden import Entry, table
from cloudprobe.guard.names import PROVIDED, Names, names_of
from cloudprobe.guard.references import references
from cloudprobe.guard.unreached import unreached
from cloudprobe.sandbox.dependencies.allowed import package_of

_REMARKS: dict[str, tuple[str, str]] = {
    "hook": ("Uses the {}, which can change calls unseen.", "Call the client's operations directly."),
    "private": ("Uses the {}, which is internal to botocore.", "Call the operation by its method name."),
    "own-credentials": (
        "Passes {} of its own.",
        "Let boto3 find its credentials; each run has its own grant.",
    ),
    "endpoint": ("Sets {}, so calls would go elsewhere.", "Leave the endpoint to boto3."),
    "presigned": (
        "Makes an address that gives access to {} without permission.",
        "Report the resource instead.",
    ),
}


def lint(nodes: Sequence[ast.AST], derivation: Derivation, *, modules: frozenset[str] = frozenset()) -> list[Finding]:
    """What is outside the dialect.

    Args:
        nodes: every node of the script, as ``ast.walk`` gives them.
        derivation: of the same script.
        modules: that come with the packages the script declared.
    """
    names = names_of(nodes[0])
    dead = unreached(nodes, names)
    guarded = _guarded_lines(nodes)
    found: list[Finding] = []
    told: set[str] = set()
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and id(node) not in dead:
            found.extend(_imports(node, names, told))
            found.extend(_absent(node, guarded, modules))
        elif isinstance(node, ast.Call):
            found.extend(_calls(node))
    found += references(names, dead, told)
    return found + _remarks(derivation, {one.line for one in found if one.code == "private"})


def _remarks(derivation: Derivation, told: set[int]) -> list[Finding]:
    """What the derivation noticed; of what is private, once a line."""
    found = []
    for remark in derivation.remarks:
        if remark.code in _REMARKS and not (remark.code == "private" and remark.line in told):
            message, hint = _REMARKS[remark.code]
            found.append(Finding(code=remark.code, line=remark.line, message=message.format(remark.subject), hint=hint))
    told = told | {one.line for one in found if one.code == "private"}
    undecided = [one for one in derivation.undecided if one.code == "private" and one.line not in told]
    return found + [Finding(code=one.code, line=one.line, message=one.reason, hint=one.hint) for one in undecided]


def _guarded_lines(nodes: Sequence[ast.AST]) -> set[int]:
    """Lines of imports that a script can do without: those in a ``try`` with a handler."""
    return {
        child.lineno
        for node in nodes
        if isinstance(node, ast.Try) and node.handlers
        for child in node.body
        if isinstance(child, (ast.Import, ast.ImportFrom))
    }


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Dotted names an import may mean: ``from urllib import request`` means ``urllib.request`` too."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    else:
        origin = "." * node.level + (node.module or "")
        yield from (f"{origin}.{alias.name}" for alias in node.names)


def _imports(node: ast.Import | ast.ImportFrom, names: Names, told: set[str]) -> Iterator[Finding]:
    """What is forbidden; its path is remembered, so that every use of it need not be told again."""
    for name in imported(node):
        path = names.canonical(name)
        hit = table().entry(path)
        if hit is not None:
            told.add(hit[0])
            yield _forbidden_import(name, hit[1], node.lineno)
        elif name.endswith(".*") and table().has_below(path.removesuffix(".*")):
            yield Finding(
                code="import",
                line=node.lineno,
                message=f"Imports whatever {name.removesuffix('.*')} has, some of which is forbidden.",
                hint="Import what is used, by name.",
            )


def _forbidden_import(name: str, entry: Entry, line: int) -> Finding:
    code = entry.code if entry.code == "dynamic-import" else "import"
    return Finding(code=code, severity=entry.severity, line=line, message=f"{name} {entry.reason}.", hint=entry.hint)


def _absent(node: ast.Import | ast.ImportFrom, guarded: set[int], modules: frozenset[str]) -> Iterator[Finding]:
    for name in imported(node):
        top = name.split(".")[0]
        if top in sys.stdlib_module_names | PROVIDED | modules or table().entry(top) is not None:
            continue
        missing = f"{name.lstrip('.').split('.')[0]} is not there: a probe has the standard library and boto3."
        listed = package_of(top)
        severity: Severity = "warning" if node.lineno in guarded else "error"
        hint = f"Declare {listed.pin}." if listed else "Do without, or write the few lines."
        yield Finding(code="dependency", severity=severity, line=node.lineno, message=missing, hint=hint)


def _calls(node: ast.Call) -> Iterator[Finding]:
    if isinstance(node.func, ast.Name) and node.func.id == "open" and _writes(node):
        yield Finding(
            code="writes-file",
            severity="warning",
            line=node.lineno,
            message="Writes a file; nothing a probe writes to disk outlives its run.",
            hint="Put the result into the JSON document on standard output.",
        )
    elif any(keyword.arg == "profile_name" for keyword in node.keywords):
        yield Finding(
            code="profile",
            severity="warning",
            line=node.lineno,
            message="Names a profile; a probe has no configuration files.",
            hint="Create the session without profile_name.",
        )


def _writes(node: ast.Call) -> bool:
    mode = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))
