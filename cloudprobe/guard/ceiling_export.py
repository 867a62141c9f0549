"""The ceiling as a security team reviews and installs it: every boundary, and every entry with its reason."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloudprobe.guard.boundary import Boundary, boundaries
from cloudprobe.guard.ceiling import audited_by, entries, exceptions, policy_size
from cloudprobe.guard.patterns import matches
from cloudprobe.sandbox.permit import DataClass

_PLAIN = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9*]+")
"""Actions need no quotes in YAML; a template given inline to CloudFormation ends at 51,200 bytes, so they have none."""
_STATEMENTS = {
    "Reads": "A boundary allows nothing by itself; the policy of a run names each action.",
    "NothingElse": "What is no read of the catalogue is denied outright, so that no resource policy grants past it.",
    "Never": "What the patterns above would let through and the catalogue refuses.",
    "NotOurs": "What belongs to cloudprobe itself.",
    "NoOtherAccount": "Nothing is read from, or said to, another account.",
}


def as_json(*, account_id: str, data_class: DataClass, partition: str = "aws") -> dict[str, Any]:
    """Boundaries with their size in characters as IAM counts them, and the catalogue they come from."""
    return {
        "data_class": data_class,
        "boundaries": [
            {"name": one.name, "characters": policy_size(one.document), "policy": one.document}
            for one in boundaries(account_id=account_id, data_class=data_class, partition=partition)
        ],
        "catalogue": [
            {
                "tier": entry.tier,
                "patterns": list(entry.patterns),
                "reason": entry.reason,
                **({"instead": entry.instead} if entry.instead else {}),
            }
            for entry in entries()
        ],
        "exceptions": dict(exceptions()),
    }


def as_cloudformation(*, data_class: DataClass) -> str:
    """A template of one managed policy a boundary, in YAML, with the reason beside every group of actions."""
    lines = [
        "AWSTemplateFormatVersion: '2010-09-09'",
        f"Description: The ceiling of cloudprobe for the data class {data_class}; the boundaries of its per-run roles.",
        "Resources:",
    ]
    for one in boundaries(account_id="000000000000", data_class=data_class):
        lines += _resource(one)
    return "\n".join(lines) + "\n"


def _resource(boundary: Boundary) -> Iterator[str]:
    logical = "Ceiling" + "".join(word.capitalize() for word in boundary.name.split("-"))
    yield f"  {logical}:"
    yield "    Type: AWS::IAM::ManagedPolicy"
    yield "    Properties:"
    yield f"      ManagedPolicyName: cloudprobe-ceiling-{boundary.name}"
    yield "      Path: /cloudprobe/"
    yield "      Description: 'What no cloudprobe run may exceed: the permissions boundary of its roles.'"
    yield "      PolicyDocument:"
    yield "        Version: '2012-10-17'"
    yield "        Statement:"
    for statement in boundary.document["Statement"]:
        yield from statement_lines(statement)


def statement_lines(statement: Mapping[str, Any]) -> Iterator[str]:
    """One statement of a ceiling as the lines of a template, at the depth of a managed policy's."""
    yield f"          # {_STATEMENTS[statement['Sid']]}"
    yield f"          - Sid: {statement['Sid']}"
    yield f"            Effect: {statement['Effect']}"
    for key in ("Action", "NotAction", "Resource", "Condition"):
        value = statement.get(key)
        if isinstance(value, list):
            yield f"            {key}:"
            for reason, items in _grouped(value) if key == "NotAction" else [("", value)]:
                yield from [f"              # {reason}"] if reason else []
                yield from (f"              - {_text(item)}" for item in items)
        elif isinstance(value, dict):
            yield f"            {key}:"
            for operator, operands in value.items():
                yield f"              {json.dumps(operator)}:"  # Null, unquoted, is no word in YAML
                yield from (f"                {name}: {_text(text)}" for name, text in operands.items())
        elif value is not None:
            yield f"            {key}: {_text(value)}"


def _text(value: str) -> str:
    """A scalar in JSON's quotes, which YAML reads as well; account and partition filled in where it is deployed."""
    text = value.replace("arn:aws:", "arn:${AWS::Partition}:").replace("000000000000", "${AWS::AccountId}")
    if text != value:
        return f"!Sub {json.dumps(text)}"
    return value if _PLAIN.fullmatch(value) else json.dumps(value)


def _grouped(patterns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Readable patterns by the reason they stand in the catalogue for."""
    groups: dict[str, list[str]] = {}
    for pattern in patterns:
        groups.setdefault(_reason(pattern), []).append(pattern)
    yield from groups.items()


def _reason(pattern: str) -> str:
    whole = pattern.replace(":Des*", ":Describe*")
    for entry in entries():
        if entry.tier != "refused" and whole in entry.patterns:
            return entry.reason
    return next(
        (e.reason for e in entries() if e.tier != "refused" and any(matches(p, whole) for p in e.patterns)),
        f"AWS gives it to auditors ({audited_by(whole) or 'SecurityAudit, ViewOnlyAccess'})",
    )
