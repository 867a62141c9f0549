"""IAM policy documents: the smallest one for a set of actions, its digest, and how two of them differ."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cloudprobe.guard.actions import action_for
from cloudprobe.guard.derivation import UsedOperation, derive
from cloudprobe.guard.patterns import first_match, matches

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")


@dataclass(frozen=True, slots=True)
class Need:
    """An action a script needs, the resources it is certain of, and the operations that need it."""

    action: str
    resources: tuple[str, ...]
    operations: tuple[UsedOperation, ...]


@cache
def _narrowing() -> tuple[tuple[str, tuple[str, ...], str, str], ...]:
    """Service, actions, parameter and ARN template of every certain rule."""
    document = tomllib.loads(resources.files("cloudprobe.guard.data").joinpath("narrowing.toml").read_text())
    return tuple(
        (service, tuple(kinds[f"{name}_actions"]), *rule)
        for service, kinds in document.items()
        for name, rule in kinds.items()
        if not name.endswith("_actions")
    )


def needs(actions: Mapping[str, Sequence[UsedOperation]]) -> tuple[Need, ...]:
    """Actions with the resources they can be narrowed to; sorted by action."""
    return tuple(
        Need(action, _resources(action, operations), tuple(operations))
        for action, operations in sorted(actions.items())
    )


def policy_of(script: str) -> dict[str, Any]:
    """The minimal policy of a script, whatever the ceiling says to it.

    Raises:
        SyntaxError: the script is not Python.
    """
    actions: dict[str, list[UsedOperation]] = {}
    for used in derive(script).operations:
        action = action_for(used.service, used.operation)
        if action:
            actions.setdefault(action, []).append(used)
    return minimal_policy(needs(actions))


def _resources(action: str, operations: Sequence[UsedOperation]) -> tuple[str, ...]:
    found: set[str] = set()
    for used in operations:
        certain = _certain(action, used)
        if not certain:
            return ("*",)
        found.update(certain)
    return tuple(sorted(found)) or ("*",)


def _certain(action: str, used: UsedOperation) -> list[str]:
    for service, actions, parameter, template in _narrowing():
        if service == used.service and first_match(actions, action):
            constants = used.constants(parameter)
            if template == "arn":
                return [value for value in constants if _ARN.fullmatch(value)] if _all(_ARN, constants) else []
            return [template.format(value) for value in constants] if _all(_NAME, constants) else []
    return []


def named_resource(service: str, action: str, parameters: Mapping[str, Any]) -> str:
    """The ARN that a call's parameters name for certain; empty where they name none."""
    for known, actions, parameter, template in _narrowing():
        value = parameters.get(parameter)
        if known == service and first_match(actions, action) and isinstance(value, str):
            if template == "arn":
                return value if _ARN.fullmatch(value) else ""
            return template.format(value) if _NAME.fullmatch(value) else ""
    return ""


def _all(pattern: re.Pattern[str], values: Sequence[str]) -> bool:
    return bool(values) and all(pattern.fullmatch(value) for value in values)


def minimal_policy(wanted: Iterable[Need]) -> dict[str, Any]:
    """The smallest policy for the needs; the same needs give the same bytes. Empty needs give no statement."""
    by_resources: dict[tuple[str, ...], list[str]] = {}
    for need in wanted:
        by_resources.setdefault(need.resources, []).append(need.action)
    statements = [
        {
            "Effect": "Allow",
            "Action": sorted(set(actions)),
            "Resource": resources_[0] if len(resources_) == 1 else list(resources_),
        }
        for resources_, actions in sorted(by_resources.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def canonical(document: Mapping[str, Any]) -> str:
    """One text per document: sorted keys, no white space."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, lower-case hexadecimal."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def script_digest(script: str) -> str:
    """SHA-256 of the script's UTF-8 bytes, lower-case hexadecimal."""
    return hashlib.sha256(script.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """How a proposed policy differs from the derived one."""

    missing: tuple[str, ...] = ()
    """Actions the script needs and the proposal does not allow."""
    excess: tuple[str, ...] = ()
    """Actions or patterns the proposal allows beyond what the script needs."""

    @property
    def same(self) -> bool:
        return not self.missing and not self.excess


def compare(proposed: Mapping[str, Any], needed: Iterable[str]) -> Difference:
    """Compare a proposed policy with the actions a script needs."""
    wanted = sorted(set(needed))
    allowed = sorted(
        {pattern for statement in allow_statements(proposed) for pattern in as_list(statement.get("Action"))}
    )
    missing = [action for action in wanted if not first_match(allowed, action)]
    excess = [pattern for pattern in allowed if not any(_same(pattern, action) for action in wanted)]
    return Difference(tuple(missing), tuple(excess))


def _same(pattern: str, action: str) -> bool:
    return "*" not in pattern and "?" not in pattern and matches(pattern, action)


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else [one for one in found if isinstance(one, Mapping)]


def allow_statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [statement for statement in statements(document) if statement.get("Effect") == "Allow"]


def allowed_actions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Every action or pattern a policy allows, once, sorted."""
    return tuple(sorted({name for one in allow_statements(document) for name in as_list(one.get("Action"))}))


def as_list(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else []
