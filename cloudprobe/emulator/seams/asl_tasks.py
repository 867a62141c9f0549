"""Task states in moto's interpreter: who calls, in which casing, and under which names calls fail."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import (
    StateTaskServiceEcs,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.utils import camel_to_snake_case

from cloudprobe.emulator.seams.credentials import RoleClients
from cloudprobe.emulator.seams.reach import replace, replace_everywhere

_BOTO_NAMES = {"sfn": "stepfunctions", "states": "stepfunctions"}
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+[0-9]*|[0-9]+")


def repair(clients: RoleClients) -> None:
    _call_services_as_the_role(clients)
    _take_the_casing_of_the_models()
    _name_sdk_exceptions()
    _name_ecs_exceptions()


def _call_services_as_the_role(clients: RoleClients) -> None:
    """Calls go to ``localhost:$MOTO_PORT`` with made-up keys; AWS makes them with a session of the machine's role."""

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        return clients.client(service, region=region, role_arn=state_credentials.role_arn, session_name="StepFunctions")

    replace_everywhere("moto.stepfunctions", boto_client.boto_client_for, client_for)


@cache
def _operations(service: str) -> tuple[Any, Mapping[str, str]]:
    model = botocore.session.get_session().get_service_model(service)
    return model, {camel_to_snake_case(name): name for name in model.operation_names}


def _operation(task: Any, service: str | None, action: str | None) -> Any:
    model, names = _operations(task._get_boto_service_name(service))
    name = names.get(camel_to_snake_case(task._get_boto_service_action(action)))
    return model.operation_model(name) if name else None


def _take_the_casing_of_the_models() -> None:
    """Parameters arrive in PascalCase and boto3 wants its own; both of moto's conversions do nothing."""

    def parameters(
        self: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        operation = _operation(self, boto_service_name, service_action_name)
        if operation is not None and operation.input_shape is not None:
            self._to_boto_request(parameters, operation.input_shape)

    def response(
        self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        operation = _operation(self, boto_service_name, service_action_name)
        if operation is not None and operation.output_shape is not None:
            self._from_boto_response(response, operation.output_shape)

    replace(StateTaskService, "_normalise_parameters", parameters)
    replace(StateTaskService, "_normalise_response", response)


def _name_sdk_exceptions() -> None:
    """Errors of SDK integrations are named as the SDK for Java names them; moto knows some services only."""

    def service_name(service: str) -> str:
        model, _ = _operations(_BOTO_NAMES.get(service.lower(), service.lower()))
        return "".join(word.capitalize() for word in _WORD.findall(model.metadata["serviceId"]))

    replace(StateTaskServiceAwsSdk, "_normalise_service_error_name", staticmethod(service_name))


def _name_ecs_exceptions() -> None:
    """What ECS refuses is ``ECS.`` and the exception's name in AWS; in moto it is a bare States.Runtime."""

    def named(self: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, ClientError):
            return from_error(self, env=env, ex=ex)
        code = ex.response["Error"]["Code"]
        error = f"ECS.{code if code.endswith('Exception') else code + 'Exception'}"
        details = TaskFailedEventDetails(
            error=error, cause=str(ex), resource=self._get_sfn_resource(), resourceType=self._get_sfn_resource_type()
        )
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(error_name=error),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )

    from_error = replace(StateTaskServiceEcs, "_from_error", named)
