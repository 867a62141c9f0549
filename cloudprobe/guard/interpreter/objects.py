"""Attributes of classes and instances, and how methods are bound to them."""

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    BoxMethod,
    Builtin,
    Class,
    Const,
    Function,
    Instance,
    Module,
    Session,
    Site,
    Super,
    Value,
    Values,
    Wrapped,
    union,
)

_SESSIONS = {"boto3.Session", "boto3.session.Session", "botocore.session.Session"}
_CONTAINERS = {Builtin("dict"), Builtin("list"), Builtin("set"), Builtin("tuple")}


def ancestry(machine: Interpreter, cls: Class) -> list[Class]:
    """The class and its ancestors in the order attributes are looked up; a shared ancestor comes last."""
    known = machine.ancestries.get(cls)
    if known is not None:
        return known
    found: list[Class] = []
    pending = [cls]
    while pending:
        current = pending.pop(0)
        if len(found) > 64:  # noqa: PLR2004 (a cycle of bases, which Python itself would refuse)
            break
        found.append(current)
        bases = [value for base in machine.classes[current].bases for value in base if isinstance(value, Class)]
        pending = [*bases, *pending]
    line = [one for index, one in enumerate(found) if one not in found[index + 1 :]]
    machine.ancestries[cls] = line
    return line


def base_names(machine: Interpreter, cls: Class) -> set[str]:
    """Dotted names of the foreign classes among the ancestors."""
    return {
        value.name
        for one in ancestry(machine, cls)
        for base in machine.classes[one].bases
        for value in base
        if isinstance(value, Module)
    }


def has_unknown_base(machine: Interpreter, cls: Class) -> bool:
    return any(
        machine.is_foreign(value)
        for one in ancestry(machine, cls)
        for base in machine.classes[one].bases
        for value in base
    )


def find_in_classes(machine: Interpreter, cls: Class, name: str, *, after: Class | None = None) -> Values:
    """The nearest definition of a name along the ancestry."""
    line = ancestry(machine, cls)
    if after is not None and after in line:
        line = line[line.index(after) + 1 :]
    for one in line:
        values = machine.classes[one].frame.variables.get(name, NOTHING) | machine.heap.attribute(one, name)
        if values:
            return values
    return NOTHING


def class_attribute(
    machine: Interpreter, cls: Class, name: str, receiver: Instance | Class | None, *, after: Class | None = None
) -> Values:
    """An attribute found on a class, bound to the receiver as Python binds it."""
    found = find_in_classes(machine, cls, name, after=after)
    if is_enum(machine, cls) and _is_member(name, found):
        return enum_member(machine, cls, name, found)
    result: set[Value] = set()
    for value in found:
        result |= bind(machine, value, receiver, cls)
    return frozenset(result)


def bind(machine: Interpreter, value: Value, receiver: Value | None, cls: Class) -> Values:
    if isinstance(value, Wrapped):
        if value.kind == "static":
            return frozenset({value.function})
        if value.kind == "class":
            return frozenset(
                {Bound(value.function, receiver.of if isinstance(receiver, Instance) else receiver or cls)}
            )
        if isinstance(receiver, Instance):
            line = machine.line_of(value.function)
            return machine.call(
                frozenset({value.function}), Arguments((frozenset({receiver}),)), Site(line, called=True)
            )
        return frozenset({value})
    if isinstance(value, Instance) and receiver is not None and value != receiver:
        getter = find_in_classes(machine, value.of, "__get__")
        if getter:
            given = Arguments((frozenset({value}), frozenset({receiver}), frozenset({cls})))
            return machine.call(getter, given, Site(0, "__get__", called=True))
    if isinstance(value, Function):
        implicit = machine.codes[value].name in {"__init_subclass__", "__class_getitem__"}
        if isinstance(receiver, Instance) or (implicit and receiver is not None):
            return frozenset({Bound(value, receiver)})
    return frozenset({value})


