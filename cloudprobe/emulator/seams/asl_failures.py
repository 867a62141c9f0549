"""Failures in the form moto's interpreter passes around."""

from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails


def failure(env: Any, kind: StatesErrorNameType, cause: str, event: HistoryEventType | None = None) -> Exception:
    """An exception that fails the state with one of the predefined error names."""
    details = EventDetails(taskFailedEventDetails=TaskFailedEventDetails(error=kind.to_name(), cause=cause))
    found: Exception = FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=kind),
            event_type=event or HistoryEventType.TaskFailed,
            event_details=details,
        )
    )
    return found
