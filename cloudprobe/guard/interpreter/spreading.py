"""What code that is not followed may do to the objects it is given: store in them whatever else it was given.

``heapq.heappush(tasks, task)`` and a thousand others. Which of them store and which only read is not written down
function by function: an object may hold, from then on, what stood beside it. That costs nothing where it held no name
of an operation, and where it did, the place that uses the name says what cannot be decided.
"""

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.escape import release
from cloudprobe.guard.interpreter.values import (
    PLAIN,
    UNKNOWN,
    Arguments,
    Box,
    Class,
    Const,
    Instance,
    Plain,
    Value,
    Values,
    union,
)

_STORING = ("operator", "heapq", "bisect", "functools", "unittest", "array", "argparse", "weakref")
"""Modules with functions that store data too into what they are given."""


def spread(machine: Interpreter, arguments: Arguments, *, key: str = "", unknown: bool = False) -> None:
    """Let everything among the arguments that can hold something hold the others.

    Args:
        machine: the interpreter.
        arguments: of the call.
        key: name of the function, where it has one.
        unknown: nothing is known of the function; it may store what it was not given.
    """
    parts = [*arguments.positional, *(values for _, values in arguments.keywords), arguments.more_positional]
    parts.append(arguments.more_keywords)
    data = unknown or key.partition(".")[0] in _STORING
    for index, part in enumerate(parts):
        holders = [value for value in part if _can_hold(machine, value)]
        if not holders:
            continue
        beside = union(*parts[:index], *parts[index + 1 :])
        stored = beside if data else frozenset(one for one in beside if not machine.dullness.is_dull(one))
        if unknown:
            release(machine, stored)
            stored = UNKNOWN
        for holder in holders:
            put(machine, holder, stored - {holder})


def _can_hold(machine: Interpreter, value: Value) -> bool:
    if isinstance(value, Box):
        return machine.heap.content(value).kind in {"list", "dict"}
    return isinstance(value, (Instance, Class))


def put(machine: Interpreter, holder: Value, values: Values) -> None:
    """Let an object hold some values at a place nobody knows, and the elements of those that have elements."""
    if not values:
        return
    inner = [machine.heap.held(one) for one in values if isinstance(one, Box)]
    stored = union(values, *inner)
    if not all(isinstance(value, Const) for value in values):
        stored |= PLAIN
    if isinstance(holder, Box):
        machine.heap.put(holder, None, stored)
        return
    named = frozenset(value for value in stored if isinstance(value, (Const, Plain)))
    release(machine, stored)
    machine.heap.set_attribute(holder, "*", named if named == stored else named | UNKNOWN)
