"""AWS handles that leave sight: given to code that is not in the script, or stored where nothing is tracked."""

from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.values import AWS_HANDLES, Bound, Box, Function, Site, Value, Values

_HINT = "Make the AWS calls in the script itself and pass only their results on."


def report_lost(machine: Interpreter, values: Values, site: Site, where: str) -> None:
    for handle in _handles(machine, values):
        machine.trace.undecide(site, "escapes", f"{handle} is given to {where}, whose code cannot be seen.", _HINT)


def report_stored(machine: Interpreter, values: Values, site: Site, where: str) -> None:
    """Something is stored where it is not tracked: whoever finds it there may call it with anything."""
    report_lost(machine, values, site, where)
    release(machine, values)


def release(machine: Interpreter, values: Values) -> None:
    """Functions that leave sight are followed as if somebody outside called them."""
    pending = list(values)
    seen: set[Value] = set()
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        if isinstance(value, Function) and value not in machine.roots:
            machine.roots.append(value)
        elif isinstance(value, Bound):
            pending.append(value.function)
        elif isinstance(value, Box):
            pending.extend(machine.partials[value].every if value in machine.partials else machine.heap.held(value))


def _handles(machine: Interpreter, values: Values) -> list[str]:
    """Handles among the values and in the containers among them, in words, each once."""
    found: set[str] = set()
    seen: set[Value] = set()
    pending = [value for value in values if not machine.dullness.is_dull(value)]
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        machine.step()
        if isinstance(value, AWS_HANDLES):
            found.add(_describe(value))
        elif isinstance(value, Box):
            pending.extend(held for held in machine.heap.held(value) if not machine.dullness.is_dull(held))
    return sorted(found)


def _describe(value: Value) -> str:
    service = getattr(value, "service", "") or getattr(getattr(value, "resource", None), "service", "")
    kind = type(value).__name__.lower()
    return f"A {service} {kind}" if service else f"A {kind}"
