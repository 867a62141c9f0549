"""What an action is called and which resource it is checked on, where ministack asks another question than AWS does.

The source of each answer is the Service Authorization Reference; tests/emulator/test_iam_fidelity.py asks them all.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_actions
from ministack.services import ecs

from cloudprobe.emulator.seams.reach import replace
from cloudprobe.emulator.seams.step_functions import Workflows

# Operations of Lambda whose action has another name than they.
_LAMBDA_ACTIONS = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}


def install(workflows: Workflows) -> None:
    _name_actions()
    _name_resources(workflows)


def _name_actions() -> None:
    """Lambda's actions are guessed from path segments (GetFunctionConcurrency asks for Put…); unknown ones are allowed.

    Lambda's are taken from its botocore model instead, S3's never from an ``Action`` or a target header that S3 would
    not read, and an operation nobody can name is checked as an action that only ``*`` covers, because an emulator
    against which policies are proven must fail closed.
    """
    for service in ("lambda", "account"):
        iam_actions._BOTOCORE_SERVICE_MAP[service] = [service]

    def action_of(
        service: str, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> str:
        if service == "s3" and (operation := iam_actions._s3_action(method, path, query)):
            return f"s3:{operation}"
        if service == "lambda" and (operation := iam_actions._match_rest_action("lambda", method, path, query)):
            return f"lambda:{_LAMBDA_ACTIONS.get(operation, operation)}"
        return known(service, method, path, headers, body, query) or f"{service}:UnnamedOperation"

    known: Callable[..., str | None] = replace(iam_actions, "extract_iam_action", action_of)


def _name_resources(workflows: Workflows) -> None:
    """RunTask is checked on the cluster (AWS: the task definition), SendTask* on ``*`` (AWS: the state machine)."""

    def resource_of(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
        region: str,
        account_id: str,
    ) -> str:
        target = headers.get("x-amz-target", "")
        found = None
        if service == "ecs" and target.endswith(".RunTask"):
            found = _task_definition(body)
        elif service == "states" and ".SendTask" in target:
            found = workflows.machine_of_token(_field(body, "taskToken"))
        return found or known(service, method, path, headers, body, query, region, account_id)

    known: Callable[..., str] = replace(iam_actions, "extract_resource_arn", resource_of)


def _task_definition(body: bytes) -> str | None:
    record = ecs._task_defs.get(ecs._resolve_td_key(_field(body, "taskDefinition")))
    return str(record["taskDefinitionArn"]) if record else None


def _field(body: bytes, name: str) -> str:
    try:
        return str(json.loads(body).get(name) or "")
    except (ValueError, AttributeError):
        return ""
