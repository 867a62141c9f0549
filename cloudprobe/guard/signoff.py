"""The digest chain: what ``validate`` signed is what is granted, and what is granted is what runs.

Each later step calls these with what it holds; a swapped script or policy ends in a refusal, never in a repair.
"""

from collections.abc import Mapping
from typing import Any

from cloudprobe.errors import RefusedError
from cloudprobe.guard.patterns import first_match
from cloudprobe.guard.policy import allow_statements, as_list, digest, script_digest, statements
from cloudprobe.sandbox.permit import Permit

_SWAPPED = "Validate the probe again; what was signed off is not what was handed on."


def check_script(permit: Permit, script: str) -> None:
    """Refuse a script other than the one the permit was signed for.

    Raises:
        RefusedError: the digests differ.
    """
    if script_digest(script) != permit.script_digest:
        raise RefusedError("The script is not the one that was validated.", hint=_SWAPPED)


def check_policy(permit: Permit, policy: Mapping[str, Any]) -> None:
    """Refuse a policy other than the one the permit was signed for.

    Raises:
        RefusedError: the digests differ.
    """
    if digest(policy) != permit.policy_digest:
        raise RefusedError("The policy is not the one that was derived from the script.", hint=_SWAPPED)


def sign_off(permit: Permit, *, script: str, policy: Mapping[str, Any], ceiling: Mapping[str, Any]) -> None:
    """The whole check before a grant: same script, same policy, and a ceiling that covers it.

    Raises:
        RefusedError: one of the three does not hold.
    """
    check_script(permit, script)
    check_policy(permit, policy)
    uncovered = not_covered(ceiling, policy)
    if uncovered:
        raise RefusedError(
            f"The ceiling does not cover {', '.join(uncovered)}.",
            hint="Choose a wider data class, or let whoever deployed cloudprobe widen the ceiling.",
        )


def covers(ceiling: Mapping[str, Any], policy: Mapping[str, Any]) -> bool:
    """Whether a boundary lets everything through that a policy allows."""
    return not not_covered(ceiling, policy)


def not_covered(ceiling: Mapping[str, Any], policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Actions of a policy that a boundary does not let through.

    A policy with wildcards, ``NotAction`` or no action at all is never covered: it says more than it shows.
    Denials limited to resources or conditions do not count; they take away single resources, not the action.
    """
    failing: list[str] = []
    for statement in allow_statements(policy):
        actions = as_list(statement.get("Action"))
        if "NotAction" in statement or not actions:
            failing.append("NotAction" if "NotAction" in statement else "a statement without actions")
        failing.extend(action for action in actions if "*" in action or "?" in action or not _passes(ceiling, action))
    return tuple(failing)


def _passes(ceiling: Mapping[str, Any], action: str) -> bool:
    allowed = any(first_match(as_list(one.get("Action")), action) for one in allow_statements(ceiling))
    return allowed and not any(_denies(statement, action) for statement in statements(ceiling))


def _denies(statement: Mapping[str, Any], action: str) -> bool:
    if statement.get("Effect") != "Deny" or "Condition" in statement:
        return False
    if as_list(statement.get("Resource")) != ["*"]:
        return False
    if "NotAction" in statement:
        return first_match(as_list(statement["NotAction"]), action) is None
    return first_match(as_list(statement.get("Action")), action) is not None
