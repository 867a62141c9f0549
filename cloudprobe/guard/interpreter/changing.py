"""Common functions of the standard library that change what they are given, of which it is known how."""

from collections.abc import Callable

from cloudprobe.guard.interpreter.containers import call_method
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.library import call_foreign
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    Arguments,
    BoxMethod,
    Instance,
    Site,
    Values,
    union,
)

_Handler = Callable[[Interpreter, Arguments, Site], Values]


def _by_method(name: str, key: str) -> _Handler:
    """What a method of the container in the first argument does with the others."""

    def handler(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
        results = NOTHING
        for value in arguments.get(0):
            if isinstance(value, Instance):
                method = machine.attribute(frozenset({value}), name, site)
                results |= machine.call(method, arguments.after(1), site)
        for box in machine.boxes(arguments.get(0)):
            if machine.heap.content(box).kind == "library":
                return call_foreign(machine, arguments, site, key=key)
            results |= call_method(machine, BoxMethod(box, name), arguments.after(1), site)
        return results or PLAIN

    return handler


def _push(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """Add an element where its order wants it: ``heappush(heap, item)``, ``insort(sequence, item)``."""
    keys = dict(arguments.keywords).get("key", NOTHING)
    if keys:
        machine.call(keys, Arguments((arguments.get(1),)), Site(site.line, "key", called=True))
    for box in machine.boxes(arguments.get(0)):
        machine.heap.disorder(box)
        machine.heap.append(box, arguments.get(1, "item") or PLAIN)
    return union(*(machine.heap.held(box) for box in machine.boxes(arguments.get(0)))) or PLAIN


def _take(machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    for box in machine.boxes(arguments.get(0)):
        machine.heap.disorder(box)
    return union(*(machine.heap.held(box) for box in machine.boxes(arguments.get(0)))) or PLAIN


FUNCTIONS: dict[str, _Handler] = {
    **dict.fromkeys(("heapq.heappush", "heapq.heappushpop", "heapq.heapreplace"), _push),
    **dict.fromkeys(("bisect.insort", "bisect.insort_left", "bisect.insort_right"), _push),
    **dict.fromkeys(("heapq.heappop", "heapq.heapify", "random.shuffle"), _take),
    **{
        f"operator.{name}": _by_method(method, f"operator.{name}")
        for name, method in (
            ("setitem", "__setitem__"),
            ("__setitem__", "__setitem__"),
            ("getitem", "__getitem__"),
            ("iadd", "__iadd__"),
            ("iconcat", "__iadd__"),
            ("ior", "__ior__"),
        )
    },
}
