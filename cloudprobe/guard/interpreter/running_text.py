"""The parts of the standard library that run text as code: what the text says is no part of the script that is read.

Taken from the list of the library's modules, looking for ``exec``, ``eval``, ``compile``, ``__import__`` and lookups of
dotted names in each.
"""

import ast
from collections.abc import Iterable

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.values import CALLABLES, NOTHING, Arguments, Box, Const, Site, Value, Values

_ALWAYS = (
    "_interpreters.",
    "_xxsubinterpreters.",
    "annotationlib.",
    "cProfile.run",
    "code.",
    "codeop.",
    "concurrent.interpreters.",
    "distutils.",
    "doctest.",
    "idlelib.",
    "imp.",
    "importlib.resources._",
    "lib2to3.",
    "logging.config.BaseConfigurator",
    "logging.config.DictConfigurator",
    "logging.config.fileConfig",
    "logging.config.listen",
    "pdb.",
    "pkgutil.resolve_name",
    "profile.run",
    "pyclbr.",
    "pydoc.",
    "rlcompleter.",
    "runpy.",
    "site.",
    "test.",
    "trace.",
    "typing.ForwardRef",
    "typing._eval",
    "typing.evaluate_forward_ref",
    "unittest.defaultTestLoader.loadTestsFromName",
    "unittest.main",
    "unittest.TestProgram",
    "zipimport.",
)
_OF_OBJECTS = frozenset(
    """
    exec_module interact load_module loadTestsFromName loadTestsFromNames runcode runctx runeval runsource run_string
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Methods of the library's objects that run text, and no method of anything else a probe has."""
_LOOKING_UP = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.BinOp, ast.BitOr, ast.Load),
    *(ast.UnaryOp, ast.USub, ast.Slice),
)
_TIMED = ("timeit.",)
_ON_DEMAND = ("inspect.get_annotations", "inspect.signature")
"""Functions that evaluate annotations when they are asked to."""
_HINTS = "typing.get_type_hints"
_STREAMS = "ext://sys.std"


def annotations_are_plain(nodes: Iterable[ast.AST]) -> bool:
    """Whether evaluating every annotation of a script only looks names up.

    What reaches behind them (``__annotations__``, a function made from parts) is named where it happens.
    """
    return all(
        map(_only_looks_up, (getattr(node, "annotation", None) or getattr(node, "returns", None) for node in nodes))
    )


def _only_looks_up(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return True
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                written = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # a text, as of Literal["a b"]
            if not isinstance(written, ast.Constant) and not _only_looks_up(written):
                return False
        elif not isinstance(node, _LOOKING_UP):
            return False
    return True


def check_function(machine: Interpreter, name: str, arguments: Arguments, site: Site) -> None:
    """Name a call of a function of the library that runs text."""
    given = dict(arguments.keywords)
    runs = name.startswith(_ALWAYS)
    runs = runs or (name.startswith(_TIMED) and _is_text(arguments))
    runs = runs or (name.startswith(_ON_DEMAND) and "eval_str" in given)
    runs = runs or (name == _HINTS and not (machine.plain_annotations and len(arguments.positional) == 1 and not given))
    runs = runs or (name == "logging.config.dictConfig" and _finds_names(machine, arguments.get(0, "config")))
    if runs:
        _name(machine, name, site)


def check_method(machine: Interpreter, name: str, arguments: Arguments, site: Site) -> None:
    """Name a call of a method that runs text: ``cProfile.Profile().runctx(…)``."""
    text = any(isinstance(one, Const) and isinstance(one.value, str) and "(" in one.value for one in arguments.get(0))
    if name in _OF_OBJECTS or (name == "run" and text):
        _name(machine, name, site)


def _is_text(arguments: Arguments) -> bool:
    """Whether what ``timeit`` is given may be text and not a function."""
    given = dict(arguments.keywords)
    code = [*arguments.positional[:2], given.get("stmt", NOTHING), given.get("setup", NOTHING), arguments.more_keywords]
    return any(not isinstance(value, CALLABLES) for values in code for value in values)


def _finds_names(machine: Interpreter, values: Values) -> bool:
    """Whether a configuration may name something to be called, beyond the handlers of ``logging`` itself."""
    pending: list[Value] = list(values)
    seen: set[Value] = set()
    while pending:
        value = pending.pop()
        if isinstance(value, Const) and isinstance(value.value, str):
            if "://" in value.value and not value.value.startswith(_STREAMS):
                return True
        if not isinstance(value, Box) or value in seen:
            continue
        seen.add(value)
        content = machine.heap.content(value)
        if content.kind == "library" or "()" in content.keyed or not _is_own(content.keyed.get("class", NOTHING)):
            return True
        pending.extend(machine.heap.held(value))
    return not seen


def _is_own(classes: Values) -> bool:
    return all(isinstance(one, Const) and str(one.value).startswith("logging.") for one in classes)


def _name(machine: Interpreter, name: str, site: Site) -> None:
    machine.trace.undecide(
        site,
        "dynamic-code",
        f"{name} runs text as code, which cannot be followed.",
        "Write the code out in the script.",
    )
