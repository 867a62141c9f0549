"""A run's policy as session policy: at most 2,048 characters, so compacted, else split by service, else refused.

Nothing here may widen what was signed off. White space, names and repetition go first; then families of actions become
one pattern, but only where every action AWS lists under the pattern was granted; then each service gets a session of
its own, but only where every action is known to belong to one of the services that are called.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudprobe.errors import RefusedError
from cloudprobe.guard.actions import action_for, actions_of
from cloudprobe.guard.policy import as_list, statements

LIMIT = 2048
"""Characters of an inline session policy. Source: STS AssumeRole, GetFederationToken. Its packed form has a limit of
its own, which only STS can tell."""
NOTHING: Mapping[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
"""IAM takes no policy without a statement."""
_PLAIN = frozenset({"Sid", "Effect", "Action", "Resource"})
_SMALLEST_FAMILY = 2


@dataclass(frozen=True, slots=True)
class SessionPart:
    """One session of a run."""

    policy: str
    services: frozenset[str] | None = None
    """As botocore names them; None for all."""


def session_parts(policy: Mapping[str, Any], operations: Iterable[str], *, run_id: str) -> tuple[SessionPart, ...]:
    """The sessions that together allow exactly what a policy allows; mostly one.

    Args:
        policy: as it was signed off.
        operations: ``service:Operation`` of everything the run may call.
        run_id: for people.

    Raises:
        RefusedError: it does not fit, and no way to split it is sound; says by how much.
    """
    whole = packed(policy)
    if len(whole) <= LIMIT:
        return (SessionPart(whole),)
    services = _actions_by_service(operations)
    if not _attributable(policy, services):
        raise _too_long(run_id, whole, "the policy as a whole")
    alone = {service: packed(_only(policy, actions)) for service, actions in services.items()}
    for service, text in alone.items():
        if len(text) > LIMIT:
            raise _too_long(run_id, text, f"what it needs of {service}")
    return tuple(
        SessionPart(packed(_only(policy, frozenset().union(*(services[s] for s in group)))), frozenset(group))
        for group in _groups(policy, services, alone)
    )


def packed(policy: Mapping[str, Any]) -> str:
    """The same policy in as few characters as it takes."""
    plain = [one for one in statements(policy) if set(one) <= _PLAIN and one.get("Effect") == "Allow"]
    others = [one for one in statements(policy) if one not in plain]
    merged = _merged(plain)
    text = _text([*merged, *others])
    if len(text) > LIMIT:
        folded = [{**one, "Action": _one_or_many(_folded(as_list(one["Action"])))} for one in merged]
        text = _text([*folded, *others])
    return text


def _merged(plain: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One statement for each set of resources, then one for each set of actions."""
    by_resources: dict[frozenset[str], set[str]] = {}
    for one in plain:
        by_resources.setdefault(frozenset(as_list(one.get("Resource"))), set()).update(as_list(one.get("Action")))
    by_actions: dict[frozenset[str], set[str]] = {}
    for resources, actions in by_resources.items():
        by_actions.setdefault(frozenset(actions), set()).update(resources)
    return [
        {"Effect": "Allow", "Action": _one_or_many(sorted(actions)), "Resource": _one_or_many(sorted(resources))}
        for actions, resources in by_actions.items()
    ]


def _folded(granted: Sequence[str]) -> list[str]:
    """Patterns in place of families that were granted whole."""
    by_service: dict[str, set[str]] = {}
    for action in granted:
        by_service.setdefault(action.partition(":")[0], set()).add(action)
    return sorted(name for service, names in by_service.items() for name in _folded_service(service, names))


def _folded_service(service: str, names: set[str]) -> set[str]:
    """Each name by the shortest stem that only granted names have; families nest, so the shortest saves most."""
    listed = Counter(stem for action in actions_of(service).values() for stem in _stems(action.name, service))
    granted = Counter(stem for name in names for stem in _stems(name, service))
    folded: dict[str, str] = {}
    for name in sorted(names):
        for stem in _stems(name, service):
            if listed[stem] == granted[stem] >= _SMALLEST_FAMILY:
                folded.setdefault(stem, f"{name[: len(stem)]}*")
                break
        else:
            folded[name] = name
    return set(folded.values())


def _stems(name: str, service: str) -> Iterator[str]:
    """Beginnings of a name, the whole name the last; IAM does not tell cases apart, and ``*`` also means nothing."""
    lower = name.lower()
    return (lower[:end] for end in range(len(service) + 2, len(name) + 1))


def _actions_by_service(operations: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for each in operations:
        service, _, operation = each.partition(":")
        if action := action_for(service, operation):
            found.setdefault(service, set()).add(action)
    return {service: frozenset(actions) for service, actions in sorted(found.items())}


def _attributable(policy: Mapping[str, Any], services: Mapping[str, frozenset[str]]) -> bool:
    known = frozenset().union(*services.values())
    return all(
        set(one) <= _PLAIN and one.get("Effect") == "Allow" and set(as_list(one.get("Action"))) <= known
        for one in statements(policy)
    )


def _only(policy: Mapping[str, Any], actions: frozenset[str]) -> dict[str, Any]:
    cut = [
        {**one, "Action": kept}
        for one in statements(policy)
        if (kept := [action for action in as_list(one.get("Action")) if action in actions])
    ]
    return {"Statement": cut}


def _groups(
    policy: Mapping[str, Any], services: Mapping[str, frozenset[str]], alone: Mapping[str, str]
) -> list[list[str]]:
    """As few sessions as go by putting the largest first where it fits first."""
    groups: list[list[str]] = []
    for service in sorted(services, key=lambda one: -len(alone[one])):
        for group in groups:
            together = frozenset().union(*(services[one] for one in (*group, service)))
            if len(packed(_only(policy, together))) <= LIMIT:
                group.append(service)
                break
        else:
            groups.append([service])
    return groups


def _too_long(run_id: str, text: str, what: str) -> RefusedError:
    return RefusedError(
        f"The policy of run {run_id} does not fit into a session policy: {what} takes {len(text):,} characters, "
        f"{len(text) - LIMIT:,} more than the {LIMIT:,} that STS takes.",
        hint="Ask about fewer services or fewer named resources at once, or use credentials that may manage roles "
        "below /cloudprobe/ (`--access role`): a role for each run takes 10,240 characters.",
    )


def _text(found: Sequence[Mapping[str, Any]]) -> str:
    document = {"Version": "2012-10-17", "Statement": [_without_name(one) for one in found or [NOTHING]]}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _without_name(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
