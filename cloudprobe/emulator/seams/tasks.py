"""ECS tasks that are Python callables in processes of their own.

Without Docker ministack keeps a task's record as RUNNING for ever. A task whose definition's family was given at start
runs as that callable, with the environment of its container and a session of its task role, and stops when it ends.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

from cloudprobe.emulator.seams.credentials import role_environment
from cloudprobe.emulator.seams.reach import replace

_RUN_CALLABLE = "import sys; from cloudprobe.emulator.seams.local_task import run; run(sys.argv[1])"


class LocalTasks:
    """Starts, watches and stops the processes of tasks."""

    def __init__(self, paths: Mapping[str, str], *, endpoint_url: str) -> None:
        self._paths = paths
        self._endpoint_url = endpoint_url
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def install(self) -> None:
        """Follow RunTask and StopTask, however they are called. Tested by ``tests/emulator/test_tasks.py``."""
        for action, function, follow in (
            ("RunTask", "_run_task", self._after_run),
            ("StopTask", "_stop_task", self._after_stop),
        ):
            wrapped = _followed(ecs._ACTION_MAP[action], follow)
            replace(ecs, function, wrapped)
            ecs._ACTION_MAP[action] = wrapped

    def _after_run(self, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        for task in answer.get("tasks", []):
            family = task["taskDefinitionArn"].rpartition("/")[2].partition(":")[0]
            if family in self._paths:
                self._start(task["taskArn"], self._paths[family], request.get("overrides") or {})

    def _after_stop(self, _request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        process = self._processes.get((answer.get("task") or {}).get("taskArn", ""))
        if process is not None:
            process.kill()

    def _start(self, task_arn: str, path: str, overrides: Mapping[str, Any]) -> None:
        task = ecs._tasks[task_arn]
        definition = ecs._task_defs[ecs._resolve_td_key(task["taskDefinitionArn"])]
        environment = {"LANG": "C.UTF-8", "PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
        environment |= _container_environment(definition, overrides)
        role_arn = overrides.get("taskRoleArn") or definition.get("taskRoleArn")
        if role_arn:
            environment |= role_environment(
                role_arn,
                session_name=task_arn.rpartition("/")[2],
                endpoint_url=self._endpoint_url,
                region=get_region(),
            )
        process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
            [sys.executable, "-P", "-c", _RUN_CALLABLE, path],
            env=environment,
            stdin=subprocess.PIPE,  # its end of file tells the task that the account is gone
        )
        self._processes[task_arn] = process
        scope = get_account_id(), get_region()

        def watch() -> None:
            code = process.wait()
            self._processes.pop(task_arn, None)
            with request_scope(*scope):
                ecs._mark_task_stopped(
                    task_arn,
                    task,
                    "Essential container in task exited",
                    "EssentialContainerExited",
                    exit_code=code if code >= 0 else 128 - code,
                )

        threading.Thread(target=watch, name=f"task-{path}", daemon=True).start()


def _container_environment(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, str]:
    """The variables of all containers, since one process stands for them, with the overrides of the request."""
    containers = [*definition.get("containerDefinitions", []), *overrides.get("containerOverrides", [])]
    return {entry["name"]: entry["value"] for container in containers for entry in container.get("environment", [])}


def _followed(function: Any, follow: Any) -> Any:

    def followed(request: Mapping[str, Any]) -> Any:
        status, headers, body = function(request)
        if status == 200:  # noqa: PLR2004 - HTTP's own word for success
            follow(request, json.loads(body))
        return status, headers, body

    return followed
