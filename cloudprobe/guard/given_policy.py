"""A policy that a person gives instead of the derived one: what a run may call under it, and never past the ceiling."""

from collections.abc import Iterable, Mapping
from typing import Any

from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.guard import models
from cloudprobe.guard.actions import action_for, services_of
from cloudprobe.guard.boundary import apart, boundary_for
from cloudprobe.guard.ceiling import decide, decide_operation
from cloudprobe.guard.patterns import first_match
from cloudprobe.guard.policy import allow_statements, allowed_actions, as_list, statements
from cloudprobe.guard.signoff import not_covered
from cloudprobe.sandbox.permit import AllowedOperation, DataClass

_KEYS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})


def check_given(policy: Mapping[str, Any], *, account: str, data_class: DataClass) -> None:
    """Refuse a policy that is none, or that allows more than the ceiling.

    Raises:
        UsageError: it is no identity policy.
        RefusedError: it goes beyond the ceiling, or reads content of whatever there is.
    """
    found = policy.get("Statement", [])
    listed = [found] if isinstance(found, Mapping) else found
    if (
        not isinstance(listed, list)
        or len(listed) != len(statements(policy))
        or not {"Version", "Statement"} <= set(policy)
    ):
        raise UsageError("The policy is no IAM policy document.", hint="It has a Version and a list of Statement.")
    for one in statements(policy):
        if set(one) - _KEYS or one.get("Effect") not in {"Allow", "Deny"} or not {"Resource", "NotResource"} & set(one):
            raise UsageError(f"A statement of the policy is none: {str(one)[:100]}.", hint="See IAM's policy grammar.")
    ceiling = boundary_for(policy, account_id=account, data_class=data_class).document
    if beyond := not_covered(ceiling, policy):
        if said := _to_be_split(policy, beyond, data_class):
            raise RefusedError(" ".join(message for message, _ in said), hint=said[0][1])
        raise RefusedError(
            f"The policy goes beyond the ceiling: {', '.join(dict.fromkeys(beyond))}.",
            hint="Name each action in full, and only what the data class reads: see `cloudprobe policy ceiling`.",
        )
    for statement in allow_statements(policy):
        content = [a for a in as_list(statement["Action"]) if decide(a, data_class).tier == "data"]
        if content and ("NotResource" in statement or "*" in as_list(statement.get("Resource"))):
            raise RefusedError(
                f"The policy reads the content of everything there is: {', '.join(content)}.",
                hint="Name the resources in its statement.",
            )


def _to_be_split(policy: Mapping[str, Any], beyond: Iterable[str], data_class: DataClass) -> list[tuple[str, str]]:
    """What is said where every action may be had, only not together; nothing where one may not be had at all."""
    if not all(decide(one, data_class).allowed for one in beyond):
        return []
    return list(apart(allowed_actions(policy), data_class, of="policy").values())


def operations_under(
    policy: Mapping[str, Any], data_class: DataClass, *, of: Iterable[tuple[str, str]] | None = None
) -> tuple[AllowedOperation, ...]:
    """The operations a policy lets through, and the ceiling too.

    Args:
        policy: as ``check_given`` passed it.
        data_class: as chosen.
        of: services and operations to choose from; all there are where None.
    """
    allowed = [(as_list(s["Action"]), tuple(as_list(s.get("Resource")))) for s in allow_statements(policy)]
    chosen = of if of is not None else _all({a.partition(":")[0] for actions, _ in allowed for a in actions})
    found = []
    for service, operation in chosen:
        needed = action_for(service, operation)
        if needed is None or not decide_operation(service, operation, needed, data_class).allowed:
            continue
        resources = [one for actions, where in allowed if first_match(actions, needed) for one in where]
        if resources or needed == "":
            found.append(
                AllowedOperation(
                    service=service, operation=operation, resources=tuple(sorted(set(resources))) or ("*",)
                )
            )
    return tuple(found)


def _all(prefixes: set[str]) -> Iterable[tuple[str, str]]:
    yield "sts", "GetCallerIdentity"
    for service in services_of(prefixes):
        for operation in sorted(models.operation_names(service)):
            if (service, operation) != ("sts", "GetCallerIdentity"):
                yield service, operation
