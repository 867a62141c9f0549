"""Values of expressions."""

import ast
import builtins
import itertools
import re
from collections.abc import Callable, Iterator

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.frames import Code, Frame
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    WIDTH,
    Arguments,
    Box,
    Builtin,
    Const,
    Function,
    Plain,
    Site,
    Unknown,
    Values,
    texts,
    union,
)

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TEXT_LIMIT = 200


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


def constant(value: object) -> Values:
    """Strings and whole numbers matter; names of regions never decide what is called, and would be followed in vain."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return PLAIN
    if isinstance(value, str) and (len(value) > _TEXT_LIMIT or _REGION.fullmatch(value)):
        return PLAIN
    return frozenset({Const(value)})


def _constant(_machine: Interpreter, node: ast.Constant, _frame: Frame) -> Values:
    return constant(node.value)


def _name(_machine: Interpreter, node: ast.Name, frame: Frame) -> Values:
    values = frame.lookup(node.id)
    if values is not None:
        return values
    if hasattr(builtins, node.id):
        return frozenset({Builtin(node.id)})
    if node.id in {"__name__", "__file__", "__doc__"}:
        return PLAIN
    return UNKNOWN if frame.module.lookup("*") else NOTHING


def _attribute(machine: Interpreter, node: ast.Attribute, frame: Frame) -> Values:
    return machine.attribute(machine.evaluate(node.value, frame), node.attr, site(node))


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
        callee = machine.attribute(machine.evaluate(node.func.value, frame), node.func.attr, place)
    else:
        callee = machine.evaluate(node.func, frame)
    if any(isinstance(value, Builtin) and value.name in {"super", "locals", "globals", "vars"} for value in callee):
        return _introspect(machine, node, frame, name)
    return machine.call(callee, arguments(machine, node, frame), place)


def arguments(machine: Interpreter, node: ast.Call, frame: Frame) -> Arguments:
    positional: list[Values] = []
    more_positional = NOTHING
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            values = machine.evaluate(argument.value, frame)
            exact = _exact_items(machine, values)
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
        known, rest = _unpacked(machine, values)
        keywords.update(known)
        more_keywords |= rest
    return Arguments(tuple(positional), tuple(keywords.items()), more_positional, more_keywords)


def _exact_items(machine: Interpreter, values: Values) -> list[Values] | None:
    boxes = machine.boxes(values)
    if len(values) == 1 and boxes:
        content = machine.heap.content(boxes[0])
        if content.kind == "list" and content.exact and not content.rest:
            return list(content.items)
    return None


def _unpacked(machine: Interpreter, values: Values) -> tuple[dict[str, Values], Values]:
    """Known keywords of an unpacked mapping, and what may stand under others."""
    known: dict[str, Values] = {}
    rest = NOTHING
    for value in values:
        if isinstance(value, Box) and machine.heap.content(value).kind == "dict":
            content = machine.heap.content(value)
            for key, held in content.keyed.items():
                known[str(key)] = known.get(str(key), NOTHING) | held
            rest |= content.rest
        else:
            rest |= UNKNOWN if isinstance(value, Unknown) else PLAIN
    return known, rest


def _introspect(machine: Interpreter, node: ast.Call, frame: Frame, name: str) -> Values:
    """``super()``, ``globals()`` and their like need to know where they are called."""
    given = arguments(machine, node, frame)
    if name == "super":
        return super_values(frame)
    if name == "vars" and given.positional:
        owner = next(iter(given.get(0)), Plain())
        return frozenset({machine.heap.library(("vars", owner), machine.heap.attributes(owner))})
    variables = (frame if name == "locals" else frame.module).variables
    return frozenset({machine.heap.mapping(machine.key(node, frame), dict(variables))})


def super_values(frame: Frame) -> Values:
    from cloudprobe.guard.interpreter.values import Class, Super  # noqa: PLC0415

    inner: Frame | None = frame
    while inner is not None and inner.method_of is None:
        inner = inner.parent
    if inner is None or not isinstance(inner.method_of, Class):
        return UNKNOWN
    return frozenset(Super(inner.method_of, receiver) for receiver in inner.receiver)


def _formatted(machine: Interpreter, node: ast.JoinedStr, frame: Frame) -> Values:
    parts: list[list[str] | None] = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            values = machine.evaluate(value.value, frame)
            plain = value.format_spec is None and value.conversion == -1
            parts.append(_all_text(values) if plain else None)
        else:
            parts.append(_all_text(machine.evaluate(value, frame)))
    return combine(parts)


def combine(parts: list[list[str] | None]) -> Values:
    """Every concatenation of one alternative per part, or plain text when one part is not known."""
    known = [part for part in parts if part is not None]
    size = 1
    for part in known:
        size *= len(part)
    if len(known) < len(parts) or size > WIDTH:
        return PLAIN
    return union(*(constant("".join(choice)) for choice in itertools.product(*known)))


def _all_text(values: Values) -> list[str] | None:
    """All alternatives as text, None when one of them is not constant."""
    if not values or not all(isinstance(value, Const) for value in values):
        return None
    return sorted(str(value.value) for value in values if isinstance(value, Const))


def _binary(machine: Interpreter, node: ast.BinOp, frame: Frame) -> Values:
    left, right = machine.evaluate(node.left, frame), machine.evaluate(node.right, frame)
    result = combine_operands(machine, node, frame, left, right)
    if result:
        return result
    return UNKNOWN if left and left == right and Unknown() in left else PLAIN


def combine_operands(
    machine: Interpreter, node: ast.BinOp | ast.AugAssign, frame: Frame, left: Values, right: Values
) -> Values:
    """Text and containers joined by an operator; empty when it is neither."""
    if isinstance(node.op, ast.Add) and texts(left) and texts(right):
        return combine([_all_text(left), _all_text(right)])
    if isinstance(node.op, ast.Mod) and texts(left):
        return _percent(machine, left, right)
    boxes = [*machine.boxes(left), *machine.boxes(right)]
    if not boxes:
        return NOTHING
    if any(machine.heap.content(box).kind == "dict" for box in boxes):
        keyed: dict[str | int, Values] = {}
        for box in boxes:
            keyed.update(machine.heap.content(box).keyed)
        rest = union(*(machine.heap.content(box).rest for box in boxes))
        return frozenset({machine.heap.mapping(machine.key(node, frame), keyed, rest)})
    items = [item for box in boxes for item in machine.heap.elements(box)]
    exact = len(boxes) == len(left) + len(right) and len(set(items)) == len(items)
    return machine.fresh_list(machine.key(node, frame), items, exact=exact)


def _percent(machine: Interpreter, left: Values, right: Values) -> Values:
    """``"describe_%s" % noun`` with constants."""
    box = next(iter(machine.boxes(right)), None)
    operands = machine.heap.elements(box) if box else [right]
    alternatives = [_all_text(operand) for operand in operands]
    if any(alternative is None for alternative in alternatives):
        return PLAIN
    results: set[Const] = set()
    for template in texts(left):
        for choice in itertools.islice(itertools.product(*(known for known in alternatives if known)), WIDTH):
            try:
                results.add(Const(template % choice))
            except (TypeError, ValueError):
                return PLAIN
    return frozenset(results)


def _unary(machine: Interpreter, node: ast.UnaryOp, frame: Frame) -> Values:
    values = machine.evaluate(node.operand, frame)
    if isinstance(node.op, ast.USub):
        numbers = [value.value for value in values if isinstance(value, Const) and isinstance(value.value, int)]
        if len(numbers) == len(values):
            return frozenset(Const(-number) for number in numbers)
    return PLAIN


def _conditional(machine: Interpreter, node: ast.IfExp, frame: Frame) -> Values:
    machine.evaluate(node.test, frame)
    return machine.evaluate(node.body, frame) | machine.evaluate(node.orelse, frame)


def _boolean(machine: Interpreter, node: ast.BoolOp, frame: Frame) -> Values:
    return union(*(machine.evaluate(value, frame) for value in node.values))


def _walrus(machine: Interpreter, node: ast.NamedExpr, frame: Frame) -> Values:
    values = machine.evaluate(node.value, frame)
    owner = frame
    while owner.kind == "comprehension" and owner.parent is not None:
        owner = owner.parent
    machine.assign(node.target, values, owner)
    return values


def _transparent(machine: Interpreter, node: ast.Await | ast.Starred, frame: Frame) -> Values:
    return machine.evaluate(node.value, frame)


def _sequence(machine: Interpreter, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Values:
    items: list[Values] = []
    exact = True
    for element in node.elts:
        values = machine.evaluate(element, frame)
        if isinstance(element, ast.Starred):
            unpacked = _exact_items(machine, values)
            exact = exact and unpacked is not None
            items.extend(unpacked if unpacked is not None else machine.elements(values, site(node)))
        else:
            items.append(values or PLAIN)
    return machine.fresh_list(machine.key(node, frame), items, exact=exact)


def _dict(machine: Interpreter, node: ast.Dict, frame: Frame) -> Values:
    keyed: dict[str | int, Values] = {}
    rest = NOTHING
    for key, value in zip(node.keys, node.values, strict=True):
        values = machine.evaluate(value, frame)
        if key is None:
            known, more = _unpacked(machine, values)
            keyed.update(known)
            rest |= more
            continue
        keys = machine.evaluate(key, frame)
        if keys and all(isinstance(one, Const) for one in keys):
            for one in keys:
                if isinstance(one, Const):
                    keyed[one.value] = values if len(keys) == 1 else keyed.get(one.value, NOTHING) | values
        else:
            rest |= values or PLAIN
    return frozenset({machine.heap.mapping(machine.key(node, frame), keyed, rest)})


def _lambda(machine: Interpreter, node: ast.Lambda, frame: Frame) -> Values:
    return frozenset({define(machine, node, "<lambda>", frame)})


def define(
    machine: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str, frame: Frame
) -> Function:
    """Make a function of the script known, with its defaults as they are now."""
    number = machine.heap.number(("code", id(node)))
    function = Function(number, frame.id)
    code = machine.codes.get(function)
    if code is None:
        code = Code(number, node, name, frame, generator=_is_generator(node))
        machine.codes[function] = code
    frame.captured = True
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    for parameter, default in zip(positional[len(positional) - len(spec.defaults) :], spec.defaults, strict=True):
        code.defaults[parameter.arg] = machine.evaluate(default, frame) or PLAIN
    for parameter, keyword_default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if keyword_default is not None:
            code.defaults[parameter.arg] = machine.evaluate(keyword_default, frame) or PLAIN
    return function


def _is_generator(node: ast.AST) -> bool:
    pending = list(ast.iter_child_nodes(node))
    while pending:
        child = pending.pop()
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(child))
    return False


def _comprehension(machine: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Values:
    results = [machine.evaluate(node.elt, inner) or PLAIN for inner in _iterations(machine, node.generators, frame)]
    exact = len(results) > 0 and not any(generator.ifs for generator in node.generators)
    return machine.fresh_list(machine.key(node, frame), _distinct(results), exact=exact)


def _dict_comprehension(machine: Interpreter, node: ast.DictComp, frame: Frame) -> Values:
    keyed: dict[str | int, Values] = {}
    rest = NOTHING
    for inner in _iterations(machine, node.generators, frame):
        keys, values = machine.evaluate(node.key, inner), machine.evaluate(node.value, inner) or PLAIN
        if keys and all(isinstance(key, Const) for key in keys):
            for key in keys:
                if isinstance(key, Const):
                    keyed[key.value] = keyed.get(key.value, NOTHING) | values
        else:
            rest |= values
    return frozenset({machine.heap.mapping(machine.key(node, frame), keyed, rest)})


def _iterations(machine: Interpreter, generators: list[ast.comprehension], frame: Frame) -> Iterator[Frame]:
    """One frame per combination of elements; the same frame object with other variables."""
    inner = Frame(machine.heap.number(("comprehension", id(generators[0]), frame.id)), "comprehension", frame)
    machine.frames[inner.id] = inner
    yield from _nested(machine, generators, inner)


def _nested(machine: Interpreter, generators: list[ast.comprehension], frame: Frame) -> Iterator[Frame]:
    if not generators:
        yield frame
        return
    first, *others = generators
    for element in loop_elements(machine, machine.evaluate(first.iter, frame), site(first.iter)):
        machine.assign(first.target, element, frame)
        for condition in first.ifs:
            machine.evaluate(condition, frame)
        yield from _nested(machine, others, frame)


def loop_elements(machine: Interpreter, values: Values, place: Site) -> list[Values]:
    """Elements to follow one by one; those that cannot matter are one, and so are all when there are too many."""
    telling: list[Values] = []
    dull: list[Values] = []
    for element in _distinct(machine.elements(values, place)):
        (dull if all(machine.dullness.is_dull(value) for value in element) else telling).append(element)
    if len(telling) > WIDTH:
        telling = [union(*telling)]
    return [*telling, union(*dull)] if dull else telling


def _distinct(elements: list[Values]) -> list[Values]:
    return list(dict.fromkeys(elements))


def _yield(machine: Interpreter, node: ast.Yield, frame: Frame) -> Values:
    if node.value is not None:
        _emit(machine, frame, [machine.evaluate(node.value, frame)])
    return PLAIN


def _yield_from(machine: Interpreter, node: ast.YieldFrom, frame: Frame) -> Values:
    _emit(machine, frame, machine.elements(machine.evaluate(node.value, frame), site(node)))
    return PLAIN


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
    ast.JoinedStr: _formatted,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.IfExp: _conditional,
    ast.BoolOp: _boolean,
    ast.NamedExpr: _walrus,
    ast.Await: _transparent,
    ast.Starred: _transparent,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
