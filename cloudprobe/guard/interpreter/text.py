"""Constant strings: their methods are computed, so that names put together from constants stay known."""

import re
from string import Formatter

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.values import PLAIN, WIDTH, Arguments, Const, Site, TextMethod, Values

_COMPUTED = frozenset(
    """
    capitalize casefold format format_map join lower lstrip partition removeprefix removesuffix replace rpartition
    rsplit rstrip split splitlines strip swapcase title upper
    """.split()  # noqa: SIM905 (words read better as a text)
)


_STEP = re.compile(r"^[^.\[]*|\.[^.\[]+|\[[^\]]*\]")
"""Steps of a field of a format: ``0``, ``.tags``, ``[name]``."""
_NESTED = re.compile(r"\{([^{}]*)\}")


def text_attribute(value: Const, name: str) -> Values:
    if name == "value":
        return frozenset({value})
    if isinstance(value.value, str) and name in _COMPUTED:
        return frozenset({TextMethod(value.value, name)})
    return PLAIN


def call_text(machine: Interpreter, method: TextMethod, arguments: Arguments, site: Site) -> Values:
    """Compute a method of a constant string when all its arguments are constant too."""
    if method.name == "join":
        return _join(machine, method.text, arguments, site)
    if method.name in {"format", "format_map"}:
        read_fields(machine, method.text, arguments, site)
    positional = [_single(values) for values in arguments.positional]
    keywords = {name: _single(values) for name, values in arguments.keywords}
    if None in positional or None in keywords.values() or arguments.more_positional or arguments.more_keywords:
        return _alternatives(machine, method, arguments, site)
    try:
        result = getattr(method.text, method.name)(*positional, **keywords)
    except (TypeError, ValueError, LookupError, AttributeError):
        return PLAIN
    if isinstance(result, str):
        return frozenset({Const(result)})
    items: list[Values] = [frozenset({Const(part)}) for part in result]
    return machine.fresh_list(("split", site.line, method), items)


def read_fields(machine: Interpreter, text: str, arguments: Arguments, site: Site) -> None:
    """Read what a format asks for, ``{0.arn}``: an attribute of a resource or a property of an object may be a call."""
    given = dict(arguments.keywords)
    for box in machine.boxes(arguments.get(0)):
        given.update({str(key): values for key, values in machine.heap.content(box).keyed.items()})
    try:
        fields = [name for _, name, spec, _ in Formatter().parse(text) for name in (name, *_NESTED.findall(spec or ""))]
    except ValueError:
        return
    automatic = 0
    for field in fields:
        if field is None:
            continue
        first, *rest = _STEP.findall(field) or [""]
        if not first:
            first, automatic = str(automatic), automatic + 1
        values = arguments.get(int(first)) if first.isdigit() else given.get(first, arguments.more_keywords)
        for step in rest:
            reads = step.startswith(".")
            key = frozenset({Const(step.strip(".[]"))})
            place = Site(site.line)
            values = machine.attribute(values, step[1:], place) if reads else machine.subscript(values, key, place)


def _single(values: Values) -> str | int | None:
    one = next(iter(values)) if len(values) == 1 else None
    return one.value if isinstance(one, Const) else None


def _alternatives(machine: Interpreter, method: TextMethod, arguments: Arguments, site: Site) -> Values:
    """One argument with several constant values: compute each."""
    only = arguments.positional[0] if len(arguments.positional) == 1 and not arguments.keywords else frozenset()
    if not 1 < len(only) <= WIDTH or not all(isinstance(value, Const) for value in only):
        return PLAIN
    results = [call_text(machine, method, Arguments((frozenset({value}),)), site) for value in only]
    return frozenset().union(*results)


def _join(machine: Interpreter, separator: str, arguments: Arguments, site: Site) -> Values:
    parts = [_single(element) for element in machine.elements(arguments.get(0), site)]
    known = [part for part in parts if isinstance(part, str)]
    exact = all(machine.heap.content(box).exact for box in machine.boxes(arguments.get(0)))
    return frozenset({Const(separator.join(known))}) if known and len(known) == len(parts) and exact else PLAIN
