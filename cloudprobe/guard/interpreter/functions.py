"""Calling functions and classes of the script: one activation per set of argument values."""

import ast
from collections.abc import Hashable
from dataclasses import dataclass

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.dull import join, key_of
from cloudprobe.guard.interpreter.exceptions import keep_arguments, make, record
from cloudprobe.guard.interpreter.frames import Code, Frame
from cloudprobe.guard.interpreter.inert import Inertness
from cloudprobe.guard.interpreter.objects import (
    class_attribute,
    enum_members,
    find_in_classes,
    is_enum,
    is_exception,
    metaclass,
)
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PARAMETER,
    PLAIN,
    Arguments,
    Bound,
    Box,
    Class,
    Client,
    Function,
    Instance,
    Module,
    Session,
    Site,
    Unknown,
    Value,
    Values,
    Wrapped,
    union,
)
from cloudprobe.guard.parsing import parse

_DEPTH = 4
"""So many activations of one function may stand inside each other before its arguments are merged."""
_PASSES = 5
_DEEP = Arguments(more_keywords=frozenset({Unknown("deep recursion")}))
"""Stands for the arguments of all calls that are nested too deep to be told apart."""


@dataclass(slots=True)
class _Activation:
    """One function with one set of arguments that matter; those that do not are joined over all its calls."""

    arguments: Arguments
    values: Values = NOTHING
    version: int = -1
    round: int = -1
    running: bool = False
    recursive: bool = False


class Calls:
    """Activations and their results, so that the same call is not followed twice in a round."""

    def __init__(self, inertness: Inertness) -> None:
        self._inertness = inertness
        self._activations: dict[tuple[Function, Arguments], _Activation] = {}
        self._depth: dict[int, int] = {}
        self._merged: dict[Function, Arguments] = {}
        self._round = 0

    def forget(self) -> None:
        """Start another round over the script: results are found anew, joined arguments stay."""
        self._round += 1

    def call(self, machine: Interpreter, function: Function, arguments: Arguments) -> Values:
        plain = self._inertness.result(function, arguments)
        if plain is not None:
            machine.executed.add(function)
            return plain
        if self._depth.get(function.code, 0) >= _DEPTH:
            arguments = self._merge(function, arguments)
            key: tuple[Function, Arguments] = (function, _DEEP)
        else:
            key = (function, key_of(arguments, machine.dullness))
        known = self._activations.get(key)
        if known is None:
            known = self._activations[key] = _Activation(arguments)
        joined = join(known.arguments, arguments)
        if known.running:
            known.recursive = True
            known.arguments = joined
            return known.values
        if joined == known.arguments and known.version == machine.version and known.round == self._round:
            return known.values
        known.arguments = joined
        self._run(machine, function, key, known)
        return known.values

    def _run(self, machine: Interpreter, function: Function, key: Hashable, known: _Activation) -> None:
        known.running = True
        self._depth[function.code] = self._depth.get(function.code, 0) + 1
        try:
            for _ in range(_PASSES):
                before = (known.values, known.arguments)
                known.recursive = False
                known.version, known.round = machine.version, self._round
                known.values |= activate(machine, function, known.arguments, key)
                if not known.recursive or before == (known.values, known.arguments):
                    break
        finally:
            self._depth[function.code] -= 1
            known.running = False

    def _merge(self, function: Function, arguments: Arguments) -> Arguments:
        """One activation for all deeper calls: each parameter holds what any of them gave."""
        known = self._merged.get(function, Arguments())
        merged = Arguments(more_positional=known.more_positional | arguments.every | PLAIN)
        self._merged[function] = merged
        return merged


def activate(machine: Interpreter, function: Function, arguments: Arguments, key: Hashable) -> Values:
    """Run a function's body with the arguments bound; the same key finds the same frame."""
    code = machine.codes[function]
    machine.executed.add(function)
    number = machine.heap.number(("activation", key))
    frame = machine.frames.get(number)
    if frame is None:
        frame = Frame(number, "function", code.frame, method_of=code.method_of)
        machine.frames[number] = frame
    frame.variables = _bind(machine, code, arguments, number)
    parameters = [*code.node.args.posonlyargs, *code.node.args.args]
    frame.receiver = frame.variables[parameters[0].arg] if parameters else NOTHING
    if isinstance(code.node, ast.Lambda):
        return machine.evaluate(code.node.body, frame)
    frame.returned = NOTHING
    if code.generator:
        frame.yielded = machine.heap.sequence(("generator", number), [], exact=False)
    alive = machine.run(code.node.body, frame)
    if frame.yielded is not None:
        _finish_generator(machine, code, frame.yielded, frame.returned)
        return frozenset({frame.yielded})
    return frame.returned | PLAIN if alive else frame.returned


