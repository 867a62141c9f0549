"""Why a call was denied, by whose policy, and the one statement that would let it through.

AWS says more or less of it in the message, in a form of its own for each service and age of the service. What it says
is taken first; what it leaves open is decided by what is known here: the run's policy, the ceiling, and how access was
granted. Source of the forms: IAM User Guide, "Troubleshoot access denied error messages".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from cloudprobe.guard.actions import action as known_action
from cloudprobe.guard.actions import action_for
from cloudprobe.guard.ceiling import decide
from cloudprobe.guard.patterns import first_match, matches
from cloudprobe.guard.policy import allow_statements, as_list, named_resource
from cloudprobe.sandbox.permit import DataClass


class Cause(StrEnum):
    """Whose word it was."""

    PROBE_POLICY = "probe_policy"
    CEILING = "ceiling"
    INSPECTOR = "inspector"
    """The role or session the run was narrowed from lacks it."""
    ORGANISATION = "organisation"
    """A service control or a resource control policy."""
    RESOURCE_POLICY = "resource_policy"
    KEY_POLICY = "key_policy"
    ENDPOINT_POLICY = "endpoint_policy"
    PROPAGATION = "propagation"
    """Everything allows it; IAM does not know the new role everywhere yet."""
    REGION = "region"
    """The broker: outside of the regions that were given. Nothing was sent; so for the next two."""
    OWNERSHIP = "ownership"
    BUDGET = "budget"
    UNTOLD = "untold"
    """The account does not say, and what is known here allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeniedCall:
    """What is known of a refusal."""

    service: str
    operation: str
    refused_by: str
    """``permit``, ``region``, ``ownership``, ``budget`` by the broker, ``account`` by AWS."""
    message: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """The access a run had."""

    policy: Mapping[str, Any]
    data_class: DataClass
    account: str
    path: Literal["role", "session", "federation"] = "role"
    role_arn: str = ""
    """Of the inspector role, where the access is a session of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    cause: Cause
    action: str
    resource: str
    said: str
    """One sentence: whose policy lacks or denies what."""
    statement: Mapping[str, Any] | None = None
    """What a person could grant; for an explicit denial the condition that exempts; None where granting is no help."""
    where: str = ""
    """Where the statement belongs."""
    operation: str = ""
    """``service:Operation``."""
    resources: tuple[str, ...] = ()
    """Everything it was denied on, at most ``MOST_RESOURCES``; the statement names them all."""
    further: int = 0
    """Resources beyond those."""
    count: int = 1
    """Calls denied so."""


MOST_RESOURCES = 50
_NAMED = 5
"""Resources a sentence names."""
_MOST_SAYINGS = 3
"""Refusals of the broker's that are quoted: each names its own region or thing."""


@dataclass(frozen=True, slots=True)
class _Told:
    action: str
    resource: str
    kind: str
    """Of the policy that decided; empty where the message does not say."""
    explicit: bool
    policy_arn: str = ""
    resources: tuple[str, ...] = ()
    """All of a group, the first of which is ``resource``."""

    @property
    def named(self) -> str:
        """The resources as a sentence has them; empty where none is known."""
        if self.resource == "*":
            return ""
        names = self.resources or (self.resource,)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more

    @property
    def stated(self) -> str | list[str]:
        """The resources as a statement has them."""
        if self.resource == "*" or len(self.resources) <= 1:
            return self.resource
        return list(self.resources[:MOST_RESOURCES])


_ACTION = re.compile(r"not authorized to perform:? ?(?P<action>[A-Za-z0-9-]+:[A-Za-z0-9]+)")
_RESOURCE = re.compile(r"on (?:the )?resource:? ?\"?(?P<resource>arn:[^\s\"]+|\*)\"?")
# The reason ends the message, so that nothing in the name of a resource can pass for it.
_REASON = re.compile(
    r"(?:because no (?P<lacking>[A-Za-z -]+?)(?: polic(?:y|ies))? allows? (?:the )?\S+(?: action)?"
    r"|with an explicit deny in (?:an? |the )?(?P<denying>[A-Za-z -]+?)(?: policy)?(?:: (?P<arn>arn:\S+))?)"
    r"[.\s]*(?:Encoded authorization failure message:.*)?$",
    re.DOTALL,
)
_KEY = re.compile(r"ciphertext|customer master key|kms key", re.IGNORECASE)
_KINDS = {
    "identity-based": "identity",
    "permissions boundary": "boundary",
    "permission boundary": "boundary",
    "session": "session",
    "service control": "organisation",
    "resource control": "organisation",
    "resource-based": "resource",
    "role trust": "resource",
    "vpc endpoint": "endpoint",
    "endpoint": "endpoint",
}
_CAUSES = {
    "boundary": Cause.CEILING,
    "organisation": Cause.ORGANISATION,
    "endpoint": Cause.ENDPOINT_POLICY,
}
"""Kinds of policy that are one cause whatever is known here."""
_BEFORE_SENDING = frozenset({"region", "ownership", "budget"})
_EXEMPTING = frozenset({Cause.ORGANISATION, Cause.RESOURCE_POLICY, Cause.KEY_POLICY, Cause.ENDPOINT_POLICY})
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:\S+")


