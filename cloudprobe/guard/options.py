"""Made-up names in what boto3 itself takes: options of clients and sessions, regions, paging, waiting, exceptions.

None of it is in the model of an operation, and some of it botocore passes over in silence.
"""

import ast
import difflib
from collections.abc import Iterable, Iterator, Sequence

from cloudprobe.guard import models
from cloudprobe.guard.findings import Finding, Severity
from cloudprobe.guard.names import Names, Reference
from cloudprobe.guard.written import Named, Reader

SESSION = frozenset({
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "region_name", "botocore_session",
    "profile_name", "aws_account_id",
})  # fmt: skip
"""Source: boto3.session.Session.__init__."""
CLIENT = frozenset({
    "service_name", "region_name", "api_version", "use_ssl", "verify", "endpoint_url", "aws_access_key_id",
    "aws_secret_access_key", "aws_session_token", "config", "aws_account_id",
})  # fmt: skip
"""Source: boto3.session.Session.client, and resource, which takes the same."""
LOOPS = {
    "PaginationConfig": frozenset({"MaxItems", "PageSize", "StartingToken"}),
    "WaiterConfig": frozenset({"Delay", "MaxAttempts"}),
}
"""Source: botocore.paginate.Paginator and botocore.waiter.Waiter; other keys are passed over."""
_FACTORIES = {
    "boto3.client": CLIENT,
    "boto3.resource": CLIENT,
    "boto3.Session().client": CLIENT,
    "boto3.Session().resource": CLIENT,
    "boto3.Session": SESSION,
    "boto3.setup_default_session": SESSION,
}
_REGION_PLACE = {"client": 1, "resource": 1}
_ALWAYS = frozenset({"ClientError", "from_code"})
"""What every client's exceptions have."""


def check(nodes: Sequence[ast.AST], names: Names, reader: Reader, lines: frozenset[int]) -> list[Finding]:
    """What is made up.

    Args:
        nodes: every node of a script.
        names: of it.
        reader: of what it writes down.
        lines: that call AWS.
    """
    found: list[Finding] = []
    for reference in names.references:
        if isinstance(reference.node, ast.Call):
            found += _options(reference.node, reference, names)
            if reference.node.lineno in lines:
                found += _loops(reference.node, reader)
    return found + _exceptions(nodes, names)


def _options(node: ast.Call, reference: Reference, names: Names) -> Iterator[Finding]:
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    known = [_FACTORIES[path] for path in names.paths(node.func, reference.scope) if path in _FACTORIES]
    if not known and method in _REGION_PLACE and node.args:
        service = names.text(node.args[0], reference.scope)
        known = [CLIENT] if service in models.services() else []
    for keyword in node.keywords if known else ():
        if keyword.arg is not None and not any(keyword.arg in options for options in known):
            yield _made_up(
                "no-such-parameter", keyword.value.lineno, f"boto3 takes no option {keyword.arg}", keyword.arg, known[0]
            )
        if keyword.arg == "region_name":
            yield from _region(keyword.value, reference, names)
    place = _REGION_PLACE.get(method)
    if known and place is not None and len(node.args) > place:
        yield from _region(node.args[place], reference, names)


def _region(node: ast.expr, reference: Reference, names: Names) -> Iterator[Finding]:
    """A remark: new regions are opened more often than libraries are brought up to date."""
    region = names.text(node, reference.scope)
    if region and region not in models.regions():
        yield _made_up(
            "no-such-region", node.lineno, f"AWS has no region {region!r}", region, models.regions(), severity="warning"
        )


def _loops(node: ast.Call, reader: Reader) -> Iterator[Finding]:
    for keyword in node.keywords:
        written = reader.read(keyword.value) if keyword.arg in LOOPS else None
        if keyword.arg is not None and isinstance(written, Named):
            for name, _, line in written.members:
                if name not in LOOPS[keyword.arg]:
                    said = f"{keyword.arg} has no {name}, which would be passed over"
                    yield _made_up("no-such-parameter", line, said, name, LOOPS[keyword.arg])


def _exceptions(nodes: Sequence[ast.AST], names: Names) -> list[Finding]:
    """``client.exceptions.NoSuchThing``, compared with what the script's clients can raise."""
    asked = [
        (reference, node, node.value.value)
        for reference in names.references
        if isinstance(node := reference.node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "exceptions"
    ]
    services = _services(nodes, names) if asked else None
    if not services:
        return []
    known = _ALWAYS.union(*(models.exceptions(service) for service in services))
    caught = {
        id(part)
        for node in nodes
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for part in ast.walk(node.type)
    }
    found = []
    for reference, node, client in asked:
        paths = names.paths(client, reference.scope)
        if isinstance(client, ast.Name) and not names.meanings(client, reference.scope):
            continue
        if node.attr not in known and not node.attr.startswith("_") and paths <= {"boto3.client()"}:
            said = (
                f"{' and '.join(sorted(services))} {'has' if len(services) == 1 else 'have'} no exception {node.attr}"
            )
            # What is to be caught is only looked up once something is raised.
            severity: Severity = "error" if paths and id(node) not in caught else "warning"
            found.append(_made_up("no-such-exception", node.lineno, said, node.attr, known, severity=severity))
    return found


def _services(nodes: Sequence[ast.AST], names: Names) -> set[str]:
    """The services of every client of the script; none where one is not known."""
    found: set[str] = set()
    scopes = {id(one.node): one.scope for one in names.references}
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
            method = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if method in {"client", "create_client", "resource"}:
                service = names.text(node.args[0], scopes[id(node)]) if node.args else None
                if service not in models.services():
                    return set()
                found.add(str(service))
    return found


def _made_up(
    code: str, line: int, said: str, name: str, known: Iterable[str], *, severity: Severity = "error"
) -> Finding:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    if near:
        hint = f"Did you mean {' or '.join(near)}?"
    elif code == "no-such-exception":
        hint = "Catch botocore.exceptions.ClientError and compare error.response['Error']['Code']."
    else:
        hint = f"It takes {', '.join(sorted(known)[:8])}." if code == "no-such-parameter" else "Name a region of AWS."
    return Finding(code=code, severity=severity, line=line, message=f"{said}.", hint=hint)
