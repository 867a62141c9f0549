"""Methods of lists, sets and dictionaries."""

from collections.abc import Callable

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.library import call_box_method
from cloudprobe.guard.interpreter.values import PLAIN, Arguments, Box, BoxMethod, Site, Values, union

_Handler = Callable[[Interpreter, Box, Arguments, Site], Values]


def call_method(machine: Interpreter, method: BoxMethod, arguments: Arguments, site: Site) -> Values:
    kind = machine.heap.content(method.box).kind
    handler = {"list": _LIST, "dict": _DICT}.get(kind, {}).get(method.name)
    if handler is None:
        return call_box_method(machine, method, arguments, site)
    return handler(machine, method.box, arguments, site)


def _append(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    values = arguments.positional[-1] if arguments.positional else arguments.every
    machine.heap.append(box, values or PLAIN)
    return PLAIN


def _extend(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    for values in arguments.positional:
        for element in machine.elements(values, site):
            machine.heap.append(box, element)
    return PLAIN


def _take(machine: Interpreter, box: Box, _arguments: Arguments, _site: Site) -> Values:
    return machine.heap.held(box)


def _copy(machine: Interpreter, box: Box, _arguments: Arguments, site: Site) -> Values:
    content = machine.heap.content(box)
    if content.kind == "dict":
        return frozenset({machine.heap.mapping(("copy", box, site.line), content.keyed, content.rest)})
    return machine.fresh_list(("copy", box, site.line), machine.heap.elements(box), exact=content.exact)


def _combine(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    items = [
        *machine.heap.elements(box),
        *(e for values in arguments.positional for e in machine.elements(values, site)),
    ]
    return machine.fresh_list(("combine", site.line), items, exact=False)


def _get(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    return machine.heap.item(box, arguments.get(0)) | (arguments.get(1) or PLAIN)


def _pop(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    return machine.heap.item(box, arguments.get(0)) | arguments.get(1)


def _set_default(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    machine.set_item(frozenset({box}), arguments.get(0), arguments.get(1), site)
    return machine.heap.item(box, arguments.get(0))


def _update(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    for name, values in arguments.keywords:
        machine.heap.put(box, name, values)
    for other in machine.boxes(arguments.get(0)) if arguments.positional else []:
        content = machine.heap.content(other)
        for key, values in content.keyed.items():
            machine.heap.put(box, key, values)
        rest = union(content.rest, *content.items)
        if rest:
            machine.heap.put(box, None, rest)
    return PLAIN


def _values(machine: Interpreter, box: Box, _arguments: Arguments, site: Site) -> Values:
    items = [values for _, values in machine.heap.pairs(box)]
    return machine.fresh_list(("values", box, site.line), items)


def _keys(machine: Interpreter, box: Box, _arguments: Arguments, site: Site) -> Values:
    return machine.fresh_list(("keys", box, site.line), machine.heap.elements(box))


def _items(machine: Interpreter, box: Box, _arguments: Arguments, site: Site) -> Values:
    rows = [machine.fresh_list(("item", box), [key, values]) for key, values in machine.heap.pairs(box)]
    return machine.fresh_list(("items", box, site.line), rows)


def _pop_item(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    return union(*machine.elements(_items(machine, box, arguments, site), site))


def _from_keys(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    machine.heap.put(box, None, arguments.get(1) or PLAIN)
    return frozenset({box})


def _missing(_machine: Interpreter, _box: Box, _arguments: Arguments, _site: Site) -> Values:
    return PLAIN


_LIST: dict[str, _Handler] = {
    "append": _append,
    "appendleft": _append,
    "add": _append,
    "insert": _append,
    "extend": _extend,
    "extendleft": _extend,
    "update": _extend,
    "pop": _take,
    "popleft": _take,
    "send": _take,
    "copy": _copy,
    "union": _combine,
    "intersection": _combine,
    "difference": _combine,
    **dict.fromkeys(("sort", "reverse", "remove", "discard", "index", "count", "clear", "close"), _missing),
}

_DICT: dict[str, _Handler] = {
    "get": _get,
    "pop": _pop,
    "setdefault": _set_default,
    "update": _update,
    "values": _values,
    "keys": _keys,
    "items": _items,
    "copy": _copy,
    "popitem": _pop_item,
    "fromkeys": _from_keys,
    "clear": _missing,
}
