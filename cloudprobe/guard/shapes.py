"""Written arguments against botocore's shapes, as deep as both are known."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from cloudprobe.domain.text import printable, shortened
from cloudprobe.guard.findings import Severity
from cloudprobe.guard.written import Constant, Named, Several, Text, Unknown, Written

_KINDS = {
    "structure": "a dictionary",
    "map": "a dictionary",
    "list": "a list",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "boolean": "True or False",
    "string": "a string",
    "blob": "bytes",
    "timestamp": "a time",
    "character": "a string",
}
_TEXT = frozenset({"string", "blob", "timestamp", "character"})
_CONTAINERS = frozenset({"list", "map", "structure"})
_SHOWN = 60
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Something of the arguments that botocore, or surely the service, would not take."""

    code: str
    path: str
    """``Filters[0].Nme``."""
    line: int
    said: str
    """How it goes on after the operation's name."""
    hint: str = ""
    severity: Severity = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """How arguments are compared.

    Args:
        natives: shapes that boto3's resource interface fills from plain Python values, and so are not looked into.
    """

    natives: frozenset[str] = frozenset()
    _validator: Any = field(default_factory=ParamValidator)
    """Typed for mappings alone, though it takes any value and shape."""

    def misfits(self, written: Written, shape: Any, path: str) -> Iterator[Misfit]:
        if isinstance(written, Unknown) or shape.name in self.natives or _is_free(shape):
            return
        kind = shape.type_name
        if kind == "structure" and isinstance(written, Named):
            yield from self._structure(written, shape, path)
        elif kind == "map" and isinstance(written, Named):
            for key, value, _ in written.members:
                yield from self.misfits(value, shape.value, f"{path}[{key!r}]")
        elif kind == "list" and isinstance(written, Several):
            yield from self._several(written, shape, path)
        elif isinstance(written, Constant):
            yield from self._constant(written, shape, path)
        elif not (isinstance(written, Text) and kind in _TEXT):
            yield _wrong_kind(written, shape, path)

    def _structure(self, written: Named, shape: Any, path: str) -> Iterator[Misfit]:
        members: Mapping[str, Shape] = shape.members
        for name, value, line in written.members:
            if name in members:
                yield from self.misfits(value, members[name], _below(path, name))
            elif path:  # a name at the top is told by the interpreter, which sees more of them
                yield _no_such(name, members, line, path)
        # A name that is misspelt leaves another one missing: that is one mistake.
        if path and written.whole and all(name in members for name, _, _ in written.members):
            absent = sorted(set(shape.metadata.get("required", ())) - {name for name, _, _ in written.members})
            if absent:
                yield Misfit(
                    code="missing-parameter",
                    path=path,
                    line=written.line,
                    said=f"needs {', '.join(absent)} in {path}",
                    hint=f"{path} takes {_some(members)}.",
                )

    def _several(self, written: Several, shape: Any, path: str) -> Iterator[Misfit]:
        for index, item in enumerate(written.items):
            yield from self.misfits(item, shape.member, f"{path}[{index}]" if written.whole else f"{path}[]")
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if not written.whole:
            return
        if least is not None and len(written.items) < least:
            yield _out_of_range(path, written.line, f"has {len(written.items)} items", f"at least {least}")
        elif most is not None and len(written.items) > most:
            yield _out_of_range(path, written.line, f"has {len(written.items)} items", f"at most {most}", "warning")

    def _constant(self, written: Constant, shape: Any, path: str) -> Iterator[Misfit]:
        value, bounds = written.value, shape.metadata
        if self._validator.validate(value, shape).has_errors():
            yield (
                _out_of_range(path, written.line, f"is {_shown(value)}", f"{_measure(value)}at least {bounds['min']}")
                if _of_kind(value, shape.type_name) and "min" in bounds
                else _wrong_kind(written, shape, path)
            )
        elif isinstance(value, str) and getattr(shape, "enum", None) and value not in shape.enum:
            near = difflib.get_close_matches(value, shape.enum, n=3, cutoff=0.5)
            yield Misfit(
                code="parameter-value",
                path=path,
                line=written.line,
                said=f"does not list {_shown(value)} for {path}",
                hint=f"Did you mean {' or '.join(near)}?" if near else f"It lists {_some(shape.enum)}.",
                severity="warning",
            )
        elif isinstance(value, int | float) and "max" in bounds and value > bounds["max"]:
            yield _out_of_range(path, written.line, f"is {value}", f"at most {bounds['max']}", "warning")


def _is_free(shape: Any) -> bool:
    """Whether anything goes that is JSON."""
    return bool(getattr(shape, "is_document_type", False) or shape.serialization.get("jsonvalue"))


def _no_such(name: str, members: Mapping[str, Shape], line: int, path: str) -> Misfit:
    near = difflib.get_close_matches(name, members, n=3, cutoff=0.5)
    return Misfit(
        code="no-such-parameter",
        path=_below(path, name),
        line=line,
        said=f"has no parameter {_below(path, name)}",
        hint=f"Did you mean {' or '.join(near)}?" if near else f"{path} takes {_some(members)}.",
    )


def _wrong_kind(written: Written, shape: Shape, path: str) -> Misfit:
    wanted = _KINDS.get(shape.type_name, shape.type_name)
    return Misfit(
        code="parameter-type",
        path=path,
        line=getattr(written, "line", 1),
        said=f"takes {wanted} for {path}, not {_what(written)}",
        hint=_way_out(written, shape, path),
    )


def _way_out(written: Written, shape: Any, path: str) -> str:
    if isinstance(written, Constant) and written.value is None:
        return f"Leave {path} out where there is nothing to give."
    if shape.type_name == "list" and isinstance(written, Constant):
        return f"Give a list: [{_shown(written.value)}]."
    if shape.type_name == "structure":
        return f"It takes {_some(shape.members)}."
    return f"Give {_KINDS.get(shape.type_name, shape.type_name)}."


def _out_of_range(path: str, line: int, what: str, bound: str, severity: Severity = "error") -> Misfit:
    return Misfit(
        code="parameter-range",
        path=path,
        line=line,
        said=f"takes {bound} for {path}, which {what}",
        hint="Give a value within the bounds.",
        severity=severity,
    )


def _what(written: Written) -> str:
    if isinstance(written, Constant):
        kind = "the string " if isinstance(written.value, str) else ""
        return kind + _shown(written.value)
    return {Named: "a dictionary", Several: "a list", Text: "a string"}.get(type(written), "this")


def _of_kind(value: object, kind: str) -> bool:
    return isinstance(value, str) if kind == "string" else isinstance(value, int | float) and kind not in _CONTAINERS


def _measure(value: object) -> str:
    return "a length of " if isinstance(value, str) else ""


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _some(names: Any) -> str:
    listed = sorted(names)
    return ", ".join(listed[:_MOST_NAMES]) + (" and more" if len(listed) > _MOST_NAMES else "") or "nothing"


def _shown(value: object) -> str:
    return shortened(printable(repr(value)), _SHOWN)
