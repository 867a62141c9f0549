"""Attributes of classes and instances, and how methods are bound to them."""

import builtins
from dataclasses import replace

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.state import is_special, namespace
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
    Plain,
    Session,
    Site,
    Super,
    Unknown,
    Value,
    Values,
    Wrapped,
    union,
)

_SESSIONS = {"boto3.Session", "boto3.session.Session", "botocore.session.Session"}
_OF_OBJECTS = {"__setattr__", "__getattribute__", "__delattr__", "__new__"}
"""Methods every object has that get past the hooks of its class."""
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
    anywhere = NOTHING
    for one in line:
        values = machine.classes[one].frame.variables.get(name, NOTHING) | machine.heap.attribute(one, name)
        if not is_special(name):
            anywhere |= machine.heap.attribute(one, "*")
        if values:
            return with_anywhere(values, anywhere) if anywhere else values
    return anywhere


def with_anywhere(values: Values, anywhere: Values) -> Values:
    """What stands under a name, and what may stand under any; code nobody sees is not taken to replace methods."""
    if all(isinstance(value, (Function, Bound, Wrapped, Class)) for value in values):
        return values | frozenset(value for value in anywhere if not isinstance(value, (Unknown, Plain)))
    return values | anywhere


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
    if isinstance(value, Box) and value in machine.methods:
        return _method_of_partial(machine, value, receiver, cls)
    if isinstance(value, Wrapped):
        if value.kind == "setter":
            return NOTHING
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


def _method_of_partial(machine: Interpreter, box: Box, receiver: Value | None, cls: Class) -> Values:
    """``functools.partialmethod``: a partial of the method as the receiver has it."""
    given = machine.partials[box]
    function = NOTHING.union(*(bind(machine, value, receiver, cls) for value in given.get(0)))
    made = machine.heap.partial(("method of", box, receiver))
    machine.partials[made] = replace(given, positional=(function, *given.positional[1:]))
    return frozenset({made})


def instance_attribute(machine: Interpreter, owner: Instance, name: str, site: Site) -> Values:
    hook = NOTHING if is_special(name) else class_attribute(machine, owner.of, "__getattribute__", owner)
    if not hook:
        return stored_attribute(machine, owner, name, site)
    place = Site(site.line, "__getattribute__", called=True)
    return machine.call(hook, Arguments((frozenset({Const(name)}),)), place)


def stored_attribute(machine: Interpreter, owner: Instance, name: str, site: Site) -> Values:
    """What an instance or its class holds under a name, as ``object.__getattribute__`` finds it."""
    if name == "__dict__":
        return namespace(machine, owner, site) | machine.heap.attribute(owner, "__dict__")
    own = machine.heap.attribute(owner, name)
    for box in machine.boxes(machine.heap.attribute(owner, "__dict__")):
        own |= machine.heap.item(box, frozenset({Const(name)}))
    own |= frozenset(one for one in class_attribute(machine, owner.of, name, owner) if one not in machine.field_marks)
    anywhere = NOTHING if is_special(name) else machine.heap.attribute(owner, "*")
    if own:
        return with_anywhere(own, anywhere) if anywhere else own
    return anywhere | _other_attribute(machine, owner, name, site)


def _other_attribute(machine: Interpreter, owner: Instance, name: str, site: Site) -> Values:
    """An attribute nobody stored: one every object has, one the class makes up, one of a foreign ancestor."""
    if name == "__class__":
        return frozenset({owner.of})
    fallback = class_attribute(machine, owner.of, "__getattr__", owner)
    if fallback and not is_special(name):
        given = Arguments((frozenset({Const(name)}),))
        return machine.call(fallback, given, Site(site.line, name, called=True))
    return _foreign_attribute(machine, owner, name, site)


def _foreign_attribute(machine: Interpreter, owner: Instance, name: str, site: Site) -> Values:
    """What an instance has from the classes of its ancestry that are not in the script."""
    if name in _OF_OBJECTS:
        return frozenset({Bound(Builtin(f"object.{name}"), owner)})
    if has_unknown_base(machine, owner.of):
        return machine.attribute(UNKNOWN, name, site)
    if base_names(machine, owner.of) & _SESSIONS:
        return machine.attribute(frozenset({Session()}), name, site)
    if is_container(machine, owner.of):
        return frozenset({BoxMethod(backing(machine, owner), name)})
    if name == "_replace" and machine.classes[owner.of].fields:
        return frozenset({Bound(Builtin("namedtuple._replace"), owner)})
    if name == "_asdict" and machine.classes[owner.of].fields:
        return frozenset({Bound(Builtin("namedtuple._asdict"), owner)})
    foreign = base_names(machine, owner.of) or is_exception(machine, owner.of)
    return PLAIN if foreign or name.startswith("__") else NOTHING


def is_exception(machine: Interpreter, cls: Class) -> bool:
    """Whether a class is derived from one of Python's own exceptions."""
    bases = (value for one in ancestry(machine, cls) for base in machine.classes[one].bases for value in base)
    found = (getattr(builtins, value.name, None) for value in bases if isinstance(value, Builtin))
    return any(isinstance(one, type) and issubclass(one, BaseException) for one in found)


