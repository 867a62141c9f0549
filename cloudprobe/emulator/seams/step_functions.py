"""Step Functions: ministack keeps machines, executions, versions and events; moto's interpreter executes.

ministack's own executor calls services in process, under nobody's policies. Here every task is a request like any
other, signed as the machine's role and judged by the account.
"""

import datetime as dt
import json
import threading
import time
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions as ministack_states

from cloudprobe.emulator.seams.credentials import RoleClients
from cloudprobe.emulator.seams.reach import replace

_START_SECONDS = 10.0


class Workflows:
    """Runs the executions ministack records, and keeps their interpreters for history, tokens and stopping."""

    def __init__(self, clients: RoleClients) -> None:
        self._clients = clients
        self._workers: dict[str, Any] = {}
        self._loading = threading.Lock()
        self._interpreter: Any = None

    def install(self) -> None:
        """Take the place of ministack's executor. Tested by ``tests/emulator/test_step_functions_fidelity.py``."""
        replace(ministack_states, "_run_execution", self._run)
        replace(ministack_states, "_send_task_success", self._task_success)
        replace(ministack_states, "_send_task_failure", self._task_failure)
        replace(ministack_states, "_send_task_heartbeat", self._task_heartbeat)

        def stop_execution(data: Any) -> Any:
            answer = stop(data)
            if answer[0] == 200:  # noqa: PLR2004 - HTTP's own word for success
                self._stop(data)
            return answer

        def get_history(data: Any) -> Any:
            self._refresh_history(data.get("executionArn", ""))
            return history(data)

        stop = replace(ministack_states, "_stop_execution", stop_execution)
        history = replace(ministack_states, "_get_execution_history", get_history)

    def machine_of_token(self, token: str) -> str | None:
        """The ARN of the state machine that issued a task token which is still awaited."""
        found = self._endpoint(token)
        return str(found[1]["stateMachineArn"]) if found is not None else None

    def _load(self) -> Any:
        """The interpreter costs two seconds to import, so an account in which no machine runs never does."""
        with self._loading:
            if self._interpreter is None:
                from cloudprobe.emulator.seams import workflow_run  # noqa: PLC0415 - two seconds, see above

                workflow_run.prepare(self._clients)
                self._interpreter = workflow_run
        return self._interpreter

    def _run(self, execution_arn: str) -> None:
        """Execute to the end, in the thread ministack made for it, and write down how it ended."""
        execution = ministack_states._executions.get(execution_arn)
        machine = ministack_states._state_machines.get(execution["stateMachineArn"])
        try:
            interpreter = self._load()
            worker = interpreter.worker_for(execution, machine, account_id=get_account_id(), region=get_region())
            self._workers[execution_arn] = worker
            worker.start()
            ending = interpreter.ending_of(worker)
        except Exception as error:  # noqa: BLE001 - whatever the interpreter cannot run is a failed execution
            ministack_states._fail_execution(execution, "States.Runtime", f"{type(error).__name__}: {error}")
            return
        self._refresh_history(execution_arn)
        if execution["status"] != "RUNNING":
            return
        execution.update(ending, stopDate=ministack_states.now_iso())
        ministack_states._emit_execution_status_event(execution)

    def _stop(self, data: Any) -> None:
        worker = self._workers.get(data["executionArn"])
        deadline = time.monotonic() + _START_SECONDS
        while worker is not None and worker.env is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if worker is not None and worker.env is not None:
            now = dt.datetime.now(tz=dt.UTC)  # noqa: TID251 - the emulator's time is the machine's
            worker.stop(stop_date=now, error=data.get("error"), cause=data.get("cause"))

    def _refresh_history(self, execution_arn: str) -> None:
        """Put the interpreter's events into the record, and keep ministack's own last word on a stopped execution."""
        worker = self._workers.get(execution_arn)
        execution = ministack_states._executions.get(execution_arn)
        if worker is None or worker.env is None or execution is None:
            return
        events = self._load().history_of(worker)
        if execution["status"] == "ABORTED" and not any(event["type"] == "ExecutionAborted" for event in events):
            events.append({**execution["events"][-1], "id": len(events) + 1, "previousEventId": len(events)})
        execution["events"] = events

    def _endpoint(self, token: str) -> tuple[Any, Any] | None:
        """The waiting end of a token of this account and region, with its execution's record."""
        for arn, worker in list(self._workers.items()):
            execution = ministack_states._executions.get(arn)
            endpoint = worker.env.callback_pool_manager.get(token) if execution and worker.env is not None else None
            if endpoint is not None:
                return endpoint, execution
        return None

    def _awaited(self, data: Any) -> Any:
        """The waiting end of a token, or AWS's refusal of one that nobody waits for."""
        found = self._endpoint(data.get("taskToken") or "")
        if found is None:
            return _refusal("InvalidToken", "Invalid Token: 'Invalid token'")
        endpoint, execution = found
        if execution["status"] != "RUNNING" or endpoint.get_outcome() is not None or endpoint._notify_event.is_set():
            return _refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        return endpoint

    def _task_success(self, data: Any) -> Any:
        endpoint = self._awaited(data)
        if isinstance(endpoint, tuple):
            return endpoint
        try:
            json.loads(data.get("output", ""))
        except ValueError:
            return _refusal("InvalidOutput", "Invalid Output: 'The output is no JSON'")
        self._load().succeed(endpoint, data["output"])
        return ministack_states.json_response({})

    def _task_failure(self, data: Any) -> Any:
        endpoint = self._awaited(data)
        if isinstance(endpoint, tuple):
            return endpoint
        self._load().fail(endpoint, error=data.get("error"), cause=data.get("cause"))
        return ministack_states.json_response({})

    def _task_heartbeat(self, data: Any) -> Any:
        endpoint = self._awaited(data)
        if isinstance(endpoint, tuple):
            return endpoint
        endpoint.notify_heartbeat()
        return ministack_states.json_response({})


def _refusal(code: str, message: str) -> Any:
    return ministack_states.error_response_json(code, message, 400)
