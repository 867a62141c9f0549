"""One script is parsed at a time: before Python 3.13 the depth of a syntax tree is counted for all threads together.

Two threads that parse at once end in ``SystemError: AST constructor recursion depth mismatch`` (CPython issue 106905).
"""

import ast
import threading
from typing import Literal, overload

_lock = threading.Lock()


@overload
def parse(source: str) -> ast.Module: ...
@overload
def parse(source: str, mode: Literal["eval"]) -> ast.Expression: ...
def parse(source: str, mode: Literal["exec", "eval"] = "exec") -> ast.Module | ast.Expression:
    """As ``ast.parse``."""
    with _lock:
        return ast.parse(source) if mode == "exec" else ast.parse(source, mode="eval")
