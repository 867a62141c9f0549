"""Effects of statements: assignments, branches, loops, definitions, imports."""

import ast
from collections.abc import Callable, Sequence
from functools import partial

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.displays import loop_elements
from cloudprobe.guard.interpreter.exceptions import caught, make, raise_, record
from cloudprobe.guard.interpreter.expressions import define, site
from cloudprobe.guard.interpreter.frames import ClassBody, Frame, Snapshot
from cloudprobe.guard.interpreter.library import canonical
from cloudprobe.guard.interpreter.narrowing import open_cases, outcome
from cloudprobe.guard.interpreter.objects import class_attribute, find_in_classes, metaclass
from cloudprobe.guard.interpreter.operators import call_protocol, combine_operands, constant
from cloudprobe.guard.interpreter.state import namespace, undecide
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Arguments,
    Box,
    BoxMethod,
    Builtin,
    Class,
    Const,
    Instance,
    Module,
    Resource,
    Site,
    Unknown,
    Values,
    Wrapped,
    union,
)

_WHILE_PASSES = 4
_IN_PLACE = {ast.Add: "__iadd__", ast.BitOr: "__ior__", ast.BitXor: "__ixor__"}
"""Operators that change a container instead of making another."""


def run(machine: Interpreter, body: Sequence[ast.stmt], frame: Frame) -> bool:
    """Execute statements in order; false when the end cannot be reached."""
    for statement in body:
        machine.step()
        machine.line = statement.lineno
        handler = _HANDLERS.get(type(statement))
        news = machine.heap.news
        goes_on = _evaluate_parts if handler is None else handler
        stops = goes_on(machine, statement, frame) is False
        if machine.heap.news != news and not machine.growing:
            machine.growing = statement.lineno
        if stops:
            return False
    return True


def _evaluate_parts(machine: Interpreter, statement: ast.stmt, frame: Frame) -> None:
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr):
            machine.evaluate(child, frame)


def _branches(frame: Frame, branches: Sequence[Callable[[], bool]]) -> bool:
    """Run alternatives from the same state and continue with what any of them leaves."""
    before = frame.snapshot()
    states: list[Snapshot] = []
    for branch in branches:
        frame.restore(before)
        if branch():
            states.append(frame.snapshot())
    if states:
        frame.join(states)
    return bool(states)


def _if(machine: Interpreter, node: ast.If, frame: Frame) -> bool:
    machine.evaluate(node.test, frame)
    met = outcome(node.test, lambda name: machine.steady.values(node, name, frame))
    bodies = [(node.body, met is not False), (node.orelse, met is not True)]
    if met is None:
        seen = outcome(node.test, lambda part: _texts_now(machine, part, frame))
        doubtful = None if seen is None else node.orelse if seen else node.body
        return _branches(frame, [_in_doubt(machine, body, frame, doubtful=body is doubtful) for body, _ in bodies])
    return _branches(frame, _taken(machine, bodies, frame))


