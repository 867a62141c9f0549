"""The data class ``data``, by resource: what of an account's content a person named, and nothing beside it.

Whoever asks names ARNs; actions that read content are narrowed to those of their service. Configuration and state
(``metadata``) and logs are not narrowed by this.
"""

import re
from collections.abc import Sequence
from functools import cache

from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.guard.ceiling import decide, entries
from cloudprobe.guard.findings import Finding
from cloudprobe.guard.patterns import includes
from cloudprobe.guard.policy import Need
from cloudprobe.sandbox.permit import DataClass

_ARN = re.compile(r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):[a-z0-9-]*\*?:(\d{12}|\*)?:(?P<resource>[^\s?]+)")
_OWNERS = {"ebs": "ec2"}
"""Services whose actions read resources that bear another service's name. Source: Service Authorization Reference."""
_PARTS = {"s3": "/*", "dynamodb": "/*"}
"""What stands below a bucket (its objects) and a table (its indexes and streams), and is named with it."""
_HINT = "Name what may be read, once for each: --data-resource ARN, for example arn:aws:s3:::my-bucket."


def checked(arns: Sequence[str], *, data_class: DataClass) -> tuple[str, ...]:
    """The resources whose content may be read, each once.

    Raises:
        RefusedError: the class is ``data`` and nothing is named.
        UsageError: something is named in another class, or what is no ARN of a resource with content.
    """
    if data_class == "data" and not arns:
        raise RefusedError("The data class data reads content, and no resource is named.", hint=_HINT)
    if data_class != "data" and arns:
        raise UsageError(
            f"--data-resource {arns[0]} needs the data class data; it is {data_class}.", hint="Add --data-class data."
        )
    for arn in arns:
        _check(arn)
    return tuple(dict.fromkeys(arns))


def narrowed(
    wanted: Sequence[Need], resources: Sequence[str], *, data_class: DataClass
) -> tuple[tuple[Need, ...], list[Finding]]:
    """Needs with what reads content narrowed to named resources, and what of them reaches past those.

    Args:
        wanted: what a script needs.
        resources: ARNs, as ``checked`` gave them; ``*`` alone leaves everything as it is.
        data_class: as chosen.
    """
    if data_class != "data" or tuple(resources) == ("*",):
        return tuple(wanted), []
    kept: list[Need] = []
    findings: list[Finding] = []
    for need in wanted:
        if decide(need.action, data_class).tier != "data":
            kept.append(need)
            continue
        within, outside = _within(need, resources)
        findings += [_outside(need, one) for one in outside]
        kept.append(Need(need.action, within or need.resources, need.operations))
    return tuple(kept), findings


def _check(arn: str) -> None:
    found = _ARN.fullmatch(arn)
    if found is None:
        raise UsageError(f"{arn!r} is not the ARN of a resource.", hint="For example arn:aws:s3:::my-bucket.")
    name = re.split("[/:]", found["resource"].removeprefix("/"))
    named = name[0] if found["service"] in {"s3", "sns", "sqs"} else name[min(1, len(name) - 1)]
    if not named or named.startswith("*"):
        raise UsageError(f"{arn} names no single resource.", hint="Give the name of each bucket, table or parameter.")
    if found["service"] not in _services():
        known = ", ".join(sorted(_services()))
        raise UsageError(
            f"Nothing of {found['service']} is of the data class data.", hint=f"These have content: {known}."
        )


@cache
def _services() -> frozenset[str]:
    """Service names that stand in the ARNs of what has content."""
    prefixes = {pattern.partition(":")[0] for one in entries() if one.tier == "data" for pattern in one.patterns}
    return frozenset(_OWNERS.get(prefix, prefix) for prefix in prefixes)


def _within(need: Need, resources: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of a need lies within the named resources, and what outside."""
    prefix = need.action.partition(":")[0]
    service = _OWNERS.get(prefix, prefix)
    named = [arn for arn in resources if arn.split(":")[2] == service]
    named += [arn + _PARTS[service] for arn in named if service in _PARTS and not arn.endswith("*")]
    if need.resources == ("*",):
        return tuple(sorted(set(named))), () if named else need.resources
    within: set[str] = set()
    outside: list[str] = []
    for resource in need.resources:
        narrower = [resource] if any(includes(arn, resource) for arn in named) else []
        narrower = narrower or [arn for arn in named if includes(resource, arn)]
        within.update(narrower)
        outside += [] if narrower else [resource]
    return tuple(sorted(within)), tuple(outside)


def _outside(need: Need, resource: str) -> Finding:
    first = need.operations[0]
    what = "no resource of its service was named" if resource == "*" else f"{resource} was not named"
    return Finding(
        code="data-resource",
        line=first.line,
        message=f"{first.name} reads content ({need.action}), and {what}.",
        hint="Only the person asking can name it: --data-resource ARN. Go on without, and say so in coverage.skipped.",
    )
