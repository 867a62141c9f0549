"""``ProbeRunner`` on this machine: the script in a sandboxed child, its calls made here as the run's role."""

import threading
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from cloudprobe.adapters.aws.ownership import account_ownership
from cloudprobe.adapters.aws.run_credentials import assume
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.domain.ids import is_inspection_id
from cloudprobe.domain.probe import ProbeResult
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.run import Access, RunError, RunOutcome, RunRequest, RunStatus, Usage
from cloudprobe.errors import RefusedError
from cloudprobe.ports import Clock, Observer
from cloudprobe.sandbox.broker import CallNotice
from cloudprobe.sandbox.execution import Denial, Execution, ScriptError, Status
from cloudprobe.sandbox.isolation import Isolation
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import Recorder
from cloudprobe.sandbox.runner import run

_LOG_CHARACTERS = 4_000
_DENIED_CODES = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class ProcessRunner:
    """Runs probes one at a time or side by side; each has its own child, role session and recording.

    Args:
        recordings: where recordings go.
        session: of the principal the per-run roles trust.
        identity: that principal, and the account that is inspected.
        clock: for waiting while IAM learns of a role.
        observer: told of every call.
        cancel: ends running scripts when set.
        isolation: a tier; by default the strongest this machine gives.
    """

    def __init__(
        self,
        recordings: FileRecordings,
        session: AwsSession,
        identity: Identity,
        *,
        clock: Clock,
        observer: Observer,
        cancel: threading.Event,
        isolation: Isolation | None = None,
    ) -> None:
        self._recordings = recordings
        self._session = session
        self._identity = identity
        self._clock = clock
        self._observer = observer
        self._cancel = cancel
        self._isolation = isolation

    def run(self, request: RunRequest) -> RunOutcome:
        permit = Permit.from_json(request.permit)
        if permit.accounts != (self._identity.account,):
            raise RefusedError(
                f"The permit of {request.run_id} is for account {', '.join(permit.accounts)}, not "
                f"{self._identity.account}."
            )
        clients = assume(self._session, request.grant, seconds=request.wall_seconds, clock=self._clock)
        self._recordings.discard(request.run_id)
        recorder = Recorder(self._recordings.folder(request.run_id))
        try:
            execution = run(
                request.script,
                request.variables,
                permit=permit,
                clients=clients,
                ownership=account_ownership(self._session, self._identity),
                recorder=recorder,
                limits=Limits(wall_seconds=request.wall_seconds),
                isolation=self._isolation,
                region=request.region,
                cancel=self._cancel,
                on_call=self._announce(request.run_id),
            )
        finally:
            recorder.close()
        return outcome_of(execution, request.run_id)

    def _announce(self, run_id: str) -> Callable[[CallNotice], None]:
        inspection, iteration, attempt = run_id.split("/")[:3]

        def notify(call: CallNotice) -> None:
            self._observer.notify(
                ProgressEvent(
                    kind="call",
                    inspection_id=inspection if is_inspection_id(inspection) else "",
                    iteration=int(iteration),
                    attempt=int(attempt),
                    step="execute",
                    data={
                        "run_id": run_id,
                        "service": call.service,
                        "operation": call.operation,
                        "region": call.region,
                        "calls": call.index + 1,
                    },
                )
            )

        return notify


def outcome_of(execution: Execution, run_id: str) -> RunOutcome:
    """What came of a run, in the loop's words; a document that is no ``ProbeResult`` is an error of the script."""
    status, error = RunStatus(execution.status.value), _error(execution)
    result: ProbeResult | None = None
    if execution.status is Status.SUCCEEDED:
        try:
            result = ProbeResult.model_validate(execution.result)
        except ValidationError as invalid:
            status, error = RunStatus.FAILED, _contract_error(invalid)
    return RunOutcome(
        run_id=run_id,
        status=status,
        result=result,
        error=error,
        limit=execution.limit.value if execution.limit else "",
        usage=Usage(
            wall_seconds=execution.usage.wall_seconds,
            cpu_seconds=execution.usage.cpu_seconds,
            peak_memory_bytes=execution.usage.peak_memory_bytes,
            calls=execution.usage.calls,
            response_bytes=execution.usage.response_bytes,
        ),
        access=Access(granted=execution.granted, used=execution.used, denied=execution.denied),
        isolation=execution.isolation,
        log=execution.stderr[-_LOG_CHARACTERS:],
        started=execution.started,
    )


def _error(execution: Execution) -> RunError | None:
    if execution.status is Status.SUCCEEDED or (execution.error is None and execution.limit is None):
        return None
    error = execution.error or ScriptError(type="Limit", message=f"The limit {execution.limit} was reached.")
    return RunError(
        type=error.type,
        message=error.message,
        line=error.line,
        code=error.code,
        operation=error.operation,
        hint=execution.limit.advice if execution.limit else _hint(error, execution.denials),
        temporary=error.temporary,
    )


def _hint(error: ScriptError, denials: tuple[Denial, ...]) -> str:
    for denial in denials:
        if denial.operation.endswith(f":{error.operation}") and error.operation:
            return f"{denial.operation} was refused ({denial.cause}): {denial.message}"
    if error.code in _DENIED_CODES:
        return f"The run's role may not do {error.operation or 'this'}; catch the error and report what was skipped."
    return ""


def _contract_error(invalid: ValidationError) -> RunError:
    problems: list[Any] = [dict(problem) for problem in invalid.errors(include_url=False, include_input=False)]
    first = problems[0]
    place = "/" + "/".join(str(part) for part in first["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return RunError(
        type="ContractError",
        message=f"The document the script printed is no probe result: {place}: {first['msg']}{more}.",
        hint="Print one JSON object with facts, findings, resources, coverage and next; see the contract of probes.",
    )
