"""Whether a policy allows no more than another one. Sound and not complete: when in doubt it allows more."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudprobe.guard.patterns import includes
from cloudprobe.guard.policy import allow_statements, as_list, canonical

_PLAIN = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})


def allows_no_more(policy: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    """Whether everything a policy allows, another one allows too.

    Compared are actions named in full, resources by what their patterns include, and conditions, which must be the
    same where the other one has any. A policy with a statement of another kind is never taken for narrower.
    """
    pairs = list(_pairs(policy))
    allowed = list(_pairs(than))
    if None in pairs or None in allowed:
        return False
    return all(any(_within(one, other) for other in allowed if other) for one in pairs if one)


_Pair = tuple[str, str, str]
"""Action in lower case, resource pattern, condition as canonical JSON."""


def _pairs(policy: Mapping[str, Any]) -> Iterator[_Pair | None]:
    """What is allowed, one by one; None for what cannot be told so."""
    found = policy.get("Statement", [])
    listed = [found] if isinstance(found, Mapping) else found
    if not isinstance(listed, list | tuple) or len(listed) != len(allow_statements(policy)):
        yield None
        return
    for statement in listed:
        actions, resources = as_list(statement.get("Action")), as_list(statement.get("Resource"))
        if set(statement) - _PLAIN or not actions or not resources or any(set(a) & set("*?$") for a in actions):
            yield None
            continue
        condition = canonical(statement.get("Condition") or {})
        yield from ((action.lower(), resource, condition) for action in actions for resource in resources)


def _within(one: _Pair, other: _Pair) -> bool:
    same = one[0] == other[0] and other[2] in {"{}", one[2]}
    return same and "$" not in one[1] + other[1] and includes(other[1], one[1])
