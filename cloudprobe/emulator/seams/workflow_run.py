"""One execution in moto's interpreter, seen from the record ministack keeps of it."""

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeFailure, CallbackOutcomeSuccess
from moto.stepfunctions.parser.asl.eval.evaluation_details import (
    AWSExecutionDetails,
    EvaluationDetails,
    ExecutionDetails,
    StateMachineDetails,
)
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramError, ProgramTimedOut
from moto.stepfunctions.parser.backend.execution_worker import SyncExecutionWorker
from moto.stepfunctions.parser.backend.execution_worker_comm import ExecutionWorkerCommunication

from cloudprobe.emulator.seams import interpreter
from cloudprobe.emulator.seams.credentials import RoleClients


def prepare(clients: RoleClients) -> None:
    logging.getLogger("moto").setLevel(logging.CRITICAL)
    interpreter.repair(clients)


class _NobodyToTell(ExecutionWorkerCommunication):  # type: ignore[misc] # moto is not followed
    """The caller runs the worker in its own thread and looks at its state afterwards."""

    def terminated(self) -> None:
        pass


def worker_for(
    execution: Mapping[str, Any], machine: Mapping[str, Any], *, account_id: str, region: str
) -> SyncExecutionWorker:
    """A worker whose ``start`` runs the whole execution in the calling thread."""
    role_arn = machine["roleArn"]
    return SyncExecutionWorker(
        evaluation_details=EvaluationDetails(
            aws_execution_details=AWSExecutionDetails(account=account_id, region=region, role_arn=role_arn),
            execution_details=ExecutionDetails(
                arn=execution["executionArn"],
                name=execution["name"],
                role_arn=role_arn,
                inpt=json.loads(execution["input"] or "{}"),
                start_time=execution["startDate"],
            ),
            state_machine_details=StateMachineDetails(
                arn=execution["stateMachineArn"],
                name=machine["name"],
                typ=machine.get("type", "STANDARD"),
                definition=machine["definition"],
            ),
        ),
        exec_comm=_NobodyToTell(),
        cloud_watch_logging_session=None,
        activity_store={},
    )


def ending_of(worker: SyncExecutionWorker) -> dict[str, Any]:
    """How an execution that is over ended: its status, and its output or its error and cause."""
    state = worker.env.program_state()
    if isinstance(state, ProgramEnded):
        return {"status": "SUCCEEDED", "output": json.dumps(worker.env.states.get_input(), default=str)}
    if isinstance(state, ProgramTimedOut):
        return {"status": "TIMED_OUT", "error": "States.Timeout"}
    if isinstance(state, ProgramError):
        error = state.error or {}
        return {"status": "FAILED", "error": error.get("error"), "cause": error.get("cause")}
    return {"status": "ABORTED"}


def history_of(worker: SyncExecutionWorker) -> list[dict[str, Any]]:
    """The events so far in the form of the API's JSON, times as text."""
    return [_event(event) for event in list(worker.env.event_manager.get_event_history())]


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in event.items() if value is not None}
    timestamp = plain.get("timestamp")
    if isinstance(timestamp, dt.datetime):
        plain["timestamp"] = timestamp.isoformat().replace("+00:00", "Z")
    plain["type"] = str(getattr(plain["type"], "value", plain["type"]))
    return plain


def succeed(endpoint: Any, output: str) -> None:
    endpoint.notify(CallbackOutcomeSuccess(callback_id=endpoint.callback_id, output=output))


def fail(endpoint: Any, *, error: str | None, cause: str | None) -> None:
    endpoint.notify(CallbackOutcomeFailure(callback_id=endpoint.callback_id, error=error, cause=cause))
