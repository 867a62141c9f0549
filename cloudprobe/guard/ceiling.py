"""What any probe may ever read: a decision for every action, and the permissions boundary that enforces it."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from cloudprobe.guard.actions import action, actions_of, refused_operation
from cloudprobe.guard.patterns import first_match, is_for, matches
from cloudprobe.sandbox.permit import DataClass

Tier = Literal["metadata", "logs", "data", "refused"]
_READABLE: Mapping[DataClass, tuple[Tier, ...]] = {
    "metadata": ("metadata",),
    "logs": ("metadata", "logs"),
    "data": ("metadata", "logs", "data"),
}
POLICY_LIMIT = 6144
"""Characters of a managed policy without white space. Source: IAM quotas."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an action may be granted to a probe of a data class, and why."""

    action: str
    allowed: bool
    tier: Tier
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the catalogue."""

    tier: Tier
    patterns: tuple[str, ...]
    reason: str
    instead: str = ""


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("cloudprobe.guard.data").joinpath("ceiling.toml").read_text())


@cache
def entries() -> tuple[Entry, ...]:
    """The catalogue in the order it is consulted."""
    order: tuple[Tier, ...] = ("refused", "data", "logs", "metadata")
    return tuple(
        Entry(tier, tuple(entry["patterns"]), entry["reason"], entry.get("instead", ""))
        for tier in order
        for entry in _document()[tier]
    )


def exceptions() -> Mapping[str, str]:
    """Actions that are no reads by AWS's access level or a refused pattern, and are readable all the same; why."""
    found: Mapping[str, str] = _document()["exceptions"]
    return found


@cache
def _entries_for(service: str) -> tuple[Entry, ...]:
    """The entries that can say something about a service's actions, reduced to the patterns that do."""
    reduced = (
        Entry(entry.tier, tuple(p for p in entry.patterns if is_for(p, service)), entry.reason, entry.instead)
        for entry in entries()
    )
    return tuple(entry for entry in reduced if entry.patterns)


@cache
def _audited() -> Mapping[str, Any]:
    document = json.loads(resources.files("cloudprobe.guard.data").joinpath("audited.json").read_text())
    policies: Mapping[str, Any] = document["policies"]
    return policies


@cache
def _audited_patterns(service: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (pattern, name)
        for name, policy in _audited().items()
        for pattern in policy["actions"]
        if is_for(pattern, service)
    )


def audited_by(name: str) -> str:
    """The AWS managed policy for auditors that grants an action; empty when none does."""
    return next((p for pattern, p in _audited_patterns(name.partition(":")[0]) if matches(pattern, name)), "")


@lru_cache(maxsize=8192)
def tier(name: str) -> tuple[Tier, str, str]:
    """Tier of an action with the reason and, where there is one, what to use instead."""
    known = action(name)
    if known is None:
        return "refused", "AWS lists no such action", ""
    exception = _document()["exceptions"].get(known.name)
    if exception is None and not known.reads:
        return "refused", f"AWS lists it as {known.level}", ""
    for entry in _entries_for(name.partition(":")[0]):
        if entry.tier == "refused" and exception is not None:
            continue
        if first_match(entry.patterns, known.name):
            return entry.tier, entry.reason, entry.instead
    if auditors := audited_by(known.name):
        return "metadata", f"AWS gives it to auditors: {auditors}", ""
    return "refused", "nobody has reviewed this action", ""


def decide(name: str, data_class: DataClass) -> Decision:
    """Whether a probe of a data class may be granted an action."""
    found, reason, instead = tier(name)
    allowed = found in _READABLE[data_class]
    hint = f"Instead: {instead}." if instead else ""
    if found == "refused" and not hint:
        hint = "A probe only reads what the ceiling names; leave this call out."
    if not allowed and found != "refused":
        hint = f"{hint} It needs the data class {found}, which only the person asking can choose.".strip()
    return Decision(name, allowed, found, reason, hint)


