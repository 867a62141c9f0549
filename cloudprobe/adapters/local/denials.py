"""From the refusals of one run to why each happened, as its recording has them: call by call."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudprobe.domain.run import AccessPath, Denial, RunRequest
from cloudprobe.guard.denials import DeniedCall, Granted, explain_all
from cloudprobe.sandbox.backend import Outcome
from cloudprobe.sandbox.execution import Execution
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import RecordedCall, Recording

_MOST = 50
"""Denials explained; what a script was denied beyond them is known by its operation."""
_MOST_CALLS = 10_000
"""Denied calls looked at; a script that goes on after so many learns nothing new."""


def explained(execution: Execution, request: RunRequest, permit: Permit, *, recording: Path) -> tuple[Denial, ...]:
    """Each denied operation, once for each decision that denied it."""
    return explained_by(
        execution,
        permit,
        policy=request.policy,
        calls=Recording.load(recording) if execution.denials else (),
        path=request.grant.path,
        role_arn=request.grant.role_arn,
    )


def explained_by(
    execution: Execution,
    permit: Permit,
    *,
    policy: Mapping[str, Any],
    calls: Iterable[RecordedCall],
    path: AccessPath = "role",
    role_arn: str = "",
) -> tuple[Denial, ...]:
    """As ``explained``, of a run that no request describes.

    Args:
        execution: what came of it.
        permit: of the run.
        policy: that it was granted.
        calls: that it made, as recorded.
        path: how access was granted.
        role_arn: of the role that its session was of.
    """
    if not execution.denials:
        return ()
    granted = Granted(
        policy=policy, data_class=permit.data_class, account=permit.accounts[0], path=path, role_arn=role_arn
    )
    return tuple(
        Denial(
            operation=why.operation,
            cause=why.cause.value,
            action=why.action,
            resource=why.resource,
            resources=why.resources,
            further_resources=why.further,
            explanation=why.said,
            statement=dict(why.statement) if why.statement is not None else None,
            where=why.where,
            count=why.count,
        )
        for why in explain_all(_denied(execution, calls), granted)[:_MOST]
    )


def _denied(execution: Execution, calls: Iterable[RecordedCall]) -> Iterator[DeniedCall]:
    """Every denied call that is recorded; what is told of them all together where none is."""
    operations = {denial.operation for denial in execution.denials}
    seen: set[tuple[str, str]] = set()
    looked_at = 0
    for call in calls:
        operation = f"{call.service}:{call.operation}"
        outcome = Outcome(response=call.response, error=call.error, fault=call.fault)
        refused_by = call.denied or ("account" if outcome.denied else "")
        if operation not in operations or refused_by in {"", "parameters"}:
            continue
        looked_at += 1
        if looked_at > _MOST_CALLS and (operation, refused_by) in seen:
            continue
        seen.add((operation, refused_by))
        yield DeniedCall(
            service=call.service,
            operation=call.operation,
            refused_by=refused_by,
            message=outcome.message,
            parameters=call.parameters,
        )
    for denial in execution.denials:
        if (denial.operation, denial.cause) not in seen:
            service, _, name = denial.operation.partition(":")
            yield DeniedCall(service=service, operation=name, refused_by=denial.cause, message=denial.message)
