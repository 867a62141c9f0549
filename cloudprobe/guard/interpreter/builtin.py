"""Functions of Python and its standard library that say more than the general rule for foreign code."""

from collections.abc import Callable
from functools import partial

from botocore import xform_name

from cloudprobe.guard.interpreter import state
from cloudprobe.guard.interpreter.aws import undecided_operation, unknown_choice
from cloudprobe.guard.interpreter.changing import FUNCTIONS as CHANGING
from cloudprobe.guard.interpreter.classes import METHODS, as_mapping, replaced, type_of
from cloudprobe.guard.interpreter.containers import call_unbound
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.exceptions import builtin_exception, caught, keep_arguments, make
from cloudprobe.guard.interpreter.library import call_foreign
from cloudprobe.guard.interpreter.literals import from_json
from cloudprobe.guard.interpreter.objects import every_attribute
from cloudprobe.guard.interpreter.values import (
    AWS_HANDLES,
    NOTHING,
    PLAIN,
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    BoxMethod,
    Builtin,
    Chosen,
    Class,
    Client,
    Const,
    Function,
    Instance,
    Module,
    Plain,
    Resource,
    Session,
    Site,
    Unknown,
    Values,
    Wrapped,
    texts,
    union,
)

Handler = Callable[[Interpreter, Arguments, Site], Values]