def decide_operation(service: str, operation: str, name: str, data_class: DataClass) -> Decision:
    """As ``decide``, for the one operation an action is wanted for: some are refused on their own."""
    refused = refused_operation(service, operation)
    if refused:
        return Decision(name, allowed=False, tier="refused", reason=refused)
    if not name:
        return Decision(name, allowed=True, tier="metadata", reason="needs no permission")
    return decide(name, data_class)


def ceiling_policy(
    *, account_id: str, data_class: DataClass, prefix: str = "cloudprobe", partition: str = "aws"
) -> dict[str, Any]:
    """The permissions boundary of every per-run role: what is not a known read is denied outright.

    An implicit deny would not do: a resource policy that names the session grants past it.

    Args:
        account_id: the inspected account, twelve digits.
        data_class: the widest class any probe of the deployment may have.
        prefix: prefix of the product's own resources, which are denied.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.
    """
    return restricted_to(
        _patterns(_READABLE[data_class]),
        _denied(data_class),
        account_id=account_id,
        prefix=prefix,
        partition=partition,
    )


def restricted_to(
    readable: Sequence[str],
    never: Sequence[str],
    *,
    account_id: str,
    prefix: str = "cloudprobe",
    partition: str = "aws",
) -> dict[str, Any]:
    """A boundary that lets the readable patterns through but for what is never read, and nothing of ours or others."""
    own = [
        resource.format(account=account_id, prefix=prefix, partition=partition)
        for resource in _document()["own"]["resources"]
    ]
    services = [f"{service}:*" for service in _document()["resource_account"]["services"]]
    denials = [{"Sid": "Never", "Effect": "Deny", "Action": list(never), "Resource": "*"}] if never else []
    statements = [
        {"Sid": "Reads", "Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NothingElse", "Effect": "Deny", "NotAction": list(readable), "Resource": "*"},
        *denials,
        {"Sid": "NotOurs", "Effect": "Deny", "Action": "*", "Resource": own},
        {
            "Sid": "NoOtherAccount",
            "Effect": "Deny",
            "Action": services,
            "Resource": "*",
            "Condition": {
                "StringNotEquals": {"aws:ResourceAccount": account_id},
                "Null": {"aws:ResourceAccount": "false"},
            },
        },
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _patterns(tiers: Iterable[Tier]) -> list[str]:
    wanted = set(tiers)
    found = {pattern for entry in entries() if entry.tier in wanted for pattern in entry.patterns}
    # A hundred times five characters are what lets the boundary fit; no action but Describe… begins so (a test says).
    return sorted(pattern.replace(":Describe*", ":Des*") for pattern in found)


@cache
def _denied(data_class: DataClass) -> list[str]:
    """Actions the readable patterns would let through and the catalogue does not: named one by one."""
    readable = _patterns(_READABLE[data_class])
    through: set[str] = set()
    for pattern in readable:
        prefix = pattern.partition(":")[0]
        for known in actions_of(prefix).values():
            if matches(pattern, known.name) and not decide(known.name, data_class).allowed:
                through.add(known.name)
    return _folded(through, data_class)


def _folded(names: set[str], data_class: DataClass) -> list[str]:
    """The same denials in fewer characters: a family becomes a pattern where no allowed action matches it."""
    remaining = set(names)
    result: list[str] = []
    for entry in entries():
        for pattern in entry.patterns:
            family = {name for name in remaining if matches(pattern, name)}
            prefix = pattern.partition(":")[0]
            if len(family) < 2 or "*" in prefix:  # noqa: PLR2004 (a family of one is no shorter)
                continue
            if not any(
                decide(a.name, data_class).allowed for a in actions_of(prefix).values() if matches(pattern, a.name)
            ):
                result.append(pattern)
                remaining -= family
    return sorted([*result, *remaining])


def policy_size(document: Mapping[str, Any]) -> int:
    """Characters as IAM counts them: without white space."""
    return len(json.dumps(document, separators=(",", ":")))