def explain(call: DeniedCall, granted: Granted) -> Explanation:
    """Tell why a call was denied."""
    return explain_all([call], granted)[0]


def explain_all(calls: Iterable[DeniedCall], granted: Granted) -> tuple[Explanation, ...]:
    """Tell why calls were denied: once for each operation and each decision, with everything it was denied on.

    Two decisions are one where one statement in one place would undo both. What a bucket's own policy does not allow
    is therefore told bucket by bucket.
    """
    groups: dict[tuple[object, ...], list[tuple[DeniedCall, _Told]]] = {}
    for call in calls:
        told = _told(call)
        if call.refused_by in _BEFORE_SENDING:
            key: tuple[object, ...] = (Cause(call.refused_by),)
        else:
            cause = _cause(call, told, granted)
            own = told.resource if cause is Cause.RESOURCE_POLICY and not told.explicit else ""
            key = (cause, told.action, told.explicit, told.policy_arn, own)
        groups.setdefault((f"{call.service}:{call.operation}", *key), []).append((call, told))
    return tuple(_explained(group, granted) for _, group in sorted(groups.items(), key=lambda one: str(one[0][0])))


def _explained(group: list[tuple[DeniedCall, "_Told"]], granted: Granted) -> Explanation:
    call, told = group[0]
    operation = f"{call.service}:{call.operation}"
    if call.refused_by in _BEFORE_SENDING:
        sayings = list(dict.fromkeys(one.message for one, _ in group))
        more = [f"And {len(sayings) - _MOST_SAYINGS} more such."] if len(sayings) > _MOST_SAYINGS else []
        return Explanation(
            cause=Cause(call.refused_by),
            action=action_for(call.service, call.operation) or "",
            resource="",
            said=" ".join([*sayings[:_MOST_SAYINGS], *more]),
            operation=operation,
            count=len(group),
        )
    cause = _cause(call, told, granted)
    resources = tuple(sorted({one.resource for _, one in group}))
    if "*" in resources:  # it has to be let through everywhere anyway
        resources = ("*", *(one for one in resources if one != "*"))
    told = replace(told, resource=resources[0], resources=resources)
    statement, where = _remedy(cause, told, granted)
    return Explanation(
        cause=cause,
        action=told.action,
        resource=told.resource,
        said=_sentence(cause, told, granted),
        statement=statement,
        where=where,
        operation=operation,
        resources=resources[:MOST_RESOURCES],
        further=max(0, len(resources) - MOST_RESOURCES),
        count=len(group),
    )


def _told(call: DeniedCall) -> _Told:
    message = call.message if call.refused_by == "account" else ""
    action, resource, reason = _ACTION.search(message), _RESOURCE.search(message), _REASON.search(message)
    name = _spelled(action["action"]) if action else action_for(call.service, call.operation) or ""
    words = (reason["lacking"] or reason["denying"] or "").lower().strip() if reason else ""
    kind = _KINDS.get(words, "")
    if not kind and _KEY.search(message):
        kind = "resource"
        name = name if name.startswith("kms:") else "kms:Decrypt"
    found = resource["resource"] if resource else ""
    if not _ARN.fullmatch(found):
        found = named_resource(call.service, name, call.parameters) or "*"
    return _Told(
        action=name,
        resource=found.rstrip(".,"),
        kind=kind,
        explicit=bool(reason and reason["denying"]),
        policy_arn=(reason["arn"] or "").rstrip(".") if reason else "",
    )


def _spelled(action: str) -> str:
    """As AWS lists it: some services write their own in lower or upper case."""
    found = known_action(action.partition(":")[0].lower() + ":" + action.partition(":")[2])
    return found.name if found else action


def _cause(call: DeniedCall, told: _Told, granted: Granted) -> Cause:
    if call.refused_by == "permit":
        return Cause.PROBE_POLICY
    if told.kind == "resource":
        return Cause.KEY_POLICY if told.action.startswith("kms:") else Cause.RESOURCE_POLICY
    if told.kind in _CAUSES:
        return _CAUSES[told.kind]
    otherwise = {
        "session": Cause.PROBE_POLICY,
        "identity": _of_role(told, granted),
    }
    return _by_ours(told, granted) or otherwise.get(told.kind, Cause.UNTOLD)