def _finish_generator(machine: Interpreter, code: Code, generator: Box, returned: Values) -> None:
    """What a generator returns is what ``yield from`` gives, and what ``StopIteration`` carries."""
    if returned - PLAIN:
        machine.heap.set_attribute(generator, "returned", returned)
        record(machine, make(machine, "StopIteration", Arguments((returned,)), Site(code.node.lineno)))


def _bind(machine: Interpreter, code: Code, arguments: Arguments, number: int) -> dict[str, Values]:
    spec = code.node.args
    positional = [*spec.posonlyargs, *spec.args]
    given = dict(arguments.keywords)
    bound: dict[str, Values] = {}
    for index, parameter in enumerate([*positional, *spec.kwonlyargs]):
        by_position = index < len(positional)
        if by_position and index < len(arguments.positional):
            bound[parameter.arg] = arguments.positional[index]
        elif parameter.arg in given:
            bound[parameter.arg] = given[parameter.arg]
        else:
            more = (arguments.more_positional if by_position else NOTHING) | arguments.more_keywords
            bound[parameter.arg] = _annotated(machine, code, parameter, more) | code.defaults.get(
                parameter.arg, NOTHING
            )
    if spec.vararg is not None:
        extra = arguments.positional[len(positional) :]
        items = [*extra, arguments.more_positional] if arguments.more_positional else list(extra)
        exact = not arguments.more_positional
        bound[spec.vararg.arg] = machine.fresh_list(("arguments", number), items, exact=exact)
    if spec.kwarg is not None:
        names = {parameter.arg for parameter in [*spec.args, *spec.kwonlyargs]}
        keyed: dict[str | int, Values] = {name: values for name, values in given.items() if name not in names}
        bound[spec.kwarg.arg] = frozenset({machine.heap.mapping(("keywords", number), keyed, arguments.more_keywords)})
    return bound


def _annotated(machine: Interpreter, code: Code, parameter: ast.arg, values: Values) -> Values:
    """A parameter nobody gives may say by its annotation which client it takes."""
    if Unknown("parameter") not in values or parameter.annotation is None:
        return values
    annotation = parameter.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = parse(annotation.value, mode="eval").body
        except SyntaxError:
            return values
    ast.fix_missing_locations(annotation)
    known = annotation_value(machine.evaluate(annotation, code.frame))
    return known or values


def annotation_value(types: Values) -> Values:
    """``mypy_boto3_s3.S3Client`` is an S3 client; data types are data."""
    found: set[Value] = set()
    for value in types:
        name = getattr(value, "name", "")
        if isinstance(value, Module) and name.split(".")[0].startswith(("mypy_boto3_", "types_boto3_")):
            service = name.split(".")[0].split("_boto3_")[1].replace("_", "-").strip("-")
            if name.endswith("Client"):
                found.add(Client(service))
        elif isinstance(value, Module) and name in {"boto3.Session", "boto3.session.Session"}:
            found.add(Session())
        elif name in {"str", "int", "float", "bool", "bytes", "dict", "list"} and not isinstance(value, Module):
            found |= PLAIN
    return frozenset(found)


def instantiate(machine: Interpreter, cls: Class, arguments: Arguments, site: Site) -> Values:
    """Make an instance; the same class with the same arguments at the same place is the same instance."""
    if is_enum(machine, cls):
        return NOTHING.union(*enum_members(machine, cls)) or PLAIN
    maker = find_in_classes(machine, cls, "__new__")
    if maker:
        made = machine.call(maker, arguments.prepend(frozenset({cls})), Site(site.line, "__new__", called=True))
        instances = frozenset(one for one in made if isinstance(one, Instance))
        return union(*(_initialise(machine, one, cls, arguments, site) for one in instances or made)) or PLAIN
    instance = make_instance(machine, cls, (key_of(arguments, machine.dullness), site.line))
    return _initialise(machine, instance, cls, arguments, site)


def _initialise(machine: Interpreter, instance: Value, cls: Class, arguments: Arguments, site: Site) -> Values:
    if not isinstance(instance, Instance):
        return frozenset({instance})
    constructor = find_in_classes(machine, cls, "__init__")
    exception = is_exception(machine, cls)
    if exception:
        keep_arguments(machine, instance, arguments)
    if constructor:
        bound: set[Value] = set()
        for value in constructor:
            bound.add(Bound(value, instance))
        machine.call(frozenset(bound), arguments, Site(site.line, "__init__", called=True))
    elif not exception or machine.classes[cls].fields:
        _fill_fields(machine, cls, instance, arguments, site)
    return frozenset({instance})


