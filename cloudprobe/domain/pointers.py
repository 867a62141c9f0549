"""Evidence pointers: from what a script cites to a recorded value anybody can look up.

A script cites ``/result/…`` of its own document or ``/calls/<request id>/response/…``. Stored evidence names the run
and the call's index: ``<run id>#/calls/17/response/Policy``. Pointers are RFC 6901.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cloudprobe.domain.ids import is_inspection_id

_INDEX = re.compile(r"0|[1-9]\d*")


class UnresolvedPointerError(ValueError):
    """The pointer leads to no value."""


@dataclass(frozen=True, slots=True)
class EvidencePointer:
    """A place in a run: its result document, or one of its recorded calls."""

    run_id: str
    path: tuple[str, ...]
    """Unescaped tokens, the first being ``result`` or ``calls``."""

    def __str__(self) -> str:
        return f"{self.run_id}#" + "".join("/" + escape(token) for token in self.path)

    @classmethod
    def parse(cls, text: str) -> "EvidencePointer":
        """Read ``run_id#/path``.

        Raises:
            UnresolvedPointerError: not of that form.
        """
        run, separator, pointer = text.partition("#")
        if not separator or not is_inspection_id(run.split("/")[0]):
            raise UnresolvedPointerError(f"{text!r} is not run_id#/pointer")
        return cls(run, split(pointer))


def escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def split(pointer: str) -> tuple[str, ...]:
    """Tokens of an RFC 6901 pointer; the empty pointer has none.

    Raises:
        UnresolvedPointerError: it does not start with a slash.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise UnresolvedPointerError(f"{pointer!r} does not start with '/'")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def resolve(document: Any, path: Sequence[str]) -> Any:
    """The value at a path of unescaped tokens.

    Raises:
        UnresolvedPointerError: a step leads nowhere.
    """
    value = document
    for token in path:
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list | tuple) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            raise UnresolvedPointerError(f"nothing at {token!r}")
    return value