def _getattr(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    owner, named, default = arguments.get(0), arguments.get(1), arguments.get(2)
    place = Site(site.line)
    result = default
    for name in texts(named):
        result |= machine.attribute(owner, name, place)
    if len(texts(named)) == len(named):
        if named or not machine.settled:
            machine.hollow = machine.hollow or not named
            return result
    for value in owner:
        if isinstance(value, Unknown) and not value.origin:
            unknown_choice(machine, site)
        elif isinstance(value, Plain):
            result |= frozenset({Chosen()})
        elif isinstance(value, Client):
            undecided_operation(machine, value.service, site)
        elif isinstance(value, AWS_HANDLES):
            undecided_operation(machine, getattr(value, "service", "AWS"), site)
        elif isinstance(value, Module) and value.name.partition(".")[0] in {"boto3", "botocore"}:
            result |= UNKNOWN
        elif isinstance(value, (Instance, Class)):
            result |= every_attribute(machine, value) | state.namespace(machine, value, site)
        elif isinstance(value, (Box, BoxMethod)):
            result |= _chosen_of_box(machine, value, site)
        elif isinstance(value, (Function, Bound)) or value == state.MAIN:
            state.undecide(machine, site, "Which attribute this reads is computed when the script runs")
            result |= UNKNOWN
        elif isinstance(value, Module):
            result |= frozenset({Module(f"{value.name}.?")})
    return result | (UNKNOWN & owner) | PLAIN


def _chosen_of_box(machine: Interpreter, value: Box | BoxMethod, site: Site) -> Values:
    """A library's object may give back, or stand for, whatever it holds."""
    box = value.box if isinstance(value, BoxMethod) else value
    held = machine.heap.held(box) | machine.heap.attributes(box)
    for service in sorted(one.service for one in held if isinstance(one, Client)):
        if machine.heap.content(box).kind == "library":
            undecided_operation(machine, service, site)
    return held


def _setattr(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    for name in state.names_of(arguments.get(1)):
        machine.set_attribute(arguments.get(0), name, arguments.get(2), site)
    return PLAIN


def _names(machine: Interpreter, _arguments: Arguments, site: Site) -> Values:
    """``dir``: names, and nothing but names."""
    return machine.fresh_list(("dir", site.line), [PLAIN], exact=False)


def _vars(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    return machine.attribute(arguments.get(0), "__dict__", site)


def _globals(machine: Interpreter, _arguments: Arguments, site: Site) -> Values:
    return state.namespace(machine, state.MAIN, site)


def _partial_method(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    made = _partial(machine, arguments, site)
    machine.methods.update(machine.boxes(made))
    return made


def _dispatcher(machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    """A function that is several, one for each type of its argument: calling it may call any."""
    for value in arguments.get(0):
        if isinstance(value, Function):
            machine.variants.setdefault(value, {})
    return arguments.get(0)


def _register(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``function.register``, as a decorator with or without a type, or called with both."""
    given = arguments.get(2, "func") or arguments.get(1)
    variants = frozenset(value for value in given if isinstance(value, (Function, Wrapped)))
    for value in arguments.get(0):
        if isinstance(value, Function):
            machine.variants.setdefault(value, {}).update(dict.fromkeys(variants))
    if variants:
        return variants
    return _partial(machine, Arguments((frozenset({Builtin("singledispatch.register")}), arguments.get(0))), site)


def _update_wrapper(machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    """Attributes of the wrapped function become the wrapper's."""
    for wrapper in arguments.get(0, "wrapper"):
        for wrapped in arguments.get(1, "wrapped"):
            for name, values in machine.heap.named_attributes(wrapped).items():
                if isinstance(wrapper, (Function, Instance)):
                    machine.heap.set_attribute(wrapper, name, values)
    return arguments.get(0, "wrapper")


def _new_list(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    items = machine.elements(arguments.get(0), site) if arguments.positional else []
    boxes = machine.boxes(arguments.get(0))
    exact = not arguments.positional or (len(boxes) == 1 and machine.heap.content(boxes[0]).exact)
    return machine.fresh_list((site.name, site.line, arguments), items, exact=exact)


def _part(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    return machine.fresh_list((site.name, site.line), machine.elements(arguments.get(0), site), exact=False)


def _sorted(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    _call_key(machine, arguments, site)
    return machine.fresh_list((site.name, site.line), machine.elements(arguments.get(0), site), exact=False)


def _extreme(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    _call_key(machine, arguments, site)
    pool = machine.joined(arguments.get(0), site) if len(arguments.positional) == 1 else union(*arguments.positional)
    return pool | arguments.get(-1, "default") or PLAIN


def _call_key(machine: Interpreter, arguments: Arguments, site: Site) -> None:
    key = dict(arguments.keywords).get("key", NOTHING)
    for element in machine.elements(arguments.get(0), site) if key else []:
        machine.call(key, Arguments((element,)), Site(site.line, "key", called=True))


def _dict(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    keyed: dict[str | int, Values] = {}
    rest = arguments.more_keywords
    for value in arguments.get(0) if arguments.positional else ():
        if isinstance(value, Box) and machine.heap.content(value).kind == "dict":
            keyed.update(machine.heap.content(value).keyed)
            rest |= machine.heap.content(value).rest
            continue
        for pair in machine.elements(frozenset({value}), site):
            keys = machine.subscript(pair, frozenset({Const(0)}), site)
            held = machine.subscript(pair, frozenset({Const(1)}), site)
            names = [key.value for key in keys if isinstance(key, Const)]
            for name in names:
                keyed[name] = keyed.get(name, NOTHING) | held
            rest |= NOTHING if names else held
    keyed.update(dict(arguments.keywords))
    return frozenset({machine.heap.mapping((site.name, site.line), keyed, rest)})


def _from_keys(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    names = [
        key.value for element in machine.elements(arguments.get(0), site) for key in element if isinstance(key, Const)
    ]
    values = arguments.get(1) or PLAIN
    return frozenset(
        {machine.heap.mapping((site.name, site.line), dict.fromkeys(names, values), NOTHING if names else values)}
    )


def _zip(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    columns = [machine.elements(values, site) for values in arguments.positional]
    length = max((len(column) for column in columns), default=0)
    rows = [
        machine.fresh_list(
            ("row", site.line), [column[min(index, len(column) - 1)] if column else PLAIN for column in columns]
        )
        for index in range(length)
    ]
    return machine.fresh_list((site.name, site.line), rows)


def _enumerate(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    rows = [machine.fresh_list(("row", site.line), [PLAIN, item]) for item in machine.elements(arguments.get(0), site)]
    return machine.fresh_list((site.name, site.line), rows)


def _product(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    rows: list[list[Values]] = [[]]
    for values in arguments.positional:
        rows = [[*row, element] for row in rows for element in machine.elements(values, site)][:256]
    return machine.fresh_list((site.name, site.line), [machine.fresh_list(("row", site.line), row) for row in rows])


def _chain(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    items = [item for values in arguments.positional for item in machine.elements(values, site)]
    items += [item for item in [machine.joined(arguments.more_positional, site)] if item]
    return machine.fresh_list((site.name, site.line), items)


def _chain_from(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    items = [item for part in machine.elements(arguments.get(0), site) for item in machine.elements(part, site)]
    return machine.fresh_list((site.name, site.line), items)


def _map(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    columns = [machine.elements(values, site) for values in arguments.positional[1:]]
    results = []
    for index in range(max((len(column) for column in columns), default=0)):
        row = tuple(column[min(index, len(column) - 1)] if column else PLAIN for column in columns)
        results.append(machine.call(arguments.get(0), Arguments(row), Site(site.line, "map", called=True)) or PLAIN)
    return machine.fresh_list((site.name, site.line), list(dict.fromkeys(results)))


def _filter(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    elements = machine.elements(arguments.get(1), site)
    for element in elements if arguments.get(0) != PLAIN else ():
        machine.call(arguments.get(0), Arguments((element,)), Site(site.line, "filter", called=True))
    return machine.fresh_list((site.name, site.line), elements, exact=False)


def _reduce(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    place = Site(site.line, "reduce", called=True)
    result = arguments.get(2) or PLAIN
    for element in machine.elements(arguments.get(1), site):
        result |= element if not arguments.get(2) else NOTHING
        result |= machine.call(arguments.get(0), Arguments((result, element)), place)
    return result


def _next(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    return machine.joined(arguments.get(0), site) | arguments.get(1)


def _text(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    values = arguments.get(0)
    constants = [value for value in values if isinstance(value, Const)]
    return (
        frozenset(Const(str(value.value)) for value in constants) if values and len(constants) == len(values) else PLAIN
    )


def _wrap(kind: str) -> Handler:
    def handler(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
        setters = arguments.get(1, "fset") if kind == "property" else NOTHING
        return frozenset(Wrapped(kind, value) for value in arguments.get(0, "fget")) | frozenset(
            Wrapped("setter", value) for value in setters if not isinstance(value, Plain)
        )

    return handler


def _same(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    return arguments.get(0)


def _plain(_machine: Interpreter, _arguments: Arguments, _site: Site) -> Values:
    return PLAIN


def _identity_maker(_machine: Interpreter, _arguments: Arguments, _site: Site) -> Values:
    """A decorator that leaves what it decorates as it is."""
    return frozenset({Module("functools.wraps()")})


def _cache(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    """``@cache`` and ``@lru_cache``, with or without arguments."""
    functions = frozenset(value for value in arguments.get(0) if not isinstance(value, Const)) - PLAIN
    return functions or frozenset({Module("functools.wraps()")})


def _partial(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    box = machine.heap.partial(("partial", site.line, arguments))
    machine.partials[box] = arguments
    return frozenset({box})


def _method_caller(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    box = machine.heap.partial(("methodcaller", site.line, arguments))
    machine.partials[box] = Arguments(
        (frozenset({Module("operator.methodcaller()")}), *arguments.positional), arguments.keywords
    )
    return frozenset({box})


def _attribute_getter(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    box = machine.heap.partial(("attrgetter", site.line, arguments))
    machine.partials[box] = Arguments((frozenset({Module("operator.attrgetter()")}), arguments.get(0)))
    return frozenset({box})


def _call_attribute_getter(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """Called with the dotted name and the object."""
    result = NOTHING
    for path in texts(arguments.get(0)):
        owner = arguments.get(1)
        for name in path.split("."):
            owner = machine.attribute(owner, name, Site(site.line))
        result |= owner
    return result or _getattr(machine, Arguments((arguments.get(1), arguments.get(0))), site)


def _method_name(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    """``botocore.xform_name``, computed."""
    named = texts(arguments.get(0))
    complete = named and len(named) == len(arguments.get(0))
    return frozenset(Const(xform_name(name)) for name in named) if complete else PLAIN


def _has_attribute(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """Asking a resource for data loads it."""
    resources = frozenset(value for value in arguments.get(0) if isinstance(value, Resource))
    for name in texts(arguments.get(1)) if resources else ():
        machine.attribute(resources, name, site)
    return PLAIN


def _call_method_caller(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """Called with the name, its arguments, and last the object."""
    owner = arguments.positional[-1] if arguments.positional else NOTHING
    method = _getattr(machine, Arguments((owner, arguments.get(0))), site)
    return machine.call(method, Arguments(arguments.positional[1:-1], arguments.keywords), site)


def _named_tuple(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    fields: list[str] = []
    for value in arguments.get(1, "field_names"):
        if isinstance(value, Const):
            fields = str(value.value).replace(",", " ").split()
        elif isinstance(value, Box):
            fields = [
                name for element in machine.elements(frozenset({value}), site) for name in _field(machine, element)
            ]
    return frozenset({machine.new_class(("namedtuple", site.line), fields)})


def _field(machine: Interpreter, element: Values) -> list[str]:
    named = texts(element)
    return named or texts(machine.subscript(element, frozenset({Const(0)}), Site(0)))[:1]


def _field_mark(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``dataclasses.field``: what it says is read when an instance is made."""
    box = machine.heap.library(("field", site.line, site.name), NOTHING)
    for name, values in arguments.keywords:
        machine.heap.set_attribute(box, name, values)
    machine.field_marks.add(box)
    return frozenset({box})


def _default_dict(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    made = (
        machine.call(arguments.get(0), Arguments(), Site(site.line, "default", called=True))
        if arguments.positional
        else NOTHING
    )
    mapping = _dict(machine, arguments.after(1), site)
    for box in machine.boxes(mapping):
        machine.heap.put(box, None, made or PLAIN)
    return mapping


def _import(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    return imported(arguments.get(0))


def imported(names: Values) -> Values:
    """Modules by their names."""
    known = texts(names)
    modules: Values = frozenset(Module(name) for name in known)
    return modules if modules and len(known) == len(names) else modules | UNKNOWN


def _run_code(machine: Interpreter, _arguments: Arguments, site: Site) -> Values:
    machine.trace.undecide(
        site,
        "dynamic-code",
        f"{site.name} runs text as code, which cannot be followed.",
        "Write the code out in the script.",
    )
    return UNKNOWN


def _task(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``asyncio.create_task``: what the coroutine returns, once it is awaited or asked for its result."""
    given = arguments.get(0)
    box = machine.heap.library(("task", site.line), machine.dullness.interesting(given))
    machine.heap.set_attribute(box, "awaited", given or PLAIN)
    return frozenset({box})


def _context(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """``contextlib.nullcontext`` and ``closing``: ``with`` gives what they were made with."""
    given = arguments.get(0)
    box = machine.heap.library(("context", site.line), machine.dullness.interesting(given))
    machine.heap.set_attribute(box, "entered", given or PLAIN)
    return frozenset({box})


def _current_exception(machine: Interpreter, _arguments: Arguments, _site: Site) -> Values:
    return caught(machine)


def _exception_info(machine: Interpreter, _arguments: Arguments, site: Site) -> Values:
    return machine.fresh_list(("exc_info", site.line), [PLAIN, caught(machine), PLAIN])


def _remake_exception(machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    """``super().__init__(…)`` of an exception."""
    for value in arguments.get(0):
        if isinstance(value, Instance):
            keep_arguments(machine, value, arguments.after(1))
    return PLAIN


def _make_exception(name: str, machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    return make(machine, name, arguments, site)


def _session(_machine: Interpreter, _arguments: Arguments, _site: Site) -> Values:
    return frozenset({Session()})


def _transfer(_machine: Interpreter, arguments: Arguments, _site: Site) -> Values:
    return arguments.get(0, "client")


BUILTINS: dict[str, Handler] = {
    "getattr": _getattr,
    "setattr": _setattr,
    "hasattr": _has_attribute,
    "list": _new_list,
    "tuple": _new_list,
    "set": _new_list,
    "frozenset": _new_list,
    "iter": _new_list,
    "reversed": _new_list,
    "sorted": _sorted,
    "max": _extreme,
    "min": _extreme,
    "dict": _dict,
    "dict.fromkeys": _from_keys,
    "zip": _zip,
    "enumerate": _enumerate,
    "map": _map,
    "filter": _filter,
    "next": _next,
    "anext": _next,
    "type": type_of,
    "str": _text,
    "dir": _names,
    "vars": _vars,
    "globals": _globals,
    "locals": _globals,
    "property": _wrap("property"),
    "staticmethod": _wrap("static"),
    "classmethod": _wrap("class"),
    "__import__": _import,
    "exec": _run_code,
    "eval": _run_code,
    "compile": _run_code,
    **METHODS,
    "singledispatch.register": _register,
    **dict.fromkeys(("print", "len", "isinstance", "issubclass", "callable", "id", "repr", "hash"), _plain),
}

FUNCTIONS: dict[str, Handler] = {
    **CHANGING,
    "boto3.Session": _session,
    "boto3.session.Session": _session,
    "boto3.setup_default_session": _plain,
    "boto3._get_default_session": _session,
    "boto3.s3.transfer.S3Transfer": _transfer,
    "botocore.session.get_session": _session,
    "botocore.session.Session": _session,
    "aioboto3.Session": _session,
    "aiobotocore.session.get_session": _session,
    "functools.reduce": _reduce,
    "functools.partial": _partial,
    "functools.wraps": _identity_maker,
    "functools.wraps()": _same,
    "functools.lru_cache": _cache,
    "functools.cache": _cache,
    "functools.partialmethod": _partial_method,
    "functools.update_wrapper": _update_wrapper,
    "functools.singledispatch": _dispatcher,
    "functools.singledispatchmethod": _dispatcher,
    "dataclasses.replace": replaced,
    "dataclasses.asdict": as_mapping,
    "copy.replace": replaced,
    "json.loads": from_json,
    "sys.modules.get": _import,
    "functools.total_ordering": _same,
    "contextlib.contextmanager": _same,
    "contextlib.asynccontextmanager": _same,
    "contextlib.closing": _context,
    "contextlib.nullcontext": _context,
    "sys.exc_info": _exception_info,
    "sys.exception": _current_exception,
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "abc.abstractmethod": _same,
    "typing.cast": lambda _machine, arguments, _site: arguments.get(1),
    "typing.final": _same,
    "dataclasses.dataclass": _cache,
    "dataclasses.field": _field_mark,
    "collections.namedtuple": _named_tuple,
    "collections.defaultdict": _default_dict,
    "collections.OrderedDict": _dict,
    "collections.deque": _new_list,
    "collections.ChainMap": _dict,
    "types.MappingProxyType": _same,
    "typing.NamedTuple": _named_tuple,
    "itertools.product": _product,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from,
    "itertools.cycle": _new_list,
    "itertools.islice": _part,
    "itertools.zip_longest": _zip,
    "operator.methodcaller": _method_caller,
    "operator.methodcaller()": _call_method_caller,
    "operator.attrgetter": _attribute_getter,
    "operator.attrgetter()": _call_attribute_getter,
    "botocore.xform_name": _method_name,
    "importlib.import_module": _import,
    "asyncio.run": _same,
    "asyncio.create_task": _task,
    "asyncio.ensure_future": _task,
    "asyncio.wait_for": _same,
}


def call_builtin(machine: Interpreter, name: str, arguments: Arguments, site: Site) -> Values:
    place = Site(site.line, site.name or name, called=True)
    handler = BUILTINS.get(name)
    if handler is not None:
        return handler(machine, arguments, place)
    owner, _, method = name.partition(".")
    if builtin_exception(owner) is not None and method in {"", "__init__"}:
        maker = _remake_exception if method else partial(_make_exception, owner)
        return maker(machine, arguments, place)
    unbound = call_unbound(machine, name, arguments, place)
    return call_foreign(machine, arguments, place, key=name) if unbound is None else unbound
