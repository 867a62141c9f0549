"""From the refusals of one run to why each happened, with the parameters its recording has of them."""

from pathlib import Path
from typing import Any

from cloudprobe.domain.run import Denial, RunRequest
from cloudprobe.guard.denials import DeniedCall, Granted, explain
from cloudprobe.sandbox.execution import Execution
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import Recording

_MOST = 50
"""Denials explained; what a script was denied more often is the same again."""


def explained(execution: Execution, request: RunRequest, permit: Permit, *, recording: Path) -> tuple[Denial, ...]:
    """Each denied operation once a cause the broker or the account gave."""
    if not execution.denials:
        return ()
    asked = _parameters(recording, {denial.operation for denial in execution.denials})
    granted = Granted(
        policy=request.policy,
        data_class=permit.data_class,
        account=permit.accounts[0],
        path=request.grant.path,
        role_arn=request.grant.role_arn,
    )
    found = []
    for denial in execution.denials[:_MOST]:
        service, _, operation = denial.operation.partition(":")
        call = DeniedCall(
            service=service,
            operation=operation,
            refused_by=denial.cause,
            message=denial.message,
            parameters=asked.get((denial.operation, denial.cause), {}),
        )
        why = explain(call, granted)
        found.append(
            Denial(
                operation=denial.operation,
                cause=why.cause.value,
                action=why.action,
                resource=why.resource,
                explanation=why.said,
                statement=dict(why.statement) if why.statement is not None else None,
                where=why.where,
                count=denial.count,
            )
        )
    return tuple(found)


def _parameters(folder: Path, operations: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the first denied call of each operation asked for."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for call in Recording.load(folder):
        operation = f"{call.service}:{call.operation}"
        if operation in operations and call.error is not None:
            first.setdefault((operation, call.denied or "account"), call.parameters)
    return first
