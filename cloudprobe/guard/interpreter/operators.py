"""Constants, and what operators make of them: names put together from constants stay known."""

import ast
import itertools
import re

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.frames import Frame
from cloudprobe.guard.interpreter.objects import class_attribute
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    WIDTH,
    Arguments,
    Box,
    Const,
    Instance,
    Site,
    Unknown,
    Values,
    texts,
    union,
)

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TEXT_LIMIT = 200


def constant(value: object) -> Values:
    """Strings and whole numbers matter; names of regions never decide what is called, and would be followed in vain."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return PLAIN
    if isinstance(value, str) and (len(value) > _TEXT_LIMIT or _REGION.fullmatch(value)):
        return PLAIN
    return frozenset({Const(value)})


def formatted(machine: Interpreter, node: ast.JoinedStr, frame: Frame) -> Values:
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


_NAMES: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Invert: "invert",
}
"""Operators and the methods by which a class defines them."""
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def overloaded(
    machine: Interpreter, operator: ast.operator | ast.cmpop | ast.unaryop, left: Values, right: Values, line: int
) -> Values:
    """What the classes of the operands make of an operator; empty where none of them defines it."""
    name = _NAMES.get(type(operator), "")
    reflected = _MIRRORED.get(name, f"r{name}")
    result = NOTHING
    for owners, method, others in ((left, name, right), (right, reflected, left)):
        for value in owners if name else ():
            if isinstance(value, Instance):
                given = Arguments((others,) if others else ())
                result |= call_protocol(machine, value, f"__{method}__", given, line)
    return result


def call_protocol(machine: Interpreter, owner: Instance, name: str, arguments: Arguments, line: int) -> Values:
    """Call a method Python calls by itself, where the class defines it."""
    method = class_attribute(machine, owner.of, name, owner)
    return machine.call(method, arguments, Site(line, name, called=True)) if method else NOTHING


def binary(machine: Interpreter, node: ast.BinOp, frame: Frame) -> Values:
    left, right = machine.evaluate(node.left, frame), machine.evaluate(node.right, frame)
    result = overloaded(machine, node.op, left, right, node.lineno)
    result |= combine_operands(machine, node, frame, left, right)
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
        foreign = [machine.heap.held(box) | PLAIN for box in boxes if machine.heap.content(box).kind == "library"]
        rest = union(
            *(machine.heap.content(box).rest for box in boxes), left - set(boxes), right - set(boxes), *foreign
        )
        return frozenset({machine.heap.mapping(machine.key(node, frame), keyed, rest)})
    items = [item for box in boxes for item in machine.elements(frozenset({box}), Site(node.lineno))]
    if isinstance(node.op, (ast.Add, ast.BitOr, ast.BitXor)):
        others = frozenset(one for one in left | right if not isinstance(one, (Box, Const)))
        items += [others | PLAIN] if others else []
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


def unary(machine: Interpreter, node: ast.UnaryOp, frame: Frame) -> Values:
    values = machine.evaluate(node.operand, frame)
    made = overloaded(machine, node.op, values, NOTHING, node.lineno)
    if made:
        return made
    if isinstance(node.op, ast.USub):
        numbers = [value.value for value in values if isinstance(value, Const) and isinstance(value.value, int)]
        if len(numbers) == len(values):
            return frozenset(Const(-number) for number in numbers)
    return PLAIN
