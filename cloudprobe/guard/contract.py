"""Contract 1, as far as the text shows it: variables on standard input, one JSON document on standard output.

What cannot be seen is left to the run, which is judged by what it prints.
"""

import ast
from collections.abc import Iterator, Sequence

from cloudprobe.domain.probe import ProbeResult
from cloudprobe.guard.findings import Finding

_KEYS = frozenset(ProbeResult.model_fields)
_HINT = (
    "Read variables with json.load(sys.stdin) and end with one json.dump of facts, findings, resources, coverage and "
    "next to sys.stdout; everything else goes to sys.stderr."
)


def check(nodes: Sequence[ast.AST]) -> list[Finding]:
    """What breaks the contract.

    Args:
        nodes: every node of the script, as ``ast.walk`` gives them.
    """
    found = list(_input(nodes))
    outputs = [node for node in nodes if isinstance(node, ast.Call) and _is_output(node)]
    documents = [node for node in outputs if _document(node) is not None]
    found += [
        Finding(
            code="contract-output",
            line=node.lineno,
            message="Prints text to standard output, which holds one JSON document and nothing else.",
            hint="Print it with file=sys.stderr, or put it into the document.",
        )
        for node in outputs
        if node not in documents and _is_text(node)
    ]
    if not outputs:
        found.append(Finding(code="contract-output", line=1, message="Prints no JSON document.", hint=_HINT))
    for node in documents:
        found.extend(_unknown_keys(nodes, node))
    return found


def _input(nodes: Sequence[ast.AST]) -> Iterator[Finding]:
    if not any(isinstance(node, ast.Attribute) and node.attr == "stdin" for node in nodes) and not any(
        isinstance(node, ast.ImportFrom) and any(alias.name == "stdin" for alias in node.names) for node in nodes
    ):
        yield Finding(
            code="contract-input",
            severity="warning",
            line=1,
            message="Does not read its variables, a JSON object on standard input.",
            hint="variables = json.load(sys.stdin)",
        )


def _is_output(node: ast.Call) -> bool:
    name = _dotted(node.func)
    if name in {"print", "pprint", "pprint.pprint"}:
        return not any(keyword.arg in {"file", "stream"} for keyword in node.keywords) or _names_stdout(node)
    return name == "sys.stdout.write" or (name.endswith("dump") and _names_stdout(node))


def _dotted(node: ast.expr) -> str:
    """``sys.stdout.write`` of the callee; empty for anything but plain names."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{_dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _names_stdout(node: ast.Call) -> bool:
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    return any(_dotted(part).endswith("stdout") for part in given)


def _document(node: ast.Call) -> ast.expr | None:
    """The expression that becomes JSON, when it is visibly turned into JSON here."""
    if _dotted(node.func).endswith("dump"):
        return node.args[0] if node.args else None
    first = node.args[0] if node.args else None
    if isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.Call) and _dotted(first.func).endswith("dumps") and first.args:
        return first.args[0]
    return None


def _is_text(node: ast.Call) -> bool:
    """Whether what is printed is certainly not one JSON document."""
    if not node.args:
        return _dotted(node.func) == "print"
    if len(node.args) > 1 and _dotted(node.func) == "print":
        return True
    first = node.args[0]
    return isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and first.value != "\n")


def _unknown_keys(nodes: Sequence[ast.AST], node: ast.Call) -> Iterator[Finding]:
    document = _document(node)
    if isinstance(document, ast.Name):
        assigned = [
            part.value
            for part in nodes
            if isinstance(part, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == document.id for t in part.targets)
        ]
        document = assigned[0] if len(assigned) == 1 else None
    if not isinstance(document, ast.Dict):
        return
    for key in document.keys:
        if isinstance(key, ast.Constant) and key.value not in _KEYS:
            yield Finding(
                code="contract-keys",
                line=key.lineno,
                message=f"The document has no {key.value!r}; its keys are {', '.join(sorted(_KEYS))}.",
                hint="Put what is free in form under facts.",
            )
