"""Exceptions carry values: what is raised anywhere reaches every handler that takes its kind."""

import builtins

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.dull import key_of
from cloudprobe.guard.interpreter.library import call_foreign
from cloudprobe.guard.interpreter.objects import ancestry
from cloudprobe.guard.interpreter.values import (
    AWS_HANDLES,
    NOTHING,
    PLAIN,
    Arguments,
    Box,
    Builtin,
    Class,
    Const,
    Instance,
    Module,
    Site,
    Value,
    Values,
    union,
)

RELATED = {"__cause__", "__context__", "exceptions"}
"""Attributes under which an exception has others."""


def builtin_exception(name: str) -> type[BaseException] | None:
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def make(machine: Interpreter, name: str, arguments: Arguments, site: Site) -> Values:
    """Make one of Python's own exceptions, with what it carries."""
    carried = frozenset(one for one in arguments.every if not machine.dullness.is_dull(one))
    if not carried:
        return call_foreign(machine, arguments, site, key=name)
    box = machine.heap.library(("exception", name, site.line, key_of(arguments, machine.dullness)), carried)
    machine.exceptions[box] = name
    keep_arguments(machine, box, arguments)
    first = arguments.get(0)
    for attribute in ("value", "code"):
        machine.heap.set_attribute(box, attribute, first or PLAIN)
    if name.endswith("Group"):
        machine.heap.set_attribute(box, "exceptions", arguments.get(1) or PLAIN)
        record(machine, machine.joined(arguments.get(1), site))
    return frozenset({box})


def keep_arguments(machine: Interpreter, owner: Value, arguments: Arguments) -> None:
    """Fill the attribute ``args``, as every exception does from what it is made with."""
    given = [*arguments.positional, *([arguments.more_positional] if arguments.more_positional else [])]
    exact = not arguments.more_positional
    machine.heap.set_attribute(owner, "args", machine.fresh_list(("args", owner), given, exact=exact))


def record(machine: Interpreter, values: Values) -> None:
    """Note what is raised; handlers seen before it get it in the next round."""
    for value in values:
        if not isinstance(value, (Box, Instance)) or machine.dullness.is_dull(value) or value in machine.raised:
            continue
        machine.raised[value] = None
        machine.heap.news += 1
        machine.version += 1


def raise_(machine: Interpreter, values: Values, site: Site) -> None:
    """What ``raise`` does with an exception, or with a class of them."""
    for value in values:
        if isinstance(value, Class):
            record(machine, machine.call(frozenset({value}), Arguments(), site))
    record(machine, values)


def raise_key(machine: Interpreter, keys: Values, site: Site) -> None:
    """A key that is not there is what the error carries."""
    held = union(keys, *(machine.heap.held(box) for box in machine.boxes(keys)))
    if any(isinstance(one, AWS_HANDLES) for one in held):
        record(machine, make(machine, "KeyError", Arguments((keys,)), site))


def caught(machine: Interpreter, types: Values | None = None) -> Values:
    """What a handler may get; data too, for libraries and Python itself raise exceptions.

    Args:
        machine: the interpreter.
        types: of the exceptions it takes; None for all.
    """
    if types is None:
        return frozenset(machine.raised) | PLAIN
    listed = union(types, *(machine.heap.held(box) for box in machine.boxes(types)))
    listed = frozenset(one for one in listed if not isinstance(one, Box))
    found = frozenset(value for value in machine.raised if any(_takes(machine, one, value) for one in listed))
    own = bool(listed) and all(isinstance(one, Class) for one in listed)
    return found if own and found else found | PLAIN


def _takes(machine: Interpreter, kind: Value, value: Value) -> bool:
    if isinstance(kind, Class):
        return isinstance(value, Instance) and kind in ancestry(machine, value.of)
    wanted = builtin_exception(kind.name) if isinstance(kind, Builtin) else None
    if wanted is None:
        return not isinstance(kind, Module) or isinstance(value, Instance)
    if isinstance(value, Instance):
        bases = builtin_bases(machine, value.of)
        return not bases or any(issubclass(base, wanted) for base in bases)
    raised = (
        builtin_exception(machine.exceptions[value]) if isinstance(value, Box) and value in machine.exceptions else None
    )
    return raised is None or issubclass(raised, wanted)


def builtin_bases(machine: Interpreter, cls: Class) -> list[type[BaseException]]:
    """Python's own exceptions among the ancestors of a class."""
    bases = (value for one in ancestry(machine, cls) for base in machine.classes[one].bases for value in base)
    found = (builtin_exception(value.name) for value in bases if isinstance(value, Builtin))
    return [one for one in found if one is not None]


def related(machine: Interpreter, owner: Values, name: str) -> Values:
    """Other exceptions that an exception knows; nothing where the owner is none."""
    known = any(
        value in machine.raised or value in machine.exceptions for value in owner if isinstance(value, (Box, Instance))
    )
    if not known and not (name.startswith("__") and machine.raised):
        return NOTHING
    every = caught(machine)
    return machine.fresh_list(("exceptions",), [every], exact=False) if name == "exceptions" else every


def handed_over(machine: Interpreter, name: str, arguments: Arguments) -> Values | None:
    """Methods of generators and futures that raise, or give back what was raised; None for all others."""
    if name in {"throw", "athrow", "set_exception"}:
        record(machine, arguments.every)
        return None
    return caught(machine) if name == "exception" and not arguments.every - frozenset({Const(0)}) else None
