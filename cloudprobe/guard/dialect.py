"""The dialect probes are written in: plain boto3, nothing that hides what is called or reaches past the sandbox.

This is feedback for whoever writes the script. The wall is the sandbox, which does not look at code at all.
"""

import ast
import sys
from collections.abc import Iterator, Sequence

from cloudprobe.guard.derivation import Derivation
from cloudprobe.guard.findings import Finding, Severity
from cloudprobe.sandbox.dependencies.allowed import package_of

PROVIDED = frozenset({"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3"})
"""What the sandbox has beside the standard library: boto3 and what it brings."""

_FORBIDDEN: dict[str, str] = {
    **dict.fromkeys(("subprocess", "pty", "_posixsubprocess"), "starts other programs"),
    **dict.fromkeys(
        (
            "socket", "ssl", "socketserver", "http.client", "http.server", "urllib.request", "ftplib", "smtplib",
            "poplib", "imaplib", "telnetlib", "xmlrpc", "urllib3", "requests", "httpx", "aiohttp", "paramiko",
        ),
        "opens connections; a probe has no network but its AWS calls",
    ),
    **dict.fromkeys(("ctypes", "cffi", "_ctypes", "mmap"), "reaches past Python"),
    **dict.fromkeys(("pickle", "marshal", "shelve", "dill"), "turns data into code"),
    **dict.fromkeys(
        ("botocore.auth", "botocore.awsrequest", "botocore.httpsession", "botocore.endpoint"),
        "makes requests of its own",
    ),
}  # fmt: skip
_OS_CALLS = frozenset(
    [
        "system",
        "popen",
        "fork",
        "forkpty",
        "execv",
        "execve",
        "execvp",
        "execl",
        "execlp",
        "spawnl",
        "spawnv",
        "posix_spawn",
        "kill",
        "killpg",
        "setuid",
    ]
)
_CODE = frozenset({"exec", "eval", "compile", "__import__"})
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
    found: list[Finding] = []
    guarded = _guarded_lines(nodes)
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.extend(_imports(node, guarded, modules))
        elif isinstance(node, ast.Call):
            found.extend(_calls(node))
    for remark in derivation.remarks:
        if remark.code in _REMARKS:
            message, hint = _REMARKS[remark.code]
            found.append(Finding(code=remark.code, line=remark.line, message=message.format(remark.subject), hint=hint))
    return found


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


def _imports(node: ast.Import | ast.ImportFrom, guarded: set[int], modules: frozenset[str]) -> Iterator[Finding]:
    for name in imported(node):
        reason = next(
            (why for module, why in _FORBIDDEN.items() if name == module or name.startswith(f"{module}.")), None
        )
        top = name.split(".")[0]
        if reason:
            yield Finding(
                code="import", line=node.lineno, message=f"{name.rstrip('.')} {reason}.", hint="Use boto3 alone."
            )
        elif top in {"importlib", "runpy", "code", "pkgutil"}:
            yield Finding(
                code="dynamic-import",
                line=node.lineno,
                message=f"{top} imports what cannot be seen.",
                hint="Import by name.",
            )
        elif not top or top not in sys.stdlib_module_names | PROVIDED | modules:
            missing = f"{name.lstrip('.').split('.')[0]} is not there: a probe has the standard library and boto3."
            listed = package_of(top)
            severity: Severity = "warning" if node.lineno in guarded else "error"
            yield Finding(
                code="dependency",
                severity=severity,
                line=node.lineno,
                message=missing,
                hint=f"Declare {listed.pin}." if listed else "Do without, or write the few lines.",
            )


def _calls(node: ast.Call) -> Iterator[Finding]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    owner = node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
    if name in _CODE:
        yield Finding(
            code="dynamic-code",
            line=node.lineno,
            message=f"{name} hides what the script does.",
            hint="Write the code out.",
        )
    elif owner == "os" and attribute in _OS_CALLS:
        yield Finding(
            code="process",
            line=node.lineno,
            message=f"os.{attribute} acts on other processes.",
            hint="Use boto3 alone.",
        )
    elif name == "open" and _writes(node):
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
