"""iam:PassRole, which ministack asks of nobody.

Whoever hands a role to a service must be allowed to pass it, under the condition key ``iam:PassedToService``.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html. Covered are the services a workflow is
built of; the others are a known difference. Tested by ``tests/emulator/test_iam_fidelity.py``.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack import app
from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AuthError, enforce
from ministack.core.responses import get_region, new_uuid
from ministack.core.router import extract_access_key_id
from ministack.services import ecs

Request = Mapping[str, Any]


def install() -> None:
    for service, (principal, operations) in _PASSING.items():
        app.SERVICE_HANDLERS[service] = _checked(app.SERVICE_HANDLERS[service], service, principal, operations)


def _roles_of_task(request: Request) -> list[str | None]:
    definition = ecs._task_defs.get(ecs._resolve_td_key(request.get("taskDefinition", ""))) or {}
    overrides = request.get("overrides") or {}
    return [
        overrides.get("taskRoleArn") or definition.get("taskRoleArn"),
        overrides.get("executionRoleArn") or definition.get("executionRoleArn"),
    ]


_PASSING: dict[str, tuple[str, dict[str, Callable[[Request], Iterable[Any]]]]] = {
    "lambda": (
        "lambda.amazonaws.com",
        {name: lambda request: [request.get("Role")] for name in ("CreateFunction", "UpdateFunctionConfiguration")},
    ),
    "ecs": (
        "ecs-tasks.amazonaws.com",
        {
            "RegisterTaskDefinition": lambda request: [request.get("taskRoleArn"), request.get("executionRoleArn")],
            "RunTask": _roles_of_task,
            "StartTask": _roles_of_task,
        },
    ),
    "states": (
        "states.amazonaws.com",
        {name: lambda request: [request.get("roleArn")] for name in ("CreateStateMachine", "UpdateStateMachine")},
    ),
    "events": (
        "events.amazonaws.com",
        {"PutTargets": lambda request: [target.get("RoleArn") for target in request.get("Targets", [])]},
    ),
    "scheduler": (
        "scheduler.amazonaws.com",
        {
            name: lambda request: [(request.get("Target") or {}).get("RoleArn")]
            for name in ("CreateSchedule", "UpdateSchedule")
        },
    ),
}


def _checked(handle: Any, service: str, principal: str, operations: Mapping[str, Any]) -> Any:
    from ministack.core import iam_actions  # noqa: PLC0415 - as it is once the seams have named actions

    async def handler(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        action = iam_actions.extract_iam_action(service, method, path, headers, body, query).partition(":")[2]
        roles_of = operations.get(action)
        for role in roles_of(_json(body)) if roles_of else ():
            refused = _refused(service, headers, query, role, principal) if role else None
            if refused is not None:
                return refused
        return await handle(method, path, headers, body, query)

    return handler


def _refused(service: str, headers: Any, query: Any, role: str, principal: str) -> Any:
    key = extract_access_key_id(headers, query)
    if not key:
        return None  # a call of the emulator to itself, such as by CloudFormation
    context = {"iam:PassedToService": principal}
    denied = enforce(key, "iam:PassRole", "iam", get_region(), resource_arn=role, service_context=context)
    if not denied or isinstance(denied, AuthError):
        return None
    return access_denied_response(
        service, "iam:PassRole", denied.principal_arn, new_uuid(), headers=headers, resource_arn=role
    )


def _json(body: bytes) -> Request:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