def _texts_now(machine: Interpreter, node: ast.expr, frame: Frame) -> frozenset[str] | None:
    """Every text a variable or an attribute was seen to hold so far."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    held = machine.evaluate(node, frame)
    found = {one.value for one in held if isinstance(one, Const) and isinstance(one.value, str)}
    return frozenset(found) if found and len(found) == len(held) else None


def _in_doubt(machine: Interpreter, body: list[ast.stmt], frame: Frame, *, doubtful: bool) -> Callable[[], bool]:
    """Run a branch; in one that is probably never taken with these values, no operation counts as made up."""

    def branch() -> bool:
        machine.taken.add(id(body))
        before, machine.dead = machine.dead, machine.dead or doubtful
        try:
            return machine.run(body, frame)
        finally:
            machine.dead = before

    return branch


def _taken(
    machine: Interpreter, bodies: Sequence[tuple[list[ast.stmt], bool]], frame: Frame
) -> list[Callable[[], bool]]:
    """Those of some bodies that can run; the others are noted, for nobody may ever run them."""
    branches: list[Callable[[], bool]] = []
    for body, possible in bodies:
        if possible:
            machine.taken.add(id(body))
            branches.append(partial(machine.run, body, frame))
        elif body:
            machine.passed_over.setdefault(id(body), (body, frame, frame.snapshot()))
    return branches


def _match(machine: Interpreter, node: ast.Match, frame: Frame) -> bool:
    subject = machine.evaluate(node.subject, frame)

    *possible, none = open_cases(node, machine.steady.values(node, node.subject, frame))
    branches: list[Callable[[], bool]] = [lambda: True] if none else []

    def case(one: ast.match_case, run: Callable[[], bool]) -> Callable[[], bool]:
        def branch() -> bool:
            _bind_pattern(machine, one.pattern, subject, frame)
            if one.guard is not None:
                machine.evaluate(one.guard, frame)
            return run()

        return branch

    for one, open_ in zip(node.cases, possible, strict=True):
        branches.extend(case(one, run) for run in _taken(machine, [(one.body, open_)], frame))
    return _branches(frame, branches)


def _bind_pattern(machine: Interpreter, pattern: ast.pattern, subject: Values, frame: Frame) -> None:
    """Whatever a pattern captures may be the subject, a part of it, or a part of a part."""
    subject |= _matched_attributes(machine, pattern, subject)
    for part in ast.walk(pattern):
        name = getattr(part, "name", None) or getattr(part, "rest", None)
        if isinstance(name, str):
            held = union(*(machine.heap.held(box) for box in machine.boxes(subject)))
            frame.assign(name, subject | held | machine.joined(subject, Site(getattr(part, "lineno", 0))))
    for part in ast.walk(pattern):
        if isinstance(part, ast.MatchValue):
            machine.evaluate(part.value, frame)


def _matched_attributes(machine: Interpreter, pattern: ast.pattern, subject: Values) -> Values:
    """What ``case Job(client=c):`` reads, of the subject and of what is read from it."""
    read = NOTHING
    for part in ast.walk(pattern):
        for name in part.kwd_attrs if isinstance(part, ast.MatchClass) else ():
            held = union(subject, read, *(machine.heap.held(box) for box in machine.boxes(subject)))
            owners = frozenset(one for one in held if isinstance(one, (Resource, Instance)))
            read |= machine.attribute(owners, name, Site(machine.line)) - PLAIN
    return read


def _for(machine: Interpreter, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
    elements = loop_elements(machine, machine.evaluate(node.iter, frame), site(node.iter))
    for element in elements:
        _iteration(machine, node.body, frame, before=partial(machine.assign, node.target, element, frame))
    machine.run(node.orelse, frame)
    return True


def _while(machine: Interpreter, node: ast.While, frame: Frame) -> bool:
    for _ in range(_WHILE_PASSES):
        state, growth = frame.snapshot(), machine.heap.growth
        _iteration(machine, node.body, frame, before=lambda: machine.evaluate(node.test, frame))
        if frame.snapshot() == state and machine.heap.growth == growth:
            break
    machine.run(node.orelse, frame)
    return True


def _iteration(machine: Interpreter, body: Sequence[ast.stmt], frame: Frame, *, before: Callable[[], object]) -> None:
    """One pass through a loop body; the loop may also have been left before or in it."""
    start = frame.snapshot()
    frame.exits.append([])
    before()
    alive = machine.run(body, frame)
    states = [start, *frame.exits.pop()]
    if alive:
        states.append(frame.snapshot())
    frame.join(states)


def _leave_loop(_machine: Interpreter, _node: ast.stmt, frame: Frame) -> bool:
    if frame.exits:
        frame.exits[-1].append(frame.snapshot())
    return False


def _try(machine: Interpreter, node: ast.Try, frame: Frame) -> bool:
    before = frame.snapshot()
    frame.attempts.append(dict(before))
    alive = machine.run(node.body, frame)
    seen = frame.attempts.pop()
    states: list[Snapshot] = []
    if alive and machine.run(node.orelse, frame):
        states.append(frame.snapshot())
    for handler in node.handlers:
        frame.join([before, seen])
        kinds = machine.evaluate(handler.type, frame) if handler.type is not None else None
        if handler.name is not None:
            frame.assign(handler.name, caught(machine, kinds))
        if machine.run(handler.body, frame):
            states.append(frame.snapshot())
    frame.join(states or [before, seen])
    return machine.run(node.finalbody, frame) and bool(states)


def _with(machine: Interpreter, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
    exits: list[tuple[ast.expr, Values]] = []
    for item in node.items:
        manager = machine.evaluate(item.context_expr, frame)
        entered = enter(machine, manager, site(item.context_expr))
        if item.optional_vars is not None:
            machine.assign(item.optional_vars, entered, frame)
        exits.append((item.context_expr, manager))
    alive = machine.run(node.body, frame)
    for expression, manager in exits:
        _leave(machine, manager, expression)
    return alive  # a context manager may swallow an exception, but not a return


def _leave(machine: Interpreter, manager: Values, node: ast.expr) -> None:
    """Leaving a block tells its manager which exception left it."""
    for value in manager:
        for name in ("__exit__", "__aexit__") if isinstance(value, Instance) else ():
            hook = class_attribute(machine, value.of, name, value) if isinstance(value, Instance) else NOTHING
            if hook:
                machine.call(hook, Arguments((PLAIN, caught(machine), PLAIN)), site(node, name, called=True))


def enter(machine: Interpreter, manager: Values, place: Site) -> Values:
    """What ``with`` binds: the yield of a generator, the result of ``__enter__``, or the manager itself."""
    entered = NOTHING
    for value in manager:
        given = machine.heap.attribute(value, "entered") if isinstance(value, Box) else NOTHING
        if given:
            entered |= given
            continue
        if isinstance(value, Box) and machine.heap.content(value).kind == "list":
            entered |= machine.joined(frozenset({value}), place)
            continue
        method = NOTHING
        for name in ("__enter__", "__aenter__"):
            method |= machine.attribute(frozenset({value}), name, Site(place.line, name, called=True))
        if method and not isinstance(value, (Unknown, Box)) and method != PLAIN:
            entered |= machine.call(method, Arguments(), Site(place.line, "__enter__", called=True))
        else:
            entered |= frozenset({value})
    return entered


def _assign(machine: Interpreter, node: ast.Assign, frame: Frame) -> None:
    values = machine.evaluate(node.value, frame)
    for target in node.targets:
        machine.assign(target, values, frame)


def _annotated(machine: Interpreter, node: ast.AnnAssign, frame: Frame) -> None:
    if node.value is not None:
        machine.assign(node.target, machine.evaluate(node.value, frame), frame)


def _augmented(machine: Interpreter, node: ast.AugAssign, frame: Frame) -> None:
    old = machine.evaluate(ast.copy_location(_as_load(node.target), node.target), frame)
    added = machine.evaluate(node.value, frame)
    method = _IN_PLACE.get(type(node.op))
    for value in old if method else ():
        if isinstance(value, Box) and machine.heap.content(value).kind in {"list", "dict"}:
            machine.call(frozenset({BoxMethod(value, str(method))}), Arguments((added,)), site(node, str(method)))
        elif isinstance(value, Instance):
            hook = class_attribute(machine, value.of, str(method), value)
            machine.call(hook, Arguments((added,)), site(node, str(method), called=True))
    if isinstance(node.op, ast.BitOr) and machine.boxes(old):
        machine.assign(node.target, old, frame)
        return
    combined = combine_operands(machine, node, frame, old, added)
    machine.assign(node.target, frozenset(machine.boxes(old)) | combined or old | PLAIN, frame)


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


def _return(machine: Interpreter, node: ast.Return, frame: Frame) -> bool:
    frame.returned |= machine.evaluate(node.value, frame) if node.value is not None else PLAIN
    return False


def _raise(machine: Interpreter, node: ast.Raise, frame: Frame) -> bool:
    if node.exc is not None:
        raise_(machine, machine.evaluate(node.exc, frame), site(node, called=True))
    if node.cause is not None:
        record(machine, machine.evaluate(node.cause, frame))
    return False


def _assert(machine: Interpreter, node: ast.Assert, frame: Frame) -> None:
    machine.evaluate(node.test, frame)
    if node.msg is not None:
        given = Arguments((machine.evaluate(node.msg, frame),))
        record(machine, make(machine, "AssertionError", given, site(node)))


def _function(machine: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
    function = define(machine, node, node.name, frame)
    values: Values = frozenset({function})
    if frame.kind == "class":
        machine.codes[function].method_of = frame.method_of
    for decorator in reversed(node.decorator_list):
        values = _decorate(machine, decorator, values, frame)
    frame.assign(node.name, values)


def _decorate(machine: Interpreter, decorator: ast.expr, values: Values, frame: Frame) -> Values:
    """What a decorator makes of a function or class; a foreign one is taken to call through to it."""
    name = ast.unparse(decorator).split("(")[0]
    if name.endswith((".setter", ".deleter")) and isinstance(decorator, ast.Attribute):
        known = frozenset(one for one in machine.evaluate(decorator.value, frame) if isinstance(one, Wrapped))
        if known:
            return known | frozenset(Wrapped("setter", value) for value in values)
    if name.endswith(("property", ".setter", ".getter", ".deleter")) and "(" not in ast.unparse(decorator):
        return frozenset(Wrapped("property", value) for value in values if not isinstance(value, Wrapped)) or values
    result = NOTHING
    for value in machine.evaluate(decorator, frame):
        if machine.leaves_alone(value):
            result |= values
        else:
            place = site(decorator, name.split(".")[-1], called=True)
            result |= machine.call(frozenset({value}), Arguments((values,)), place)
    return result or values


def _class(machine: Interpreter, node: ast.ClassDef, frame: Frame) -> None:
    value = Class(machine.heap.number(("class", id(node), frame.id)))
    body = machine.classes.get(value)
    if body is None:
        inner = Frame(machine.heap.number(("class frame", id(node), frame.id)), "class", frame, method_of=value)
        body = machine.classes[value] = ClassBody(node, inner)
        machine.frames[inner.id] = inner
    machine.ancestries.clear()
    body.bases = [machine.evaluate(base, frame) for base in node.bases]
    body.fields = [
        part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]
    body.metaclass = union(*(_class_keyword(machine, keyword, frame) for keyword in node.keywords))
    earlier = body.frame.snapshot()
    machine.run(node.body, body.frame)
    body.frame.join([body.frame.variables, earlier])  # in a loop, each pass makes a class of this name
    _ask_metaclass(machine, value, node)
    for name, held in list(body.frame.variables.items()):
        for one in held:
            if isinstance(one, Instance):
                given = Arguments((frozenset({value}), constant(name)))
                call_protocol(machine, one, "__set_name__", given, node.lineno)
    hook = class_attribute(machine, value, "__init_subclass__", value, after=value)
    if hook:
        machine.call(hook, Arguments(), site(node, "__init_subclass__", called=True))
    values: Values = frozenset({value})
    for decorator in reversed(node.decorator_list):
        values = _decorate(machine, decorator, values, frame) | values
    frame.assign(node.name, values)


def _class_keyword(machine: Interpreter, keyword: ast.keyword, frame: Frame) -> Values:
    values = machine.evaluate(keyword.value, frame)
    return values if keyword.arg == "metaclass" else NOTHING


def _ask_metaclass(machine: Interpreter, cls: Class, node: ast.ClassDef) -> None:
    """What a metaclass does when a class is made, to the class itself: ``__new__`` and ``__init__``."""
    for meta in metaclass(machine, cls):
        if find_in_classes(machine, meta, "__prepare__"):
            undecide(machine, site(node), "__prepare__ decides what the names of the class mean")
        ancestors = frozenset(one for base in machine.classes[cls].bases for one in base)
        bases = machine.fresh_list(("bases", cls), [frozenset({one}) for one in sorted(ancestors, key=repr)])
        given = (constant(node.name), bases, namespace(machine, cls, site(node)))
        for name, receiver in (("__new__", meta), ("__init__", cls)):
            hook = find_in_classes(machine, meta, name)
            if hook:
                place = site(node, name, called=True)
                machine.call(hook, Arguments((frozenset({receiver}), *given)), place)


def _import(_machine: Interpreter, node: ast.Import, frame: Frame) -> None:
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.split(".")[0]
        frame.assign(alias.asname or name, frozenset({Module(name)}))


def _import_from(_machine: Interpreter, node: ast.ImportFrom, frame: Frame) -> None:
    origin = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name != "*":
            frame.assign(alias.asname or alias.name, _imported_from(origin, alias.name))
        elif origin == "boto3":
            for name in ("client", "resource", "Session", "session"):
                frame.assign(name, frozenset({Module(f"boto3.{name}")}))
        else:
            frame.assign("*", UNKNOWN)


def _imported_from(origin: str, name: str) -> Values:
    full = canonical(f"{origin}.{name}")
    return frozenset({Builtin(name) if full == f"builtins.{name}" else Module(full)})


def _global(_machine: Interpreter, node: ast.Global, frame: Frame) -> None:
    for name in node.names:
        frame.outside[name] = frame.module


def _nonlocal(_machine: Interpreter, node: ast.Nonlocal, frame: Frame) -> None:
    for name in node.names:
        owner = frame.parent
        while owner is not None and (owner.kind == "class" or name not in owner.variables):
            owner = owner.parent
        if owner is not None:
            frame.outside[name] = owner


def assign(machine: Interpreter, target: ast.expr, values: Values, frame: Frame) -> None:
    """Bind values to a target."""
    if isinstance(target, ast.Name):
        if frame.seen_elsewhere(target.id):
            _note_change(machine, frame, target.id, values)
        frame.assign(target.id, values)
    elif isinstance(target, ast.Attribute):
        machine.set_attribute(machine.evaluate(target.value, frame), target.attr, values, site(target))
    elif isinstance(target, ast.Subscript):
        if isinstance(target.slice, ast.Slice):
            values = values - frozenset(machine.boxes(values)) | machine.joined(values, site(target))
        owner, keys = machine.evaluate(target.value, frame), machine.evaluate(target.slice, frame)
        machine.set_item(owner, keys, values, site(target))
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target, values, frame)
    elif isinstance(target, ast.Starred):
        elements = machine.elements(values, site(target))
        assign(machine, target.value, machine.fresh_list(machine.key(target, frame), elements, exact=False), frame)


def _note_change(machine: Interpreter, frame: Frame, name: str, values: Values) -> None:
    """Calls are remembered until a variable that functions read changes in a way that matters to them."""
    telling = machine.dullness.telling
    if name in frame.outside:
        if not telling(values) <= telling(frame.outside[name].from_outside.get(name, NOTHING)):
            machine.version += 1
            machine.heap.news += 1
        return
    old = telling(frame.lookup(name) or NOTHING)
    if old != telling(values):
        machine.version += 1


def _unpack(machine: Interpreter, target: ast.Tuple | ast.List, values: Values, frame: Frame) -> None:
    starred = any(isinstance(element, ast.Starred) for element in target.elts)
    parts: list[Values] = [NOTHING] * len(target.elts)
    for value in values:
        elements = machine.elements(frozenset({value}), site(target))
        exact = isinstance(value, Box) and machine.heap.content(value).exact and len(elements) == len(parts)
        merged = NOTHING if exact else union(*elements)
        for index in range(len(parts)):
            parts[index] |= elements[index] if exact else merged
    for element, part in zip(target.elts, parts, strict=True):
        inner = element.value if isinstance(element, ast.Starred) and starred else element
        if isinstance(element, ast.Starred):
            part = machine.fresh_list(machine.key(element, frame), [part], exact=False)  # noqa: PLW2901 (a list of it)
        assign(machine, inner, part, frame)


_HANDLERS: dict[type[ast.stmt], Callable[..., bool | None]] = {
    ast.If: _if,
    ast.Match: _match,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _leave_loop,
    ast.Continue: _leave_loop,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
}
