"""Lambda functions that are Python callables of this process.

ministack runs uploaded code in processes of its own, without any isolation; here uploaded code never runs. A function
whose name was given at start runs as that callable, whoever invokes it: the API, a state machine, an event rule.
"""

import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import lambda_svc

from cloudprobe.emulator.seams.credentials import RoleClients, role_environment
from cloudprobe.emulator.seams.local_code import load_callable
from cloudprobe.emulator.seams.reach import replace

_DEFAULT_TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class LocalContext:
    """The second argument of a local function: what AWS gives, and a way to act as the function's role."""

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    memory_limit_in_mb: str
    deadline: float
    region: str
    role_arn: str
    endpoint_url: str
    clients: RoleClients

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))

    def client(self, service: str) -> Any:
        """A client with the function's own role; in AWS the environment says the same to ``boto3.client``."""
        return self.clients.client(service, region=self.region, role_arn=self.role_arn, session_name=self.function_name)

    def environment(self) -> dict[str, str]:
        """A fresh session of the function's role as environment variables, for code that makes its own clients."""
        return role_environment(
            self.role_arn, session_name=self.function_name, endpoint_url=self.endpoint_url, region=self.region
        )


class LocalFunctions:
    """Runs invocations of the functions it was given and refuses the others."""

    def __init__(self, paths: Mapping[str, str], *, endpoint_url: str, clients: RoleClients) -> None:
        self._paths = paths
        self._endpoint_url = endpoint_url
        self._clients = clients

    def install(self) -> None:
        """Take the place of the one function through which every executor of ministack passes.

        Tested by ``tests/emulator/test_functions.py``.
        """
        replace(lambda_svc, "_execute_function_dispatch", self._dispatch)

    def _dispatch(self, func: Any, config: Any, event: Any, request_id: str, started: float) -> dict[str, Any]:
        name = config.get("FunctionName", "")
        path = self._paths.get(name)
        if path is None:
            message = f"The embedded account runs no uploaded code and was given no local function for {name}."
            result = _failure("CloudprobeNoLocalFunction", message, [])
        else:
            result = self._run(path, config, event, request_id)
        duration = int((time.time() - started) * 1000)
        lambda_svc._emit_lambda_logs(
            func, request_id, result["log"], bool(result.get("error")), duration, log_source=None
        )
        return result

    def _run(self, path: str, config: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Call it in a thread of its own, so that its timeout is noticed; a thread that overruns is abandoned."""
        limit = float(config.get("Timeout") or _DEFAULT_TIMEOUT_SECONDS)
        context = LocalContext(
            function_name=config["FunctionName"],
            invoked_function_arn=config.get("FunctionArn", ""),
            aws_request_id=request_id,
            memory_limit_in_mb=str(config.get("MemorySize", 128)),
            deadline=time.monotonic() + limit,
            region=get_region(),
            role_arn=config.get("Role", ""),
            endpoint_url=self._endpoint_url,
            clients=self._clients,
        )
        outcome: list[dict[str, Any]] = []
        scope = get_account_id(), get_region()

        def call() -> None:
            with request_scope(*scope):
                outcome.append(_outcome(path, event, context))

        thread = threading.Thread(target=call, name=f"function-{context.function_name}", daemon=True)
        thread.start()
        thread.join(limit)
        if not outcome:
            return _failure(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {limit:.2f} seconds"
            )
        return outcome[0]


def _outcome(path: str, event: Any, context: LocalContext) -> dict[str, Any]:
    """The result in the emulator's own form; an exception becomes what the Python runtime of Lambda reports."""
    try:
        return {"body": load_callable(path)(event, context), "log": ""}
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its outcome
        return _failure(type(error).__name__, str(error), traceback.format_exc().splitlines())
    except SystemExit as error:
        return _failure("Runtime.ExitError", f"Runtime exited with error: exit status {error.code}")


def _failure(kind: str, message: str, trace: list[str] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"errorMessage": message, "errorType": kind}
    if trace is not None:
        body["stackTrace"] = trace
    return {"body": body, "error": True, "log": "\n".join([f"[ERROR] {kind}: {message}", *(trace or [])])}
