"""AssumeRole's source identity and its limits of time, both unknown to ministack.

A source identity needs ``sts:SetSourceIdentity`` of the caller and of the role's trust policy, comes back in the
answer, and stays with the session as ``aws:SourceIdentity``. Tested by ``tests/emulator/test_iam_fidelity.py``.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import replace as changed
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id
from ministack.services import iam, sts

from cloudprobe.emulator.seams.reach import replace

_SHORTEST = 900
_LONGEST_OF_A_CHAIN = 3600
_asked_identity: ContextVar[str | None] = ContextVar("asked_identity", default=None)
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


def install() -> None:
    handle = app.SERVICE_HANDLERS["sts"]

    async def handler(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
        parameters = {name: values[0] for name, values in {**parse_qs(body.decode("latin-1")), **query}.items()}
        if parameters.get("Action") != "AssumeRole":
            return await handle(method, path, headers, body, query)
        caller = extract_access_key_id(headers, query)
        refused = _refused(parameters, caller)
        if refused is not None:
            return refused
        asked = _asked_identity.set(parameters.get("SourceIdentity"))
        try:
            answer = await handle(method, path, headers, body, query)
        finally:
            _asked_identity.reset(asked)
        return _with_source_identity(answer, parameters.get("SourceIdentity"))

    app.SERVICE_HANDLERS["sts"] = handler
    _keep_source_identity()
    _tell_trust_of_source_identity()


def _refused(parameters: Mapping[str, str], caller: str) -> Any:
    role = _role(parameters.get("RoleArn", "")) or {}
    seconds = int(parameters.get("DurationSeconds", _SHORTEST))
    longest = int(role.get("MaxSessionDuration", _LONGEST_OF_A_CHAIN))
    if caller in sts._sessions and seconds > _LONGEST_OF_A_CHAIN:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        return sts._error(400, "ValidationError", message, ns="sts")
    if not _SHORTEST <= seconds <= longest:
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role, or is below 900."
        return sts._error(400, "ValidationError", message, ns="sts")
    identity = parameters.get("SourceIdentity")
    if identity is None:
        return None
    if not _NAME.fullmatch(identity):
        return sts._error(400, "ValidationError", "1 validation error detected: value at 'sourceIdentity'", ns="sts")
    return _may_not_set(parameters, role, caller)


def _role(arn: str) -> Any:
    parts = arn.split(":")
    return iam._roles.get_scoped(parts[4], None, arn.rpartition("/")[2]) if len(parts) > 5 else None  # noqa: PLR2004


def _may_not_set(parameters: Mapping[str, str], role: Mapping[str, Any], caller: str) -> Any:
    """AccessDenied unless both the caller's policies and the role's trust policy allow sts:SetSourceIdentity."""
    role_arn = parameters["RoleArn"]
    known = sts._caller_identity({"authorization": f"AWS4-HMAC-SHA256 Credential={caller}/"})
    denied = iam_evaluator.enforce(caller, "sts:SetSourceIdentity", "sts", get_region(), resource_arn=role_arn)
    context = iam_evaluator.EvalContext(
        principal_arn=known["userArn"],
        principal_type=known["principalType"],
        principal_account=known["accountId"],
        action="sts:SetSourceIdentity",
        resource_arn=role_arn,
        region=get_region(),
        service_context={
            "sts:externalid": parameters.get("ExternalId"),
            "sts:rolesessionname": parameters.get("RoleSessionName"),
            "sts:sourceidentity": parameters["SourceIdentity"],
        },
    )
    trust = role.get("AssumeRolePolicyDocument", "{}")
    if not denied and iam_evaluator.evaluate_trust_policy(trust, known["userArn"], context):
        return None
    message = f"User: {known['userArn']} is not authorized to perform: sts:SetSourceIdentity on resource: {role_arn}"
    return sts._error(403, "AccessDenied", message, ns="sts")


def _with_source_identity(answer: Any, identity: str | None) -> Any:
    status, headers, body = answer
    made = re.search(rb"<AccessKeyId>([^<]+)</AccessKeyId>", body)
    if identity is None or made is None:
        return answer
    sts._sessions[made.group(1).decode()]["SourceIdentity"] = identity
    element = f"<SourceIdentity>{identity}</SourceIdentity></AssumeRoleResult>".encode()
    return status, headers, body.replace(b"</AssumeRoleResult>", element)


def _keep_source_identity() -> None:
    def keys(credential: Any) -> Any:
        session = sts._sessions.get(credential.access_key_id) or {}
        found = known(credential)
        return found | ({"aws:sourceidentity": session["SourceIdentity"]} if "SourceIdentity" in session else {})

    known = replace(iam_evaluator, "_principal_keys", keys)
    replace(sts, "_principal_keys", keys)


def _tell_trust_of_source_identity() -> None:
    """The trust policy is asked for sts:AssumeRole and sts:TagSession with the source identity of the request."""

    def evaluate(trust: Any, caller_arn: str, context: Any = None) -> Any:
        identity = _asked_identity.get()
        if context is not None and identity is not None:
            context = changed(context, service_context={**context.service_context, "sts:sourceidentity": identity})
        return known(trust, caller_arn, context)

    known = replace(iam_evaluator, "evaluate_trust_policy", evaluate)