def _of_role(told: _Told, granted: Granted) -> Cause:
    """Which of a role's policies it was, where the run's own allows the call.

    A role of the run's own has no other policy than that and the boundary, and only the boundary denies.
    """
    if granted.path != "role":
        return Cause.INSPECTOR
    return Cause.CEILING if told.explicit else Cause.PROPAGATION


def _by_ours(told: _Told, granted: Granted) -> Cause | None:
    """Whether a policy of our own decided: the run's or the ceiling."""
    if told.action and not decide(told.action, granted.data_class).allowed:
        return Cause.CEILING
    if not _covers(granted.policy, told.action, told.resource):
        return Cause.PROBE_POLICY
    return None


def _covers(policy: Mapping[str, Any], action: str, resource: str) -> bool:
    for statement in allow_statements(policy):
        resources = as_list(statement.get("Resource"))
        if first_match(as_list(statement.get("Action")), action) and (
            resource == "*" or any(pattern == "*" or matches(pattern, resource) for pattern in resources)
        ):
            return True
    return False


def _remedy(cause: Cause, told: _Told, granted: Granted) -> tuple[Mapping[str, Any] | None, str]:
    if not told.action or cause in {Cause.PROPAGATION, Cause.UNTOLD}:
        return None, ""
    if cause is Cause.CEILING:
        return _wider_class(told, granted)
    if told.explicit and cause in _EXEMPTING:
        exempt = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": _principal_pattern(told, granted)}}}
        return exempt, f"the statement that denies it in {_whose(cause, told)}"
    everywhere = cause in {Cause.ORGANISATION, Cause.KEY_POLICY}
    principal: dict[str, Any] = {}
    if cause in {Cause.RESOURCE_POLICY, Cause.KEY_POLICY}:
        principal = {"Principal": {"AWS": f"arn:{_partition(told)}:iam::{granted.account}:root"}}
    elif cause is Cause.ENDPOINT_POLICY:
        principal = {"Principal": "*"}
    resource = "*" if everywhere else told.stated
    return {"Effect": "Allow", **principal, "Action": told.action, "Resource": resource}, _whose(cause, told)


def _wider_class(told: _Told, granted: Granted) -> tuple[Mapping[str, Any] | None, str]:
    """What the person asking may choose; what no class lets through nobody can grant."""
    decision = decide(told.action, granted.data_class)
    if decision.allowed or decision.tier == "refused":
        return None, ""
    allow = {"Effect": "Allow", "Action": told.action, "Resource": told.stated}
    return allow, f"the ceiling, by asking again with --data-class {decision.tier}"


def _whose(cause: Cause, told: _Told) -> str:
    named = f" ({told.policy_arn})" if told.policy_arn else ""
    return {
        Cause.PROBE_POLICY: "the probe's policy",
        Cause.CEILING: "the ceiling (permissions boundary)",
        Cause.INSPECTOR: "the policy of the inspector role",
        Cause.ORGANISATION: "the organisation's policy",
        Cause.RESOURCE_POLICY: f"the resource's own policy ({told.named or told.resource})",
        Cause.KEY_POLICY: f"the key's policy ({told.named or told.resource})",
        Cause.ENDPOINT_POLICY: "the policy of the VPC endpoint the call went through",
    }.get(cause, "a policy of the account") + named


def _sentence(cause: Cause, told: _Told, granted: Granted) -> str:
    what = f"{told.action or 'it'} on {told.named}" if told.named else told.action or "it"
    match cause:
        case Cause.PROPAGATION:
            return f"IAM denied {what} though the run's policy allows it: the new role was not known everywhere yet."
        case Cause.UNTOLD:
            return (
                f"AWS denied {what} without saying why. The run's policy and the ceiling allow it, so another policy "
                "denies: of the resource, its key, the organisation, or a VPC endpoint."
            )
        case Cause.CEILING:
            decision = decide(told.action, granted.data_class)
            because = f": {decision.reason}" if not decision.allowed else ""
            return f"The ceiling does not let {what} through{because}."
        case _ if told.explicit:
            return f"{_capital(_whose(cause, told))} denies {what} explicitly."
        case _:
            return f"{_capital(_whose(cause, told))} does not allow {what}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _partition(told: _Told) -> str:
    return told.resource.split(":")[1] if _ARN.fullmatch(told.resource) else "aws"


def _principal_pattern(told: _Told, granted: Granted) -> str:
    if granted.path == "role" or not granted.role_arn:
        return f"arn:{_partition(told)}:iam::{granted.account}:role/cloudprobe/*"
    return granted.role_arn
