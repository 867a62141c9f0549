"""What an action is called and which resource it is checked on, where ministack asks another question than AWS does.

The source of each answer is the Service Authorization Reference; tests/emulator/test_iam_fidelity.py asks them all.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import ecs, iam, s3

from cloudprobe.emulator.seams import answers
from cloudprobe.emulator.seams.reach import replace
from cloudprobe.emulator.seams.step_functions import Workflows

_BUCKETS = "arn:aws:s3:::"
# Operations of Lambda whose action has another name than they.
_LAMBDA_ACTIONS = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}
_INVOCATIONS = ("/invocations", "/response-streaming-invocations")


def install(workflows: Workflows) -> None:
    _name_actions()
    _name_resources(workflows)
    _name_owners_of_buckets()


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
        return known(service, method, path, headers, body, query) or (
            answers.recorded_action(method, path, headers, body, query) or _of_unknown_service(service, headers, query)
        )

    known: Callable[..., str | None] = replace(iam_actions, "extract_iam_action", action_of)


def _of_unknown_service(service: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> str:
    """By the operation's name where the protocol carries one; the service will say that it is not emulated."""
    operation = headers.get("x-amz-target", "").rpartition(".")[2] or iam_actions._query_param(query, "Action")
    return f"{service}:{operation or 'UnnamedOperation'}"


def _name_resources(workflows: Workflows) -> None:
    """Where AWS checks another resource than ministack.

    RunTask: the task definition, not the cluster. SendTask*: the state machine, not ``*``. IAM: the role or user with
    its path. CloudWatch Logs: a log group's ARN ends in ``:*`` for all but tags. Lambda: an invocation of a version or
    an alias is one of that, and a statement on the function alone does not cover it.
    """

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
        elif service == "iam":
            found = _iam_entity(query, account_id)
        elif service == "lambda" and path.endswith(_INVOCATIONS):
            found = _qualified(known(service, method, path, headers, body, query, region, account_id), query)
        found = found or known(service, method, path, headers, body, query, region, account_id)
        return f"{found}:*" if service == "logs" and _is_log_group(found, target) else found

    known: Callable[..., str] = replace(iam_actions, "extract_resource_arn", resource_of)


def _name_owners_of_buckets() -> None:
    """The ARN of a bucket names no account, so aws:ResourceAccount is taken for the caller's own; it is the owner's."""

    def condition_value(key: str, context: Any) -> Any:
        arn = context.resource_arn
        if key.lower() in {"aws:resourceaccount", "s3:resourceaccount"} and arn.startswith(_BUCKETS):
            owner = s3._bucket_owner_account(arn.removeprefix(_BUCKETS).partition("/")[0])
            return owner or context.principal_account
        return known(key, context)

    known = replace(iam_evaluator, "_resolve_condition_key", condition_value)


def _task_definition(body: bytes) -> str | None:
    record = ecs._task_defs.get(ecs._resolve_td_key(_field(body, "taskDefinition")))
    return str(record["taskDefinitionArn"]) if record else None


def _qualified(arn: str, query: Mapping[str, Any]) -> str:
    """The ARN of the version or alias that an invocation names beside the function."""
    qualifier = iam_actions._query_param(query, "Qualifier")
    return f"{arn}:{qualifier}" if qualifier and ":function:" in arn and not arn.endswith(f":{qualifier}") else arn


def _iam_entity(query: Mapping[str, Any], account_id: str) -> str | None:
    """The ARN of the role or user a request names, with its path: as it is, or as it would be made."""
    for kind, store in (("Role", iam._roles), ("User", iam._users)):
        name = iam_actions._query_param(query, f"{kind}Name")
        if name:
            path = iam_actions._query_param(query, "Path") or "/"
            found = store.get(name) or {"Arn": f"arn:aws:iam::{account_id}:{kind.lower()}{path}{name}"}
            return str(found["Arn"])
    return None


def _is_log_group(arn: str, target: str) -> bool:
    return ":log-group:" in arn and not arn.endswith(":*") and "Tag" not in target.rpartition(".")[2]


def _field(body: bytes, name: str) -> str:
    try:
        return str(json.loads(body).get(name) or "")
    except (ValueError, AttributeError):
        return ""
