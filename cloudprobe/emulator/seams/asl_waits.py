"""Waiting in moto's interpreter: for tasks of ECS, and for heartbeats."""

import json
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskTimedOutEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_callback
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import (
    StateTaskServiceEcs,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from cloudprobe.emulator.seams.asl_failures import failure
from cloudprobe.emulator.seams.credentials import RoleClients
from cloudprobe.emulator.seams.reach import replace

_SYNC_POLL_SECONDS = 0.05


def repair(clients: RoleClients) -> None:
    _fail_with_the_container()
    _stop_abandoned_tasks(clients)
    _name_missed_heartbeats()
    _match_missed_heartbeats()
    # moto asks every half second, as AWS might; a test should not wait for it.
    replace(state_task_service_callback, "_DELAY_SECONDS_SYNC_CONDITION_CHECK", _SYNC_POLL_SECONDS)


def _fail_with_the_container() -> None:
    """``ecs:runTask.sync`` succeeds in moto however its containers exit; in AWS it is States.TaskFailed."""

    def build_resolver(self: Any, env: Any, **others: Any) -> Any:
        resolve = build(self, env=env, **others)

        def resolver() -> Any:
            stopped = resolve()
            if stopped and any(container.get("ExitCode") for container in stopped.get("Containers", [])):
                raise failure(env, StatesErrorNameType.StatesTaskFailed, json.dumps(stopped, default=str))
            return stopped

        return resolver

    build = replace(StateTaskServiceEcs, "_build_sync_resolver", build_resolver)


def _stop_abandoned_tasks(clients: RoleClients) -> None:
    """A task whose state timed out, or whose execution was stopped, runs on in moto; AWS stops it."""

    def eval_sync(self: Any, env: Any, **others: Any) -> Any:
        result = evaluate(self, env=env, **others)
        if result is None:
            _stop(clients, env, submitted[id(env)])
        return result

    def remember(self: Any, env: Any, **others: Any) -> Any:
        submitted[id(env)] = env.stack[-1]["Tasks"][0]
        return build(self, env=env, **others)

    submitted: dict[int, Any] = {}
    evaluate = replace(StateTaskServiceEcs, "_eval_sync", eval_sync)
    build = replace(StateTaskServiceEcs, "_build_sync_resolver", remember)


def _stop(clients: RoleClients, env: Any, task: Any) -> None:
    details = env.aws_execution_details
    client = clients.client("ecs", region=details.region, role_arn=details.role_arn, session_name="StepFunctions")
    client.stop_task(cluster=task["ClusterArn"], task=task["TaskArn"], reason="Task stopped by Step Functions")


def _name_missed_heartbeats() -> None:
    """A missed heartbeat is States.HeartbeatTimeout in AWS and States.Timeout in moto."""

    def named(self: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, HeartbeatTimeoutError):
            return from_error(self, env=env, ex=ex)
        kind = StatesErrorNameType.StatesHeartbeatTimeout
        details = TaskTimedOutEventDetails(
            resourceType=self._get_sfn_resource_type(), resource=self._get_sfn_resource(), error=kind.to_name()
        )
        return FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=kind),
            event_type=HistoryEventType.TaskTimedOut,
            event_details=EventDetails(taskTimedOutEventDetails=details),
        )

    from_error = replace(state_task_service_callback.StateTaskServiceCallback, "_from_error", named)


def _match_missed_heartbeats() -> None:
    """States.Timeout covers a missed heartbeat too, by AWS's description of the name."""
    heartbeat = StatesErrorName(typ=StatesErrorNameType.StatesHeartbeatTimeout)
    timeout = StatesErrorName(typ=StatesErrorNameType.StatesTimeout)

    def match(self: Any, env: Any) -> None:
        missed = env.stack[-1] == heartbeat
        matches(self, env)
        if missed and timeout in self.error_names:
            env.stack[-1] = True

    matches = replace(ErrorEqualsDecl, "_eval_body", match)
