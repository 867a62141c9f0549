"""Data written into a script as text."""

import json
from collections.abc import Hashable

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.library import call_foreign
from cloudprobe.guard.interpreter.operators import constant
from cloudprobe.guard.interpreter.values import NOTHING, PLAIN, Arguments, Site, Values, texts


def from_json(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """A constant document is what it says."""
    given = arguments.get(0, "s")
    if arguments.keywords or len(texts(given)) != len(given) or not given:
        return call_foreign(machine, arguments, site, key="json.loads")
    result = NOTHING
    for document in texts(given):
        try:
            result |= _literal(machine, json.loads(document), ("json", site.line, document))
        except (ValueError, RecursionError):
            return PLAIN
    return result


def _literal(machine: Interpreter, value: object, key: Hashable) -> Values:
    """Data read from a constant text."""
    if isinstance(value, dict):
        keyed: dict[str | int, Values] = {name: _literal(machine, one, (key, name)) for name, one in value.items()}
        return frozenset({machine.heap.mapping(key, keyed)})
    if isinstance(value, list):
        return machine.fresh_list(key, [_literal(machine, one, (key, index)) for index, one in enumerate(value)])
    return constant(value)
