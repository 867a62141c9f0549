"""The script's own machinery as the script can reach it: namespaces, frames, cells, defaults, replaced names.

What can be modelled is: a namespace is a dictionary that belongs to an object, and what is stored in it is stored in
the object. All other ways by which a name may come to mean something else are named as undecided, whatever is done
with them, because following them would take an interpreter of Python and not one of scripts.
"""

from collections.abc import Iterable

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Bound,
    Box,
    BoxMethod,
    Builtin,
    Class,
    Client,
    ClientMethod,
    Const,
    Function,
    Instance,
    Module,
    Plain,
    Site,
    Unknown,
    Value,
    Values,
    Wrapped,
)

MAIN = Module("__main__")
"""The script as a module."""

_HINT = "Use variables, parameters and attributes as they are, without changing what stands behind them."

_HIDDEN = frozenset(
    """
    __globals__ func_globals __closure__ __defaults__ __kwdefaults__ __wrapped__ cell_contents f_globals f_locals
    f_builtins tb_frame gi_frame cr_frame ag_frame __setstate__ __reduce__ __reduce_ex__
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Ways into the state of functions and frames; not even read, for what is read from them can be written to."""

_NOTES = frozenset(
    """
    __doc__ __name__ __qualname__ __module__ __annotations__ __version__ __author__ __wrapped__ __signature__ __test__
    __isabstractmethod__ __cause__ __context__ __traceback__ __suppress_context__ __notes__ __all__ __file__ __hash__
    __text_signature__ __type_params__
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Attributes with a special name that say something and decide nothing."""

_REPLACING = (
    "builtins.",
    "bdb.",
    "code.",
    "codeop.",
    "copyreg.",
    "ctypes",
    "gc.get_",
    "importlib.reload",
    "inspect.getclosurevars",
    "inspect.getattr_static",
    "marshal.",
    "pickle.load",
    "pdb.",
    "runpy.",
    "sys._current_frames",
    "sys.meta_path.",
    "sys.monitoring.",
    "sys.path_hooks.",
    "sys.setprofile",
    "sys.settrace",
    "threading.setprofile",
    "threading.settrace",
    "types.CodeType",
    "types.FunctionType",
    "types.LambdaType",
    "unittest.mock",
)
"""Functions of the standard library that make code, replace what names mean, or find objects behind a script's back."""

_ASKS = (".get", ".keys")


def is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def undecide(machine: Interpreter, site: Site, what: str) -> None:
    machine.trace.undecide(site, "reflection", f"{what}, and what that changes cannot be followed.", _HINT)


def is_hidden(name: str) -> bool:
    return name in _HIDDEN


def read_hidden(machine: Interpreter, name: str, site: Site) -> Values:
    undecide(machine, site, f"{name} leads into the state of running code")
    return UNKNOWN


def check_call(machine: Interpreter, name: str, site: Site) -> None:
    """Name a call of a library's function that reaches behind the script."""
    modules = name.startswith("sys.modules.") and not name.endswith(_ASKS)
    if name.startswith(_REPLACING) or modules:
        undecide(machine, site, f"{name} may replace what names and functions of the script mean")


def namespace(machine: Interpreter, owner: Value, site: Site) -> Values:
    """The dictionary behind an object: what is stored in it is stored in the object."""
    if isinstance(owner, Client) or (
        isinstance(owner, Module) and owner.name.partition(".")[0] in {"boto3", "botocore"}
    ):
        undecide(machine, site, "This opens the inside of the AWS library")
        return UNKNOWN
    if isinstance(owner, Module) and owner != MAIN:
        return frozenset({owner})
    if isinstance(owner, (Plain, Unknown)):
        return frozenset({owner})
    named = machine.heap.named_attributes(owner)
    rest = named.pop("*", NOTHING)
    named.pop("__dict__", None)
    if owner == MAIN:
        named = machine.module.variables
    elif isinstance(owner, Class):
        named = {**machine.classes[owner].frame.variables, **named}
    elif isinstance(owner, Box):
        rest |= machine.heap.held(owner) | PLAIN

    def store(key: str | int | None, values: Values) -> None:
        machine.set_attribute(frozenset({owner}), "*" if key is None else str(key), values, Site(machine.line))

    return frozenset({machine.heap.namespace(owner, dict(named.items()), rest, store)})


def read_main(machine: Interpreter, name: str, site: Site) -> Values:
    """A variable of the script, read as an attribute of its module."""
    if name == "__dict__":
        return namespace(machine, MAIN, site)
    return machine.module.variables.get(name, NOTHING) or PLAIN


def store_main(machine: Interpreter, name: str, values: Values, site: Site) -> None:
    """Give a variable of the script one more meaning, from wherever."""
    if name == "*":
        undecide(machine, site, "A variable is assigned whose name is computed when the script runs")
        return
    module = machine.module
    known = module.from_outside.get(name, NOTHING)
    if values <= known:
        return
    module.from_outside[name] = known | values
    module.variables[name] = module.variables.get(name, NOTHING) | values
    machine.version += 1
    machine.heap.news += 1


def main_members(machine: Interpreter) -> Values:
    """What ``getattr`` with a computed name may find in the script's module."""
    return NOTHING.union(*machine.module.variables.values())


def store_special(machine: Interpreter, owner: Values, name: str, values: Values, site: Site) -> Iterable[Value]:
    """Store into an attribute with a special name; what is left is stored as any other attribute is."""
    if name in _NOTES:
        return owner
    left: list[Value] = []
    for value in owner:
        if name == "__dict__" and isinstance(value, Instance):
            dictionaries = frozenset(
                one for one in values if isinstance(one, Box) and machine.heap.content(one).kind == "dict"
            )
            machine.heap.set_attribute(value, "__dict__", dictionaries)
            if dictionaries != values:
                machine.heap.set_attribute(value, "*", UNKNOWN)
        elif (isinstance(value, Class) or value == MAIN) and name not in {"__class__", "__bases__", "__dict__"}:
            left.append(value)
        else:
            undecide(machine, site, f"Replaces {name} of an object")
    return left


def store_in_library(machine: Interpreter, module: Module, name: str, values: Values, site: Site) -> None:
    """``json.loads = …``: data does no harm, for nothing is known of what is read; code replaces the library's."""
    harmless = all(
        machine.dullness.is_dull(value)
        or (isinstance(value, (Function, Class, Wrapped)) and machine.dullness.is_inert(value))
        for value in values
    )
    if module.name.startswith(("builtins", "sys.modules")) or not harmless:
        undecide(machine, site, f"Replaces {name} of {module.name}")


def method_attribute(machine: Interpreter, value: Value, name: str, site: Site) -> Values:
    """An attribute with a special name of a function or a bound method."""
    if name == "__call__":
        return frozenset({value})
    if name == "__self__" and isinstance(value, Bound):
        return frozenset({value.receiver})
    if name == "__self__" and isinstance(value, BoxMethod):
        return frozenset({value.box})
    if name == "__self__" and isinstance(value, ClientMethod):
        return frozenset({Client(value.service)})
    if name == "__func__" and isinstance(value, Bound):
        return frozenset({value.function})
    if name == "__dict__":
        return namespace(machine, value, site)
    if name == "__get__":
        return frozenset({Bound(Builtin("function.__get__"), value)})
    if name == "__class__":
        return PLAIN
    return machine.heap.attribute(value, name) | PLAIN


def names_of(values: Values) -> list[str]:
    """Constant names among some values, and ``*`` where one is not known."""
    names = sorted(value.value for value in values if isinstance(value, Const) and isinstance(value.value, str))
    return names if len(names) == len(values) and names else [*names, "*"]
