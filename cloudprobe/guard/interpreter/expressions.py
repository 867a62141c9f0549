"""Values of expressions."""

import ast
import builtins
from collections.abc import Callable

from cloudprobe.guard.interpreter.aws import unknown_collection
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.displays import (
    comprehension,
    dict_comprehension,
    exact_items,
    mapping,
    sequence,
    unpacked,
)
from cloudprobe.guard.interpreter.frames import Code, Frame
from cloudprobe.guard.interpreter.narrowing import outcome
from cloudprobe.guard.interpreter.operators import binary, call_protocol, constant, formatted, overloaded, unary
from cloudprobe.guard.interpreter.resources import REFINERS
from cloudprobe.guard.interpreter.state import MAIN, namespace
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    WIDTH,
    Arguments,
    Box,
    Builtin,
    Class,
    Const,
    Function,
    Instance,
    Module,
    Site,
    Super,
    Unknown,
    Values,
    union,
)

_SCOPED = {"super", "locals", "globals", "vars"}
"""What needs to know where it is called."""


def evaluate(machine: Interpreter, node: ast.expr, frame: Frame) -> Values:
    machine.step()
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(machine, node, frame)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            machine.evaluate(child, frame)
    return PLAIN


def site(node: ast.expr | ast.stmt, name: str = "", *, called: bool = False) -> Site:
    return Site(node.lineno, name, called)


def _constant(_machine: Interpreter, node: ast.Constant, _frame: Frame) -> Values:
    return constant(node.value)


def _name(_machine: Interpreter, node: ast.Name, frame: Frame) -> Values:
    values = frame.lookup(node.id)
    if values is not None:
        return values
    if hasattr(builtins, node.id) and not node.id.startswith("__"):
        return frozenset({Builtin(node.id)})
    if node.id == "__name__":
        return frozenset({Const("__main__")})
    if node.id in {"__file__", "__doc__"}:
        return PLAIN
    if node.id == "__builtins__":
        return frozenset({Module("builtins")})
    if node.id in {"__import__", "__build_class__"}:
        return frozenset({Builtin(node.id)})
    return UNKNOWN if frame.module.lookup("*") else NOTHING


def _attribute(machine: Interpreter, node: ast.Attribute, frame: Frame) -> Values:
    return _read(machine, node, frame, site(node))


def _read(machine: Interpreter, node: ast.Attribute, frame: Frame, place: Site) -> Values:
    owner = machine.evaluate(node.value, frame)
    if owner:
        machine.reached.add(id(node))
    if place.called and node.attr in REFINERS and isinstance(node.value, ast.Attribute):
        if any(isinstance(value, Unknown) for value in owner):
            unknown_collection(machine, node.value.attr, place)
    return machine.attribute(owner, node.attr, place)


def _subscript(machine: Interpreter, node: ast.Subscript, frame: Frame) -> Values:
    owner = machine.evaluate(node.value, frame)
    if isinstance(node.slice, ast.Slice):
        machine.evaluate(node.slice, frame)
        elements = machine.elements(owner, site(node))
        return machine.fresh_list(machine.key(node, frame), elements, exact=False)
    return machine.subscript(owner, machine.evaluate(node.slice, frame), site(node))


def _call(machine: Interpreter, node: ast.Call, frame: Frame) -> Values:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    place = site(node, name, called=True)
    if isinstance(node.func, ast.Attribute):
        callee = _read(machine, node.func, frame, place)
    else:
        callee = machine.evaluate(node.func, frame)
    scoped = [value.name for value in callee if isinstance(value, Builtin) and value.name in _SCOPED]
    if scoped:
        return _introspect(machine, node, frame, scoped[0])
    if not callee:
        _called_nothing(machine, place)
    return machine.call(callee, arguments(machine, node, frame), place)


def _called_nothing(machine: Interpreter, place: Site) -> None:
    """What is called was never assigned, as far as can be seen: it was assigned in a way that cannot be."""
    machine.hollow = True
    if machine.settled and not machine.trace.names(place.line):
        machine.trace.undecide(
            place, "unassigned", "Where what is called here comes from was not found.", "Assign it in plain sight."
        )


def arguments(machine: Interpreter, node: ast.Call, frame: Frame) -> Arguments:
    positional: list[Values] = []
    more_positional = NOTHING
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            values = machine.evaluate(argument.value, frame)
            exact = exact_items(machine, values)
            if exact is not None and not more_positional:
                positional.extend(exact)
            else:
                more_positional |= machine.joined(values, site(node)) or PLAIN
        elif more_positional:
            more_positional |= machine.evaluate(argument, frame)
        else:
            positional.append(machine.evaluate(argument, frame))
    keywords: dict[str, Values] = {}
    more_keywords = NOTHING
    for keyword in node.keywords:
        values = machine.evaluate(keyword.value, frame)
        if keyword.arg is not None:
            keywords[keyword.arg] = values
            continue
        known, rest = unpacked(machine, values)
        keywords.update(known)
        more_keywords |= rest
    return Arguments(tuple(positional), tuple(keywords.items()), more_positional, more_keywords)


def _introspect(machine: Interpreter, node: ast.Call, frame: Frame, name: str) -> Values:
    given = arguments(machine, node, frame)
    if name == "super":
        return super_values(frame, given)
    place = site(node, name)
    if name == "vars" and given.positional:
        return machine.attribute(given.get(0), "__dict__", place)
    if name == "globals" or frame.kind == "module":
        return namespace(machine, MAIN, place)
    if frame.kind == "class" and isinstance(frame.method_of, Class):
        return namespace(machine, frame.method_of, place)
    variables: dict[str | int, Values] = dict(frame.variables.items())
    return frozenset({machine.heap.mapping(machine.key(node, frame), variables)})


