"""What a denial adds to a derived policy: the one action, under the ceiling, and nothing that was not asked for."""

from collections.abc import Sequence
from dataclasses import replace

from cloudprobe.guard.boundary import split_needed
from cloudprobe.guard.ceiling import decide_operation
from cloudprobe.guard.policy import Need
from cloudprobe.sandbox.permit import AllowedOperation, DataClass


def allowed(
    supplement: Sequence[tuple[str, str]], wanted: Sequence[str], data_class: DataClass
) -> tuple[tuple[str, str], ...]:
    """What of it the ceiling lets a probe have, under the one boundary of its role. Contents are never widened so.

    Args:
        supplement: operation (``service:Operation``) and action of what was denied.
        wanted: actions the probe has already.
        data_class: the widest class the person asking chose.
    """
    given: list[tuple[str, str]] = []
    for operation, action in supplement:
        together = {*wanted, *(one for _, one in given), action}
        if _is_allowed(operation, action, data_class) and not split_needed(sorted(together), data_class):
            given.append((operation, action))
    return tuple(given)


def _is_allowed(operation: str, action: str, data_class: DataClass) -> bool:
    service, _, name = operation.partition(":")
    decision = decide_operation(service, name, action, data_class)
    return bool(action) and decision.allowed and decision.tier != "data"


def widened(wanted: Sequence[Need], given: Sequence[tuple[str, str]]) -> tuple[Need, ...]:
    """The needs with what was given.

    An action that was narrowed and yet denied was narrowed wrongly, so it stands for every resource of the account;
    naming those that were seen denied would leave out the next ones a loop comes to.
    """
    actions = {action for _, action in given}
    known = {need.action for need in wanted}
    kept = [replace(need, resources=("*",)) if need.action in actions else need for need in wanted]
    kept += [Need(action, ("*",), ()) for action in actions - known]
    return tuple(sorted(kept, key=lambda need: need.action))


def with_operations(
    known: Sequence[AllowedOperation], given: Sequence[tuple[str, str]]
) -> tuple[AllowedOperation, ...]:
    """What may be called, with the operations that were given and are not in it; narrowed ones are widened."""
    extra = {operation for operation, _ in given}
    kept = [replace(one, resources=("*",)) if f"{one.service}:{one.operation}" in extra else one for one in known]
    named = {f"{one.service}:{one.operation}" for one in known}
    kept += [
        AllowedOperation(service=o.partition(":")[0], operation=o.partition(":")[2]) for o in sorted(extra - named)
    ]
    return tuple(kept)
