"""Methods of lists, sets and dictionaries."""

from collections.abc import Callable

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.escape import report_lost
from cloudprobe.guard.interpreter.library import call_box_method
from cloudprobe.guard.interpreter.objects import backing
from cloudprobe.guard.interpreter.spreading import put
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    Arguments,
    Box,
    BoxMethod,
    Builtin,
    Const,
    Instance,
    Site,
    Value,
    Values,
    union,
)

_Handler = Callable[[Interpreter, Box, Arguments, Site], Values]


def call_method(machine: Interpreter, method: BoxMethod, arguments: Arguments, site: Site) -> Values:
    kind = machine.heap.content(method.box).kind
    if kind not in _METHODS:
        return call_box_method(machine, method, arguments, site)
    handler = _METHODS[kind].get(method.name)
    if handler is not None:
        return handler(machine, method.box, arguments, site)
    if method.name not in _READ_ONLY:
        put(machine, method.box, arguments.every | PLAIN)  # whatever it does, it has nothing else to store
    return call_box_method(machine, method, arguments, site)


def call_unbound(machine: Interpreter, name: str, arguments: Arguments, site: Site) -> Values | None:
    """``list.append(names, name)``: a method of a container's class; None when it is none."""
    owner, _, method = name.rpartition(".")
    if owner not in _CLASSES or not arguments.positional:
        return None
    result: set[Value] = set()
    for value in arguments.positional[0]:
        target = value.box if isinstance(value, BoxMethod) else value
        if isinstance(target, Instance):
            target = backing(machine, target)
        if isinstance(target, Box):
            result |= call_method(machine, BoxMethod(target, method), arguments.after(1), site)
        else:
            report_lost(machine, arguments.every, site, "an object")
    return frozenset(result) | PLAIN


def class_of(machine: Interpreter, box: Box) -> Values:
    """The class of a container of Python's own."""
    kind = machine.heap.content(box).kind
    return frozenset({Builtin(kind)}) if kind in _METHODS else PLAIN


def is_storing(machine: Interpreter, value: Value) -> bool:
    """Whether a value is a function of Python's whose call matters beyond its result."""
    if isinstance(value, Builtin):
        return value.name in _ACTIVE or value.name.rpartition(".")[0] in _CLASSES | {"object", "type"}
    if not isinstance(value, BoxMethod) or value.name in _READ_ONLY:
        return False
    return machine.heap.content(value.box).kind in _METHODS