def super_values(frame: Frame, given: Arguments) -> Values:
    if given.positional:
        classes = [value for value in given.get(0) if isinstance(value, Class)]
        return frozenset(Super(cls, receiver) for cls in classes for receiver in given.get(1)) or UNKNOWN
    inner: Frame | None = frame
    while inner is not None and inner.method_of is None:
        inner = inner.parent
    if inner is None or not isinstance(inner.method_of, Class):
        return UNKNOWN
    return frozenset(Super(inner.method_of, receiver) for receiver in inner.receiver)


def _conditional(machine: Interpreter, node: ast.IfExp, frame: Frame) -> Values:
    machine.evaluate(node.test, frame)
    met = outcome(node.test, lambda name: machine.steady.values(node, name, frame))
    parts = [one for one, possible in ((node.body, met is not False), (node.orelse, met is not True)) if possible]
    return union(*(machine.evaluate(one, frame) for one in parts))


def _compare(machine: Interpreter, node: ast.Compare, frame: Frame) -> Values:
    left = machine.evaluate(node.left, frame)
    result = PLAIN
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        values = machine.evaluate(operand, frame)
        result |= overloaded(machine, operator, left, values, node.lineno)
        if isinstance(operator, (ast.In, ast.NotIn)):
            machine.elements(values, site(node))  # looking for a member of a collection lists it
            for value in values:
                if isinstance(value, Instance):
                    call_protocol(machine, value, "__contains__", Arguments((left,)), node.lineno)
        left = values
    return result


def _boolean(machine: Interpreter, node: ast.BoolOp, frame: Frame) -> Values:
    return union(*(machine.evaluate(value, frame) for value in node.values))


def _walrus(machine: Interpreter, node: ast.NamedExpr, frame: Frame) -> Values:
    values = machine.evaluate(node.value, frame)
    owner = frame
    while owner.kind == "comprehension" and owner.parent is not None:
        owner = owner.parent
    machine.assign(node.target, values, owner)
    return values


def _await(machine: Interpreter, node: ast.Await, frame: Frame) -> Values:
    """A coroutine counts as what it returns; a task has it."""
    values = machine.evaluate(node.value, frame)
    results = [machine.heap.attribute(box, "awaited") or frozenset({box}) for box in machine.boxes(values)]
    return union(frozenset(one for one in values if not isinstance(one, Box)), *results)


def _transparent(machine: Interpreter, node: ast.Starred, frame: Frame) -> Values:
    return machine.evaluate(node.value, frame)


def _lambda(machine: Interpreter, node: ast.Lambda, frame: Frame) -> Values:
    return frozenset({define(machine, node, "<lambda>", frame)})


def define(
    machine: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, frame: Frame
) -> Function:
    """Make a function of the script known. Made again with other defaults, as in a loop, it is another function."""
    defaults = _defaults(machine, node, frame)
    telling = tuple((parameter, machine.dullness.telling(values)) for parameter, values in defaults.items())
    made = machine.defined.setdefault((id(node), frame.id), {})
    kind = telling if len(made) < WIDTH else "all others"
    function = Function(machine.heap.number(("code", id(node), kind)), frame.id)
    made[function] = None
    code = machine.codes.get(function)
    if code is None:
        code = Code(function.code, node, name, frame, generator=_is_generator(node))
        machine.codes[function] = code
    frame.captured = True
    for parameter, values in defaults.items():
        known = code.defaults.get(parameter, NOTHING)
        if not machine.dullness.telling(values) <= machine.dullness.telling(known):
            machine.version += 1
        code.defaults[parameter] = known | values
    return function


def _defaults(
    machine: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, frame: Frame
) -> dict[str, Values]:
    """Values of the parameters that have any, as they are now."""
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    pairs = [*zip(positional[len(positional) - len(spec.defaults) :], spec.defaults, strict=True)]
    pairs += [(one, default) for one, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default]
    return {parameter.arg: machine.evaluate(default, frame) or PLAIN for parameter, default in pairs}


def _is_generator(node: ast.AST) -> bool:
    pending = list(ast.iter_child_nodes(node))
    while pending:
        child = pending.pop()
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(child))
    return False


def _yield(machine: Interpreter, node: ast.Yield, frame: Frame) -> Values:
    if node.value is not None:
        _emit(machine, frame, [machine.evaluate(node.value, frame)])
    sent = machine.heap.attribute(frame.yielded, "sent") if frame.yielded is not None else NOTHING
    return sent or PLAIN


def _yield_from(machine: Interpreter, node: ast.YieldFrom, frame: Frame) -> Values:
    inner = machine.evaluate(node.value, frame)
    _emit(machine, frame, machine.elements(inner, site(node)))
    return union(*(machine.heap.attribute(box, "returned") for box in machine.boxes(inner))) or PLAIN


def _emit(machine: Interpreter, frame: Frame, elements: list[Values]) -> None:
    owner = frame
    while owner.kind == "comprehension" and owner.parent is not None:
        owner = owner.parent
    if owner.yielded is not None:
        for element in elements:
            machine.heap.append(owner.yielded, element or PLAIN)


_HANDLERS: dict[type[ast.expr], Callable[..., Values]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.JoinedStr: formatted,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.IfExp: _conditional,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Starred: _transparent,
    ast.List: sequence,
    ast.Tuple: sequence,
    ast.Set: sequence,
    ast.Dict: mapping,
    ast.Lambda: _lambda,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