def call_class(machine: Interpreter, cls: Class, arguments: Arguments, site: Site) -> Values:
    """Call a class: its metaclass may answer, else an instance is made."""
    hooks = NOTHING
    for meta in metaclass(machine, cls):
        hooks |= find_in_classes(machine, meta, "__call__")
    if hooks:
        return machine.call(hooks, arguments.prepend(frozenset({cls})), Site(site.line, "__call__", called=True))
    made = instantiate(machine, cls, arguments, site)
    machine.instances.update(dict.fromkeys(one for one in made if isinstance(one, Instance)))
    return made


def make_instance(machine: Interpreter, cls: Class, key: Hashable) -> Instance:
    return Instance(machine.heap.number(("instance", cls, key)), cls)


def _fill_fields(machine: Interpreter, cls: Class, instance: Instance, arguments: Arguments, site: Site) -> None:
    """What a dataclass or a named tuple does with its arguments."""
    fields = _fields(machine, cls)
    given = dict(arguments.keywords)
    for index, name in enumerate(fields):
        values = arguments.positional[index] if index < len(arguments.positional) else given.get(name, NOTHING)
        values |= arguments.more_positional | arguments.more_keywords
        values = values or _default(machine, cls, name, site)
        machine.heap.set_attribute(instance, name, values)
    for name, values in given.items():
        if name not in fields:
            machine.heap.set_attribute(instance, name, values)
    for values in arguments.positional[len(fields) :]:
        if machine.dullness.interesting(values):
            machine.heap.set_attribute(instance, "*", values)  # under a name only a foreign base knows
    hook = class_attribute(machine, cls, "__post_init__", instance)
    if hook:
        machine.call(hook, Arguments(), Site(site.line, "__post_init__", called=True))


def _fields(machine: Interpreter, cls: Class) -> list[str]:
    fields: list[str] = []
    for base in machine.classes[cls].bases:
        for value in base:
            if isinstance(value, Class):
                fields.extend(name for name in _fields(machine, value) if name not in fields)
    return fields + [name for name in machine.classes[cls].fields if name not in fields]


def _default(machine: Interpreter, cls: Class, name: str, site: Site) -> Values:
    values = class_attribute(machine, cls, name, None)
    result = NOTHING
    for value in values:
        factory = machine.heap.attribute(value, "default_factory") if isinstance(value, Box) else NOTHING
        default = machine.heap.attribute(value, "default") if isinstance(value, Box) else NOTHING
        result |= machine.call(factory, Arguments(), Site(site.line, name, called=True)) if factory else NOTHING
        result |= default or (NOTHING if factory else frozenset({value}))
    return result


def uncalled(machine: Interpreter) -> list[Function]:
    """Functions nobody called, without those that stand for an earlier, less complete view of their defaults."""
    return [
        function
        for function, code in machine.codes.items()
        if function not in machine.executed
        and function in machine.defined.get((id(code.node), code.frame.id), (function,))
    ]


def run_uncalled(machine: Interpreter, function: Function) -> None:
    """Follow a function nobody calls in this file: a framework, another module or a person may."""
    code = machine.codes[function]
    unknown = Arguments(more_positional=PARAMETER, more_keywords=PARAMETER)
    site = Site(code.node.lineno, code.name, called=True)
    if not isinstance(code.method_of, Class):
        machine.call(frozenset({function}), unknown, site)
        return
    definition = code.frame.variables.get(code.name, NOTHING)
    if any(isinstance(value, Wrapped) and value.kind == "static" for value in definition):
        machine.call(frozenset({function}), unknown, site)
        return
    for receiver in receivers(machine, code.method_of, definition, site):
        machine.call(frozenset({Bound(function, receiver)}), unknown, site)


def receivers(machine: Interpreter, cls: Class, definition: Values, site: Site) -> list[Value]:
    """Objects a method may run on: instances of the class or its subclasses, or one made from unknown arguments."""
    if any(isinstance(value, Wrapped) and value.kind == "class" for value in definition):
        return [cls]
    found: list[Value] = list(machine.instances_of(cls))
    if not found:
        unknown = Arguments(more_positional=PARAMETER, more_keywords=PARAMETER)
        found = [one for leaf in machine.leaves_of(cls) for one in instantiate(machine, leaf, unknown, site)]
    return found