def _append(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    values = arguments.positional[-1] if arguments.positional else arguments.every
    machine.heap.append(box, values or PLAIN)
    return PLAIN


def _extend(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    for values in (*arguments.positional, arguments.more_positional):
        for element in machine.elements(values, site):
            machine.heap.append(box, element)
    return PLAIN


def _extend_in_place(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    _extend(machine, box, arguments, site)
    return frozenset({box})


def _update_in_place(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    _update(machine, box, arguments, site)
    return frozenset({box})


def _send(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    """What a generator is sent is the value of its ``yield``."""
    machine.heap.set_attribute(box, "sent", arguments.get(0) or PLAIN)
    return machine.heap.held(box)


def _set_item(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    values = arguments.get(1) or PLAIN
    stored = union(values, *(machine.heap.held(one) for one in machine.boxes(values)))  # it may be given for a slice
    machine.set_item(frozenset({box}), arguments.get(0), stored, site)
    return PLAIN


def _get_item(machine: Interpreter, box: Box, arguments: Arguments, _site: Site) -> Values:
    return machine.heap.item(box, arguments.get(0))


def _rotate(machine: Interpreter, box: Box, _arguments: Arguments, _site: Site) -> Values:
    machine.heap.disorder(box)
    return PLAIN


def _child(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    """``ChainMap.new_child``: what it is given before what was there."""
    content = machine.heap.content(box)
    keyed = dict(content.keyed)
    rest = content.rest
    for other in machine.boxes(arguments.get(0, "m")):
        inner = machine.heap.content(other)
        keyed.update({key: values | keyed.get(key, NOTHING) for key, values in inner.keyed.items()})
        rest |= inner.rest
    return frozenset({machine.heap.mapping(("child", box, site.line), keyed, rest)})


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


def _update(machine: Interpreter, box: Box, arguments: Arguments, site: Site) -> Values:
    for name, values in arguments.keywords:
        machine.heap.put(box, name, values)
    others = arguments.get(0) if arguments.positional else NOTHING
    for other in others | arguments.more_positional:
        _merge(machine, box, other, site)
    if arguments.more_keywords:
        machine.heap.put(box, None, arguments.more_keywords)
    return PLAIN


def _merge(machine: Interpreter, box: Box, other: Value, site: Site) -> None:
    """Put the items of a mapping, or of pairs, into a dictionary; those of what is not known are not known either."""
    if isinstance(other, Box) and machine.heap.content(other).kind == "dict":
        content = machine.heap.content(other)
        for key, values in content.keyed.items():
            machine.heap.put(box, key, values)
        machine.heap.put_keys(box, content.keys)
        if content.rest:
            machine.heap.put(box, None, content.rest)
        return
    if not isinstance(other, Box) or machine.heap.content(other).kind != "list":
        machine.heap.put(box, None, machine.joined(frozenset({other}), site) | PLAIN)
        return
    for pair in machine.elements(frozenset({other}), site):
        keys = machine.subscript(pair, frozenset({Const(0)}), site)
        machine.set_item(frozenset({box}), keys, machine.subscript(pair, frozenset({Const(1)}), site), site)


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
    "symmetric_difference_update": _extend,
    "__iadd__": _extend_in_place,
    "__ior__": _extend_in_place,
    "__ixor__": _extend_in_place,
    "__setitem__": _set_item,
    "__getitem__": _get_item,
    "__next__": _take,
    "pop": _take,
    "popleft": _take,
    "send": _send,
    "asend": _send,
    "copy": _copy,
    "union": _combine,
    "intersection": _combine,
    "difference": _combine,
    "__add__": _combine,
    "__or__": _combine,
    "rotate": _rotate,
    "reverse": _rotate,
    "sort": _rotate,
    **dict.fromkeys(("remove", "discard", "index", "count", "clear", "close", "aclose"), _missing),
}

_DICT: dict[str, _Handler] = {
    "get": _get,
    "pop": _pop,
    "setdefault": _set_default,
    "update": _update,
    "__ior__": _update_in_place,
    "__setitem__": _set_item,
    "__getitem__": _get_item,
    "values": _values,
    "keys": _keys,
    "items": _items,
    "copy": _copy,
    "popitem": _pop_item,
    "fromkeys": _from_keys,
    "new_child": _child,
    **dict.fromkeys(("clear", "move_to_end"), _missing),
}

_METHODS = {"list": _LIST, "dict": _DICT}

_ACTIVE = {"setattr", "delattr", "getattr", "exec", "eval", "compile", "__import__", "map", "filter", "next", "vars"}
"""Functions of Python's that do more than make data, when somebody else calls them."""

_READ_ONLY = frozenset(
    """
    get keys values items copy index count union intersection difference symmetric_difference issubset issuperset
    isdisjoint most_common elements total intersection_update difference_update throw athrow clear close aclose remove
    discard move_to_end maps maxlen __contains__ __len__ __iter__ __repr__ __str__ __eq__ __ne__ __hash__ __delitem__
    __reversed__ __bool__ __enter__ __exit__ __aenter__ __aexit__ __await__ __aiter__ __class__ __doc__ __sizeof__
    __lt__ __le__ __gt__ __ge__ __format__ __dir__ __isub__ __iand__
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Methods of containers that store nothing."""

_CLASSES = frozenset(
    """
    list dict set tuple collections.deque collections.OrderedDict collections.defaultdict collections.Counter
    collections.ChainMap collections.UserDict collections.UserList collections.abc.MutableMapping
    collections.abc.MutableSequence collections.abc.MutableSet
    """.split()  # noqa: SIM905 (words read better as a text)
)
