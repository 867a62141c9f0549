"""Lists, dictionaries and comprehensions, and what iterating them gives."""

import ast
from collections.abc import Iterator

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.frames import Frame
from cloudprobe.guard.interpreter.values import NOTHING, PLAIN, UNKNOWN, WIDTH, Box, Const, Site, Unknown, Values, union


def exact_items(machine: Interpreter, values: Values) -> list[Values] | None:
    boxes = machine.boxes(values)
    if len(values) == 1 and boxes:
        content = machine.heap.content(boxes[0])
        if content.kind == "list" and content.exact and not content.rest:
            return list(content.items)
    return None


def unpacked(machine: Interpreter, values: Values) -> tuple[dict[str, Values], Values]:
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


def sequence(machine: Interpreter, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Values:
    items: list[Values] = []
    exact = True
    for element in node.elts:
        values = machine.evaluate(element, frame)
        if isinstance(element, ast.Starred):
            inside = exact_items(machine, values)
            exact = exact and inside is not None
            items.extend(inside if inside is not None else machine.elements(values, Site(node.lineno)))
        else:
            items.append(values or PLAIN)
    return machine.fresh_list(machine.key(node, frame), items, exact=exact)


def mapping(machine: Interpreter, node: ast.Dict, frame: Frame) -> Values:
    keyed: dict[str | int, Values] = {}
    rest = odd = NOTHING
    for key, value in zip(node.keys, node.values, strict=True):
        values = machine.evaluate(value, frame)
        if key is None:
            known, more = unpacked(machine, values)
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
            odd |= keys
    return _with_keys(machine, machine.heap.mapping(machine.key(node, frame), keyed, rest), odd)


def comprehension(machine: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Values:
    results = [machine.evaluate(node.elt, inner) or PLAIN for inner in _iterations(machine, node.generators, frame)]
    exact = len(results) > 0 and not any(generator.ifs for generator in node.generators)
    return machine.fresh_list(machine.key(node, frame), _distinct(results), exact=exact)


def dict_comprehension(machine: Interpreter, node: ast.DictComp, frame: Frame) -> Values:
    keyed: dict[str | int, Values] = {}
    rest = odd = NOTHING
    for inner in _iterations(machine, node.generators, frame):
        keys, values = machine.evaluate(node.key, inner), machine.evaluate(node.value, inner) or PLAIN
        if keys and all(isinstance(key, Const) for key in keys):
            for key in keys:
                if isinstance(key, Const):
                    keyed[key.value] = keyed.get(key.value, NOTHING) | values
        else:
            rest |= values
            odd |= keys
    return _with_keys(machine, machine.heap.mapping(machine.key(node, frame), keyed, rest), odd)


def _with_keys(machine: Interpreter, box: Box, keys: Values) -> Values:
    machine.heap.put_keys(box, machine.dullness.interesting(keys))
    return frozenset({box})


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
    for element in loop_elements(machine, machine.evaluate(first.iter, frame), Site(first.iter.lineno)):
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
    if telling and dull:
        telling[-1] |= union(*(element for element in dull if not _is_constant(machine, element)))
    if telling or dull:
        return telling or [union(*dull)]
    machine.hollow = True  # what is empty now may be filled by a part of the script that is not seen yet
    return [PLAIN] if machine.settled and values else []


def _is_constant(machine: Interpreter, element: Values) -> bool:
    """Whether an element that cannot matter is written in the script, so that it names no operation."""
    held = [value for box in machine.boxes(element) for value in machine.heap.held(box)]
    constants = [isinstance(value, Const) for value in [*element, *held] if not isinstance(value, Box)]
    return bool(constants) and all(constants)


def _distinct(elements: list[Values]) -> list[Values]:
    return list(dict.fromkeys(elements))
