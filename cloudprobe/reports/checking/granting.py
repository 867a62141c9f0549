"""Calls no fix is offered for: what opens something to everybody, allows more than single actions, makes credentials.

Read from the parameters as they are, policies parsed, because text can say the same thing in many ways.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

CLOSING = ("Revoke", "Delete", "Remove", "Detach", "Disable")
_CREDENTIALS = re.compile(
    r"(?:Create|Upload|Import|Get|Generate|Reset|Rotate|Update|Put|Set|Assume|Request)\w*"
    r"(?:Key|Keys|KeyPair|Secret|SecretValue|Password|Credential|Credentials|Token|LoginProfile|PublicKey|Role)(?:With\w+)?"
)
_NO_CREDENTIALS = frozenset({"PutKeyPolicy", "CreateRole", "UpdateRole", "CreateServiceLinkedRole"})
_MEMBERSHIP = frozenset({"AddUserToGroup", "AddRoleToInstanceProfile", "CreateGrant", "CreateServiceLinkedRole"})
_UNFENCING = re.compile(
    r"(?:Delete|Put|Modify)\w*(?:PublicAccessBlock|BlockPublicAccess)\w*|DisableSnapshotBlockPublicAccess"
)
_REACHABLE_FROM = re.compile(r"Ingress|SecurityGroupRules|NetworkAclEntry|IpSet|IPSet|AuthorizedIp")
_MANAGED = re.compile(r"arn:[a-z-]+:iam::aws:policy/(?P<name>.+)")
_MODEST = re.compile(r"service-role/[\w+=,.@-]+|(?:[\w-]+/)*\w*(?:ReadOnlyAccess|ExecutionRole)\w*")
_EVERYBODY = "It would open something to everybody."
_WIDEST = 8
"""Bits of a network that is not taken for everybody."""
_SWITCH = re.compile(r"\b(?:true|false)\b")
_SHARED = re.compile(r"public-.*|authenticated-read|all|AllUsers|AuthenticatedUsers|.*/AllUsers|.*/AuthenticatedUsers")
_SHARING_MEMBERS = re.compile(r"acl|group|groups|groupnames|uri|grant\w*|usergroups|valuestoadd", re.IGNORECASE)

_EVERYBODY_TEXT = re.compile(r"AllUsers|AuthenticatedUsers|public-read|\"(?:AWS|Principal)\"\s*:\s*\[?\s*\"\*\"")
_EVERYWHERE_TEXT = re.compile(r"0\.0\.0\.0/0|::/0")
_POWERS_TEXT = re.compile(r"arn:[a-z-]+:iam::aws:policy/(?:[\w+=,.@-]+/)*(?:Administrator|PowerUser|\w*Full)Access\w*")
_STATEMENT = re.compile(r"\{[^{}]*\}")
_ALLOWS = re.compile(r"\"Effect\"\s*:\s*\"Allow\"")
_EVERYTHING = re.compile(r"\"NotAction\"|\"Action\"\s*:\s*(?:\"|\[[^\]]*\")(?:[\w-]+:)?\*\"")
_CREDENTIALS_TEXT = re.compile(
    r"Create(?:AccessKey|LoginProfile|ServiceSpecificCredential)|UpdateLoginProfile|AssumeRole|Get\w*Token"
)


def danger(operation: str, parameters: Mapping[str, Any]) -> str:
    """Why a call is not offered to anybody; empty where nothing speaks against it."""
    unfencing = _UNFENCING.fullmatch(operation) is not None
    if operation.startswith(CLOSING) and not unfencing:
        return ""
    if _CREDENTIALS.fullmatch(operation) and operation not in _NO_CREDENTIALS:
        return "It would make credentials, or show them."
    if operation in _MEMBERSHIP:
        return "It would give somebody more than what was looked into."
    if unfencing and (operation.startswith("D") or not _all_true(parameters)):
        return _EVERYBODY
    return next(filter(None, _dangers(operation, parameters)), "")


def danger_in_text(operation: str, written: str) -> str:
    """The same of a call as it is written, for what stands in it in the CLI's shorthand."""
    closing = operation.startswith(CLOSING)
    if _POWERS_TEXT.search(written) and not closing:
        return "It would allow far more than what was looked into."
    if _allows_everything(written):
        return "It would allow every action."
    if _CREDENTIALS_TEXT.match(operation):
        return "It would make credentials."
    opens = _EVERYBODY_TEXT.search(written) or ("Ingress" in operation and _EVERYWHERE_TEXT.search(written))
    return _EVERYBODY if opens and not closing else ""


def _allows_everything(written: str) -> bool:
    """Whether a statement of a policy in it allows all actions there are, or all of a service; from the inside out."""
    while found := _STATEMENT.search(written):
        if _ALLOWS.search(found[0]) and _EVERYTHING.search(found[0]):
            return True
        written = f"{written[: found.start()]}0{written[found.end() :]}"
    return False


def _dangers(operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    for member, value in _leaves(parameters):
        yield _of_leaf(operation, member, value)
    for statement in _statements(parameters):
        yield _of_statement(statement)


def _all_true(parameters: Mapping[str, Any]) -> bool:
    """Also of what stands in a command as ``BlockPublicAcls=true,…``."""
    words = (word for _, value in _leaves(parameters) for word in _SWITCH.findall(str(value).lower()))
    found = list(words)
    return bool(found) and "false" not in found


def _of_leaf(operation: str, member: str, value: Any) -> str:
    open_to_all = (
        (member.lower() == "publiclyaccessible" and value is True)
        or (member.lower() == "authtype" and value == "NONE")
        or (isinstance(value, str) and _SHARING_MEMBERS.fullmatch(member) and _SHARED.fullmatch(value))
        or (isinstance(value, str) and _REACHABLE_FROM.search(operation) and _is_wide(value))
    )
    if open_to_all:
        return _EVERYBODY
    managed = _MANAGED.fullmatch(value) if isinstance(value, str) else None
    if managed and not _MODEST.fullmatch(managed["name"]):
        return "It would allow far more than what was looked into."
    return ""


def _of_statement(statement: Mapping[str, Any]) -> str:
    if str(statement.get("Effect", "")).lower() != "allow":
        return ""
    if {"NotPrincipal", "NotAction", "NotResource"} & set(statement):
        return "It would allow everything but what it names."
    principal = statement.get("Principal", {})
    named = [principal] if isinstance(principal, str) else [text for _, text in _leaves(principal)]
    if any("*" in str(text) for text in named):
        return _EVERYBODY
    if isinstance(principal, Mapping) and "Federated" in principal and not statement.get("Condition"):
        return _EVERYBODY
    actions = statement.get("Action", [])
    if any(set(str(action)) & {"*", "?"} for action in ([actions] if isinstance(actions, str) else actions)):
        return "It would allow more than single actions."
    return ""


def _is_wide(text: str) -> bool:
    try:
        return ipaddress.ip_network(text.strip(), strict=False).prefixlen < _WIDEST
    except ValueError:
        return False


def _leaves(value: Any, member: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, member)
    else:
        yield member, value


def _statements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every statement of every policy, also of one that is JSON within a text."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    if isinstance(value, Mapping):
        if "Effect" in value:
            yield value
        for item in value.values():
            yield from _statements(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _statements(item)
