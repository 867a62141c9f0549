"""From what the sandbox says of an execution to what the loop knows of a run."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from cloudprobe.domain.probe import ProbeResult
from cloudprobe.domain.run import Access, Denial, RunError, RunOutcome, RunStatus, Usage
from cloudprobe.guard.actions import action_for
from cloudprobe.sandbox.execution import Denial as Refusal
from cloudprobe.sandbox.execution import Execution, ScriptError, Status

_LOG_CHARACTERS = 4_000
_VIOLATIONS = 5
_BROKERS = frozenset({"probe_policy", "region", "ownership", "budget"})
"""Causes for which the words below say what to do in the script."""
_CONTRACT = "The document has facts, findings, resources, coverage and next, and nothing else (docs/adr/0001)."


def outcome_of(run_id: str, execution: Execution, *, denials: tuple[Denial, ...] = ()) -> RunOutcome:
    """A run as the loop sees it. A result that is not what the contract asks for is a failure of the script.

    Args:
        run_id: of the run.
        execution: what the sandbox says of it.
        denials: why each denied operation was denied, where that was found out.
    """
    status, error = RunStatus(execution.status.value), _error(execution, denials)
    result: ProbeResult | None = None
    if execution.status is Status.SUCCEEDED:
        try:
            result = ProbeResult.model_validate(execution.result)
        except ValidationError as violations:
            status, error = RunStatus.FAILED, _contract_error(violations)
    elif execution.status is Status.LIMITED:
        result = _partial(execution.result)
    return RunOutcome(
        run_id=run_id,
        status=status,
        result=result,
        result_digest=execution.result_digest,
        error=error,
        limit=execution.limit.value if execution.limit else "",
        usage=Usage(
            wall_seconds=execution.usage.wall_seconds,
            cpu_seconds=execution.usage.cpu_seconds,
            peak_memory_bytes=execution.usage.peak_memory_bytes,
            calls=execution.usage.calls,
            response_bytes=execution.usage.response_bytes,
            usd=round(execution.usage.usd, 12),
            paid=execution.usage.paid,
        ),
        access=Access(granted=execution.granted, used=execution.used, denied=execution.denied, hidden=execution.hidden),
        denials=denials,
        isolation=execution.isolation,
        log=execution.stderr[-_LOG_CHARACTERS:],
        started=execution.started,
    )


def _partial(document: Any) -> ProbeResult | None:
    """What a script could still say after a limit tripped, if it is in order."""
    try:
        return ProbeResult.model_validate(document)
    except ValidationError:
        return None


def _contract_error(violations: ValidationError) -> RunError:
    found = violations.errors(include_url=False, include_context=False, include_input=False)
    named = [f"/{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:_VIOLATIONS]]
    more = f"; and {len(found) - _VIOLATIONS} more" if len(found) > _VIOLATIONS else ""
    return RunError(
        type="ContractError",
        message=f"The printed document does not follow the contract: {'; '.join(named)}{more}.",
        hint=_CONTRACT,
    )


def _error(execution: Execution, denials: tuple[Denial, ...]) -> RunError | None:
    error = execution.error
    if error is None:
        return None
    return RunError(
        type=error.type,
        message=error.message,
        line=error.line,
        code=error.code,
        operation=error.operation,
        hint=next(_hints(error, execution, denials), ""),
        temporary=error.temporary,
    )


def _hints(error: ScriptError, execution: Execution, denials: tuple[Denial, ...]) -> Iterator[str]:
    """What the generator can do about a call that was refused, by whom it was refused."""
    for known in denials:
        if error.code and known.operation.endswith(f":{error.operation}") and known.cause not in _BROKERS:
            yield f"{known.explanation} Catch it, go on without, and say so in coverage.skipped."
    for denial in execution.denials:
        if error.code and denial.operation.endswith(f":{error.operation}"):
            yield _hint(denial)


def _hint(denial: Refusal) -> str:
    service, _, operation = denial.operation.partition(":")
    action = action_for(service, operation) or denial.operation
    match denial.cause:
        case "permit":
            return (
                f"The run was not granted {action}. Call {operation} by its name on a boto3 client, so that the policy "
                "can be derived from the code, or do without it."
            )
        case "region":
            return f"Ask only in the regions that were given. {denial.message}"
        case "ownership":
            return f"Name only what belongs to the inspected account. {denial.message}"
        case _:
            return f"The account denies {action}. Catch it, go on without, and say so in coverage.skipped."