def store(machine: Interpreter, owner: Instance, name: str, values: Values, site: Site) -> None:
    """Assign an attribute as Python does: by the class's own hook, a property's setter, a descriptor, or the object."""
    given = Arguments((frozenset({Const(name)}) if name != "*" else PLAIN, values))
    hook = NOTHING if name == "*" else class_attribute(machine, owner.of, "__setattr__", owner)
    if hook:
        machine.call(hook, given, Site(site.line, "__setattr__", called=True))
        return
    found = find_in_classes(machine, owner.of, name)
    setters = frozenset(
        Bound(value.function, owner) for value in found if isinstance(value, Wrapped) and value.kind == "setter"
    )
    for value in found:
        if isinstance(value, Instance):
            setter = class_attribute(machine, value.of, "__set__", value)
            if setter:
                into = Arguments((frozenset({owner}), values))
                machine.call(setter, into, Site(site.line, "__set__", called=True))
                return
    if setters:
        machine.call(setters, Arguments((values,)), Site(site.line, name, called=True))
        return
    keep(machine, owner, name, values)


def keep(machine: Interpreter, owner: Instance | Class, name: str, values: Values) -> None:
    """Store into an object itself, as ``object.__setattr__`` does."""
    machine.heap.set_attribute(owner, name, values)
    for box in machine.boxes(machine.heap.attribute(owner, "__dict__")):
        machine.heap.put(box, None if name == "*" else name, values)


def wrapped_attribute(value: Wrapped, name: str) -> Values:
    if name in {"setter", "getter", "deleter"}:
        return frozenset({Module("functools.wraps()")})
    if name in {"fget", "fset", "fdel", "func", "__func__"}:
        return frozenset({value.function})
    return frozenset({Bound(Builtin("function.__get__"), value)}) if name == "__get__" else PLAIN


def attribute_of_class(machine: Interpreter, cls: Class, name: str, site: Site) -> Values:
    """An attribute read on a class itself: its own, or its metaclass's."""
    if name == "__dict__":
        return namespace(machine, cls, site)
    meta = metaclass(machine, cls)
    hooks = NOTHING
    for one in meta:
        hooks |= find_in_classes(machine, one, "__getattribute__")
    if hooks and not is_special(name):
        given = Arguments((frozenset({cls}), frozenset({Const(name)})))
        return machine.call(hooks, given, Site(site.line, "__getattribute__", called=True))
    found = class_attribute(machine, cls, name, cls)
    if found:
        return found
    for one in meta:
        found |= frozenset(_of_metaclass(machine, value, cls) for value in find_in_classes(machine, one, name))
        hooks |= find_in_classes(machine, one, "__getattr__")
    if found:
        return found
    if hooks:
        given = Arguments((frozenset({cls}), frozenset({Const(name)})))
        return machine.call(hooks, given, Site(site.line, "__getattr__", called=True))
    if has_unknown_base(machine, cls):
        return UNKNOWN
    if name in {"__call__", "__subclasses__", "mro"}:
        return frozenset({Bound(Builtin(f"type.{name}"), cls)})
    if name in _OF_OBJECTS:
        return frozenset({Builtin(f"object.{name}")})
    return PLAIN if name.startswith("__") else NOTHING


def _of_metaclass(machine: Interpreter, value: Value, cls: Class) -> Value:
    return Bound(value, cls) if isinstance(value, Function) and value in machine.codes else value


def metaclass(machine: Interpreter, cls: Class) -> list[Class]:
    """Classes of the script that a class is an instance of."""
    line = ancestry(machine, cls)
    return [value for one in line for value in machine.classes[one].metaclass if isinstance(value, Class)]


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


def super_attribute(machine: Interpreter, owner: Super, name: str, site: Site) -> Values:
    receiver = owner.receiver
    if isinstance(receiver, Instance):
        found = class_attribute(machine, receiver.of, name, receiver, after=owner.of)
        return found or _super_of_instance(machine, receiver, name, site)
    if not isinstance(receiver, Class):
        return frozenset({Builtin(f"type.{name}")}) if name == "__new__" else UNKNOWN
    if owner.of in metaclass(machine, receiver) and owner.of not in ancestry(machine, receiver):
        found = find_in_classes(machine, owner.of, name, after=owner.of)
        bound = frozenset(_of_metaclass(machine, value, receiver) for value in found)
        return bound or frozenset({Bound(Builtin(f"type.{name}"), receiver)})
    found = class_attribute(machine, receiver, name, receiver, after=owner.of)
    if found:
        return found
    if name == "__new__":
        return frozenset({Builtin("type.__new__" if is_metaclass(machine, receiver) else "object.__new__")})
    return UNKNOWN if has_unknown_base(machine, owner.of) and not name.startswith("__") else PLAIN


def _super_of_instance(machine: Interpreter, receiver: Instance, name: str, site: Site) -> Values:
    if name == "__init__" and is_exception(machine, receiver.of):
        return frozenset({Bound(Builtin("BaseException.__init__"), receiver)})
    if is_special(name) and name not in _OF_OBJECTS and not is_container(machine, receiver.of):
        return PLAIN
    return _foreign_attribute(machine, receiver, name, site) or PLAIN


def is_metaclass(machine: Interpreter, cls: Class) -> bool:
    bases = [value for one in ancestry(machine, cls) for base in machine.classes[one].bases for value in base]
    return Builtin("type") in bases


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