def instance_attribute(machine: Interpreter, owner: Instance, name: str, site: Site) -> Values:
    own = machine.heap.attribute(owner, name) | machine.heap.attribute(owner, "*")
    shared = frozenset(one for one in class_attribute(machine, owner.of, name, owner) if one not in machine.field_marks)
    if own or shared:
        return own | shared
    if name == "__class__":
        return frozenset({owner.of})
    if name == "__dict__":
        return frozenset({machine.heap.library(("dict", owner), machine.heap.attributes(owner))})
    fallback = class_attribute(machine, owner.of, "__getattr__", owner)
    if fallback:
        given = Arguments((frozenset({Const(name)}),))
        return machine.call(fallback, given, Site(site.line, name, called=True))
    if has_unknown_base(machine, owner.of):
        return machine.attribute(UNKNOWN, name, site)
    if base_names(machine, owner.of) & _SESSIONS:
        return machine.attribute(frozenset({Session()}), name, site)
    if is_container(machine, owner.of):
        return frozenset({BoxMethod(backing(machine, owner), name)})
    return PLAIN if base_names(machine, owner.of) or name.startswith("__") else NOTHING


def is_container(machine: Interpreter, cls: Class) -> bool:
    """Whether a class is derived from ``dict``, ``list`` or their like."""
    bases = [value for one in ancestry(machine, cls) for base in machine.classes[one].bases for value in base]
    return any(
        value in _CONTAINERS
        or (isinstance(value, Module) and value.name.startswith(("collections.User", "collections.Ord")))
        for value in bases
    )


def backing(machine: Interpreter, owner: Instance) -> Box:
    """The items of an instance of a container's subclass."""
    return machine.heap.library(("items", owner), NOTHING)


def every_attribute(machine: Interpreter, owner: Instance | Class) -> Values:
    """What ``getattr`` with a computed name may find."""
    cls = owner.of if isinstance(owner, Instance) else owner
    names = {name for one in ancestry(machine, cls) for name in machine.classes[one].frame.variables}
    methods = [class_attribute(machine, cls, name, owner) for name in sorted(names) if not name.startswith("__")]
    return union(machine.heap.attributes(owner), *methods)


def super_attribute(machine: Interpreter, owner: Super, name: str) -> Values:
    receiver = owner.receiver
    if isinstance(receiver, Instance):
        found = class_attribute(machine, receiver.of, name, receiver, after=owner.of)
    elif isinstance(receiver, Class):
        found = class_attribute(machine, receiver, name, receiver, after=owner.of)
    else:
        return UNKNOWN
    return found or (UNKNOWN if has_unknown_base(machine, owner.of) and not name.startswith("__") else PLAIN)


def is_enum(machine: Interpreter, cls: Class) -> bool:
    return any(name.startswith("enum.") for name in base_names(machine, cls))


def _is_member(name: str, values: Values) -> bool:
    methods = any(isinstance(value, (Function, Wrapped)) for value in values)
    return bool(values) and not methods and not name.startswith("_")


def enum_member(machine: Interpreter, cls: Class, name: str, values: Values) -> Values:
    """A member of an enumeration: its value itself where members are strings, else an object that has it."""
    bases = [value for one in ancestry(machine, cls) for base in machine.classes[one].bases for value in base]
    if Builtin("str") in bases or Module("enum.StrEnum") in bases:
        return values
    member = Instance(machine.heap.number(("member", cls, name)), cls)
    machine.instances.setdefault(member)
    machine.heap.set_attribute(member, "value", values)
    machine.heap.set_attribute(member, "name", PLAIN)
    return frozenset({member})


def enum_members(machine: Interpreter, cls: Class) -> list[Values]:
    """Members in order; empty for a class that is no enumeration."""
    if not is_enum(machine, cls):
        return []
    variables = machine.classes[cls].frame.variables
    return [enum_member(machine, cls, name, values) for name, values in variables.items() if _is_member(name, values)]
