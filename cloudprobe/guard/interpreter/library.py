"""The general rule for foreign code, which covers nearly all of the standard library.

A foreign function may call the functions it is given, with its other arguments, and may give back anything it was
given. Objects of libraries (queues, futures, executors, namespaces) hold what goes into them and may give it back.
"""

import sys

from cloudprobe.guard.interpreter.aws import has_method
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.escape import report_lost
from cloudprobe.guard.interpreter.spreading import spread
from cloudprobe.guard.interpreter.values import (
    CALLABLES,
    NOTHING,
    PLAIN,
    Arguments,
    Box,
    BoxMethod,
    Client,
    Collection,
    Module,
    Site,
    Unknown,
    Value,
    Values,
    union,
)

KNOWN_LIBRARIES = frozenset(
    """
    click colorama croniter dateutil defusedxml humanize isodate jinja2 jmespath jsonschema loguru markdown
    more_itertools natsort netaddr sortedcontainers tzdata wcwidth xmltodict
    networkx numpy orjson packaging pandas prettytable pydantic pytz requests rich ruamel simplejson six tabulate
    tenacity termcolor texttable toml tomli tqdm typer typing_extensions ujson urllib3 xlsxwriter yaml
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Packages without any knowledge of AWS clients beyond calling what they are given."""

_PASSES_REST = frozenset(
    """
    submit apply apply_async run_in_executor to_thread call_soon call_later Thread Timer Process start_new_thread
    call callback register add_job schedule enter spawn
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Methods that call their callable argument with the arguments after it."""

_ONLY_TELLS = frozenset(
    """
    print format info debug warning error exception critical log write dumps dump isinstance hasattr callable len
    getLogger basicConfig
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Methods that say something about their arguments and keep nothing."""

_CALLED = frozenset({"target", "func", "fn", "function"})
"""Keywords of a function that is called with what stands under ``args`` and ``kwargs``."""
_CALLS_AT_ONCE = frozenset("sub subn reduce sort".split())  # noqa: SIM905 (words read better as a text)
"""Methods that call their callable argument and are done with it."""

_PASSES_ELEMENTS = frozenset("map imap imap_unordered map_async thread_map process_map".split())  # noqa: SIM905 (words read better as a text)
_PASSES_UNPACKED = frozenset("starmap starmap_async".split())  # noqa: SIM905 (words read better as a text)
_TAKES_ONE = frozenset("get get_nowait result pop popleft recv value".split())  # noqa: SIM905 (words read better as a text)
"""Methods that give one of the things their object holds."""
_MAY_GIVE_DEFAULT = frozenset("get pop getenv setdefault getattr next".split())  # noqa: SIM905 (words read better as a text)


FUNCTIONS_OF_BOTO = frozenset(
    """
    boto3.client boto3.resource boto3.Session boto3.session.Session boto3.DEFAULT_SESSION boto3._get_default_session
    boto3.s3.transfer.S3Transfer botocore.session.get_session botocore.session.Session botocore.xform_name
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""What of boto3 and botocore is understood one by one."""
_BOTO_DATA = (
    "boto3.dynamodb",
    "boto3.s3.transfer.TransferConfig",
    "boto3.exceptions",
    "boto3.__version__",
    "boto3.set_stream_logger",
    "boto3.setup_default_session",
    "botocore.exceptions",
    "botocore.config",
    "botocore.UNSIGNED",
    "botocore.__version__",
    "botocore.response",
    "botocore.utils",
    "botocore.parsers",
    "botocore.client.Config",
    "botocore.client.ClientError",
    "botocore.errorfactory",
    "botocore.retries",
    "botocore.compat",
)
"""What of boto3 and botocore cannot call AWS."""
_BOTO_WAYS = {
    "boto3",
    "boto3.session",
    "botocore",
    "botocore.session",
    "botocore.client",
    "boto3.s3",
    "boto3.s3.transfer",
}
"""Modules on the way to it."""


def is_known(name: str) -> bool:
    """Whether a module, or something in it, makes no AWS calls of its own."""
    top = name.partition(".")[0]
    if top in {"boto3", "botocore"}:
        return name in _BOTO_WAYS or name in FUNCTIONS_OF_BOTO or name.startswith(_BOTO_DATA)
    return top in sys.stdlib_module_names or top in KNOWN_LIBRARIES


_PASSAGES = frozenset(
    """
    boto3 botocore builtins code ctypes functools gc heapq importlib inspect marshal operator pickle runpy sys types
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Modules that stay themselves by whatever module they are reached."""


def canonical(name: str) -> str:
    """``json.codecs.builtins.exec`` is ``builtins.exec``: a module found in another one is that module."""
    parts = name.split(".")
    for index in range(len(parts) - 1, 0, -1):
        bare = parts[index].lstrip("_")
        if bare in _PASSAGES:
            return ".".join([bare, *parts[index + 1 :]])
    return name


_KEEPS_HANDLES = frozenset(
    """
    abc argparse asyncio click collections concurrent contextlib contextvars copy dataclasses enum functools itertools
    json logging multiprocessing pprint pydantic queue sched threading time tqdm types typing typing_extensions typer
    weakref builtins rich tabulate tenacity
    """.split()  # noqa: SIM905 (words read better as a text)
)
"""Libraries that pass a client on, or call the function it comes with, but never one of its methods by themselves."""


def call_foreign(machine: Interpreter, arguments: Arguments, site: Site, *, key: str) -> Values:
    """Call a function of a library; ``key`` names it, so that its objects are told apart."""
    results = _call_back(machine, arguments, site)
    if not _hands_over(machine, arguments, site) and site.name not in _ONLY_TELLS:
        spread(machine, arguments, key=key)
    if "." in key and key.partition(".")[0] not in _KEEPS_HANDLES:
        report_lost(machine, arguments.every, site, key)
    box = machine.heap.library(
        (key, site.line), _given_back(machine, arguments, site) | machine.dullness.interesting(results)
    )
    for name, values in arguments.keywords:
        if machine.dullness.interesting(values):
            machine.heap.set_attribute(box, name, values)
    return frozenset({box})


def call_on_plain(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """Call a method of plain data; it may call back and may give back a default."""
    results = machine.dullness.interesting(_call_back(machine, arguments, site))
    if site.name not in _ONLY_TELLS and not _hands_over(machine, arguments, site):
        spread(machine, arguments)
        report_lost(machine, arguments.every, site, f"{site.name}()")
    if site.name in _MAY_GIVE_DEFAULT:
        results |= arguments.after(1).every
    return results | PLAIN


def call_box_method(machine: Interpreter, method: BoxMethod, arguments: Arguments, site: Site) -> Values:
    """Call a method of a library's object: what it is given it keeps, what it keeps it may give."""
    box = method.box
    results = machine.dullness.interesting(_call_back(machine, arguments, site))
    if _hands_over(machine, arguments, site):
        return frozenset({machine.heap.library(("task", box, site.line), results)})
    if site.name not in _ONLY_TELLS:
        spread(machine, arguments, unknown=site.name.startswith("parse_"))  # into the ``namespace`` it is given
    kept = machine.dullness.interesting(arguments.every) | results
    if kept and site.name not in _ONLY_TELLS:
        machine.heap.put(box, None, kept)
    if results:
        return frozenset({machine.heap.library(("result", box, site.line), results)}) | PLAIN
    held = machine.dullness.interesting(machine.heap.held(box) | machine.heap.attribute(box, method.name))
    default = arguments.after(1).every if site.name in _MAY_GIVE_DEFAULT else NOTHING
    if not held:
        return default | PLAIN
    if site.name in _TAKES_ONE:
        return held | default
    return frozenset({machine.heap.library(("result", box, site.line), held)}) | held | default | PLAIN


def _hands_over(machine: Interpreter, arguments: Arguments, site: Site) -> bool:
    """Whether the arguments go to a function among them and come back only as its result."""
    if site.name in _PASSES_REST | _PASSES_ELEMENTS | _PASSES_UNPACKED | _CALLS_AT_ONCE:
        return bool(_callables(machine, arguments.every))
    return any(name in _CALLED and _callables(machine, values) for name, values in arguments.keywords)


def _given_back(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    if _hands_over(machine, arguments, site) or site.name in _ONLY_TELLS:
        return NOTHING
    default = arguments.after(1).every if site.name in _MAY_GIVE_DEFAULT else NOTHING
    listed = [machine.joined(frozenset({one}), site) for one in arguments.every if isinstance(one, Collection)]
    return machine.dullness.interesting(arguments.every) | default | union(*listed)


def box_attribute(machine: Interpreter, box: Box, name: str, site: Site) -> Values:
    stored = machine.heap.attribute(box, name)
    if machine.heap.content(box).kind != "library":
        return stored | frozenset({BoxMethod(box, name)})
    behind = frozenset(one for one in machine.heap.held(box) if isinstance(one, Client) and has_method(one, name))
    if behind:  # a proxy: what it holds answers for it
        return stored | machine.attribute(behind, name, site)
    return stored | frozenset({BoxMethod(box, name)})


def _call_back(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """Call every function among the arguments; what they return, also as elements of a collection."""
    results = NOTHING
    for index, values in enumerate(arguments.positional):
        functions = _callables(machine, values)
        if functions:
            rest = Arguments(arguments.positional[index + 1 :], arguments.keywords, arguments.more_positional)
            results |= _apply(machine, functions, rest, arguments, site)
    given = dict(arguments.keywords)
    for name, values in arguments.keywords:
        functions = _callables(machine, values)
        if functions and name in _CALLED:
            results |= machine.call(functions, _thread_arguments(machine, given, site), site)
        elif functions:
            results |= _apply_loosely(machine, functions, arguments, site)
    return results


def _callables(machine: Interpreter, values: Values) -> Values:
    found: set[Value] = set()
    for value in values:
        partial = isinstance(value, Box) and machine.heap.content(value).kind == "partial"
        if isinstance(value, CALLABLES) or partial or machine.is_storing(value):
            found.add(value)
    return frozenset(found)


def _apply(machine: Interpreter, functions: Values, rest: Arguments, all_: Arguments, site: Site) -> Values:
    if site.name in _PASSES_REST:
        own = Arguments(rest.positional, tuple(kv for kv in rest.keywords if kv[0] not in {"args", "kwds", "kwargs"}))
        packed = dict(rest.keywords)
        if site.name in {"apply", "apply_async", "Thread", "Timer", "Process", "start_new_thread"}:
            return machine.call(functions, _packed_arguments(machine, rest, packed, site), site)
        return machine.call(functions, own, site)
    if site.name in _PASSES_ELEMENTS | _PASSES_UNPACKED:
        return _apply_to_elements(machine, functions, rest, site)
    return _apply_loosely(machine, functions, all_, site)


def _packed_arguments(machine: Interpreter, rest: Arguments, packed: dict[str, Values], site: Site) -> Arguments:
    """``apply_async(fn, (a, b), {"c": d})`` and ``Thread(None, fn, …)``."""
    sequence = packed.get("args", rest.get(0))
    mapping = packed.get("kwds", packed.get("kwargs", rest.get(1)))
    return _thread_arguments(machine, {"args": sequence, "kwargs": mapping}, site)


def _thread_arguments(machine: Interpreter, given: dict[str, Values], site: Site) -> Arguments:
    """Arguments a thread passes on: ``args`` unpacked, ``kwargs`` by name."""
    positional: list[Values] = []
    keywords: dict[str, Values] = {}
    for box in machine.boxes(given.get("args", NOTHING)):
        positional = machine.elements(frozenset({box}), site)
    for box in machine.boxes(given.get("kwargs", NOTHING)):
        keywords.update({str(key): values for key, values in machine.heap.content(box).keyed.items()})
    return Arguments(tuple(positional), tuple(keywords.items()))


def _apply_to_elements(machine: Interpreter, functions: Values, rest: Arguments, site: Site) -> Values:
    """``map(f, xs, ys)``: one call per element, side by side."""
    columns = [machine.elements(values, site) or [] for values in rest.positional]
    results = NOTHING
    for index in range(max((len(column) for column in columns), default=0)):
        row = tuple(column[min(index, len(column) - 1)] if column else PLAIN for column in columns)
        if site.name in _PASSES_UNPACKED:
            row = tuple(machine.elements(row[0], site))
        results |= machine.call(functions, Arguments(row), site)
    return results


def _apply_loosely(machine: Interpreter, functions: Values, arguments: Arguments, site: Site) -> Values:
    """A callback whose arguments are not known in detail: elements of the other arguments, or data."""
    others = [values for values in (*arguments.positional, arguments.more_positional) if values and values != functions]
    pool = union(*(_telling(machine, machine.joined(values, site)) | _unknown(values) for values in others))
    pool |= union(*(_telling(machine, values) - functions for values in others if not machine.boxes(values)))
    return machine.call(functions, Arguments(more_positional=pool | PLAIN), site)


def _telling(machine: Interpreter, values: Values) -> Values:
    return frozenset(value for value in values if not machine.dullness.is_dull(value))


def _unknown(values: Values) -> Values:
    return frozenset(value for value in values if isinstance(value, Unknown))


def module_attribute(module: Module, name: str) -> Values:
    return frozenset({Module(f"{module.name}.{name}")})
