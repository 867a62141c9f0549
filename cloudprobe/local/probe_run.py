"""One script once, without an inspection around it: under a grant of its own, as an inspection runs it."""

import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cloudprobe.adapters.aws.access import AccountAccess
from cloudprobe.domain.ids import inspection_id, run_id
from cloudprobe.domain.run import GrantRequest, RunRequest
from cloudprobe.guard.boundary import boundary_for
from cloudprobe.guard.signoff import check_script, sign_off
from cloudprobe.ports import Clock
from cloudprobe.sandbox import runner
from cloudprobe.sandbox.execution import Execution, Status
from cloudprobe.sandbox.isolation import detect
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleRun:
    """What is to be run, as it was signed off."""

    script: str
    variables: dict[str, Any] = field(default_factory=dict)
    permit: Permit
    policy: dict[str, Any]
    region: str
    limits: Limits = field(default_factory=Limits)


def run_single(
    order: SingleRun, access: AccountAccess, *, clock: Clock, folder: Path, cancel: threading.Event | None = None
) -> Execution:
    """Grant, run, revoke.

    Args:
        order: what to run.
        access: the way into the account.
        clock: for the run's id, and for waiting while IAM learns of a role.
        folder: where the recording goes.
        cancel: ends the run when set.

    Raises:
        RefusedError: script or policy is not what was signed off, or the ceiling does not cover it.
        SandboxUnavailableError: nothing here isolates.
        AccessError: the account does not let us.
    """
    isolation = detect()
    permit = order.permit
    boundary = boundary_for(order.policy, account_id=access.account, data_class=permit.data_class)
    sign_off(permit, script=order.script, policy=order.policy, ceiling=boundary.document)
    run = run_id(inspection_id(clock.now(), os.urandom(4)), iteration=1, attempt=1, number=0)
    try:
        request = RunRequest(
            run_id=run,
            script=order.script,
            variables=order.variables,
            permit=permit.to_json(),
            policy=order.policy,
            grant=access.grantor.grant(
                GrantRequest(
                    run_id=run,
                    account=access.account,
                    policy=order.policy,
                    policy_digest=permit.policy_digest,
                    data_class=permit.data_class,
                    operations=tuple(f"{one.service}:{one.operation}" for one in permit.operations),
                )
            ),
            region=order.region,
            wall_seconds=order.limits.wall_seconds,
        )
        check_script(permit, order.script)
        with Recorder(folder) as recorder:
            return runner.run(
                order.script,
                order.variables,
                permit=permit,
                clients=access.enter(request, permit),
                ownership=access.ownership,
                recorder=recorder,
                limits=order.limits,
                isolation=isolation,
                region=order.region,
                cancel=cancel,
            )
    finally:
        access.grantor.revoke(run)


def with_any_output(execution: Execution) -> Execution:
    """A script outside the probe contract may print anything: its text is then the result."""
    if execution.output is None:
        return execution
    return replace(execution, status=Status.SUCCEEDED, error=None, result=execution.output)
