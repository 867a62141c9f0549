"""What classes are made of: the methods of ``object`` and ``type``, objects made otherwise than by calling a class."""

from collections.abc import Callable

from cloudprobe.guard.interpreter import state
from cloudprobe.guard.interpreter.containers import class_of
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.functions import instantiate, make_instance
from cloudprobe.guard.interpreter.objects import ancestry, class_attribute, every_attribute, keep, stored_attribute
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    Builtin,
    Class,
    Instance,
    Site,
    Values,
)

_Handler = Callable[[Interpreter, Arguments, Site], Values]


def _keep_attribute(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``object.__setattr__``: past the hook of the class."""
    for name in state.names_of(arguments.get(1)):
        for value in arguments.get(0):
            if isinstance(value, (Instance, Class)) and not state.is_special(name):
                keep(machine, value, name, arguments.get(2) or PLAIN)
            else:
                machine.set_attribute(frozenset({value}), name, arguments.get(2), site)
    return PLAIN


def _kept_attribute(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``object.__getattribute__``: past the hook of the class."""
    owners = arguments.get(0)
    instances = [value for value in owners if isinstance(value, Instance)]
    result = NOTHING
    for name in state.names_of(arguments.get(1)):
        for owner in instances:
            result |= every_attribute(machine, owner) if name == "*" else stored_attribute(machine, owner, name, site)
    others = owners - frozenset(instances)
    if others:
        result |= machine.call(frozenset({Builtin("getattr")}), Arguments((others, arguments.get(1))), site)
    return result or PLAIN


def _bare_instance(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``object.__new__(cls)``."""
    made = frozenset(
        make_instance(machine, value, ("bare", site.line)) for value in arguments.get(0) if isinstance(value, Class)
    )
    machine.instances.update(dict.fromkeys(made))
    return frozenset(made) or PLAIN


def _call_past_metaclass(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``type.__call__(cls, …)``."""
    made = NOTHING
    for value in arguments.get(0):
        if isinstance(value, Class):
            made |= instantiate(machine, value, arguments.after(1), site)
    machine.instances.update(dict.fromkeys(one for one in made if isinstance(one, Instance)))
    return made or PLAIN


def _subclasses(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    below = [
        frozenset({one})
        for one in machine.classes
        for value in arguments.get(0)
        if isinstance(value, Class) and one != value and value in ancestry(machine, one)
    ]
    return machine.fresh_list(("subclasses", site.line), below, exact=False)


def _new_class(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``type(name, bases, members)``, and ``type.__new__`` with the metaclass before them."""
    bases, members = arguments.get(1), arguments.get(2)
    owners = frozenset(
        one for box in machine.boxes(members) for one in (machine.heap.owner(box),) if isinstance(one, Class)
    )
    if owners:
        return owners
    cls = machine.new_class(("type()", site.line, arguments.get(0), bases), [])
    machine.classes[cls].bases = machine.elements(bases, site)
    machine.ancestries.clear()
    if not machine.boxes(members):
        machine.heap.set_attribute(cls, "*", UNKNOWN)
    for box in machine.boxes(members):
        content = machine.heap.content(box)
        for name, values in content.keyed.items():
            machine.heap.set_attribute(cls, str(name), values)
        if content.rest:
            machine.heap.set_attribute(cls, "*", content.rest)
    return frozenset({cls})


def _new_class_of_type(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    return _new_class(machine, arguments.after(1), site)


def _bind_function(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    """``function.__get__(instance)``."""
    return frozenset(Bound(one, receiver) for one in arguments.get(0) for receiver in arguments.get(1)) or PLAIN


def replaced(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``dataclasses.replace``, ``copy.replace`` and a named tuple's ``_replace``: another object, changed."""
    result = NOTHING
    changes = dict(arguments.keywords)
    for value in arguments.get(0):
        if not isinstance(value, Instance):
            result |= frozenset({value})
            continue
        given = tuple(sorted((name, machine.dullness.telling(values)) for name, values in changes.items()))
        made = make_instance(machine, value.of, ("replaced", value, site.line, given))
        kept = machine.heap.named_attributes(value)
        for name, values in {**kept, **changes}.items():
            machine.heap.set_attribute(made, name, values)
        if arguments.more_keywords:
            machine.heap.set_attribute(made, "*", arguments.more_keywords)
        machine.instances.setdefault(made)
        hook = class_attribute(machine, value.of, "__post_init__", made)
        if hook:
            machine.call(hook, Arguments(), Site(site.line, "__post_init__", called=True))
        result |= frozenset({made})
    return result or PLAIN


def as_mapping(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``dataclasses.asdict`` and a named tuple's ``_asdict``."""
    result = NOTHING
    for value in arguments.get(0):
        keyed: dict[str | int, Values] = dict(machine.heap.named_attributes(value).items())
        rest = keyed.pop("*", NOTHING) | (NOTHING if isinstance(value, Instance) else frozenset({value}))
        result |= frozenset({machine.heap.mapping(("mapping of", value, site.line), keyed, rest)})
    return result or PLAIN


def type_of(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    if len(arguments.positional) > 1:
        return _new_class(machine, arguments, site)
    result = NOTHING
    for value in arguments.get(0):
        result |= frozenset({value.of}) if isinstance(value, Instance) else NOTHING
        result |= class_of(machine, value) if isinstance(value, Box) else NOTHING
    return result or PLAIN


def _nothing_to_see(_machine: Interpreter, _arguments: Arguments, _site: Site) -> Values:
    return PLAIN


_HARMLESS = frozenset(
    """
    __init__ __delattr__ __dir__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __format__ __hash__ __init_subclass__
    __repr__ __str__ __sizeof__ __subclasshook__ __getstate__ __instancecheck__ __subclasscheck__ __prepare__ mro
    """.split()  # noqa: SIM905 (words read better as a text)
)

METHODS: dict[str, _Handler] = {
    **{f"{owner}.{name}": _nothing_to_see for owner in ("object", "type") for name in _HARMLESS},
    "object.__setattr__": _keep_attribute,
    "type.__setattr__": _keep_attribute,
    "object.__getattribute__": _kept_attribute,
    "type.__getattribute__": _kept_attribute,
    "object.__new__": _bare_instance,
    "type.__new__": _new_class_of_type,
    "type.__call__": _call_past_metaclass,
    "type.__subclasses__": _subclasses,
    "function.__get__": _bind_function,
    "namedtuple._replace": replaced,
    "namedtuple._asdict": as_mapping,
}
