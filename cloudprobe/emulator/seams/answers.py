"""Recorded answers: operations that answer what was recorded for them, behind the same signatures and IAM as ever.

ministack has some services not at all, and shows others only in health: targets never fail, tasks never stop, nothing
is throttled. A world or a test records what AWS would say (``worlds/building/answers.py``); records come through a door
of their own, which is shut to every key but those of the administrators this process made. Tested by
``tests/emulator/test_recorded_answers.py``.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from ministack import app
from ministack.core.responses import get_account_id, get_region

from cloudprobe.emulator.recorded import (
    RecordedAnswer,
    RecordedError,
    most_specific,
    patch,
    read_path,
)
from cloudprobe.emulator.seams import dialects
from cloudprobe.emulator.seams.dialects import Answer, Asked
from cloudprobe.guard.actions import action_for

# Their requests do not come through the one dispatch that recorded answers are put in front of.
_ELSEWHERE = frozenset({"s3control", "sesv2", "rds-data"})

_answers: dict[tuple[str, str], list[RecordedAnswer]] = {}
"""By account and signing name, in the order they were recorded."""
_raw_path: ContextVar[str] = ContextVar("raw_path", default="")


class RefusedRecordError(ValueError):
    """What cannot be recorded, in a sentence for whoever tried."""


def install() -> None:
    app.SERVICE_HANDLERS = _Handlers(app.SERVICE_HANDLERS)


def remember_raw_path(path: str) -> None:
    """Keep a request's path as it was sent: decoded, a slash in a name cannot be told from one between names."""
    _raw_path.set(path)


class _Handlers(dict[str, Any]):
    """Handlers by service, each behind the answers recorded for it."""

    def __init__(self, plain: dict[str, Any]) -> None:
        super().__init__(plain)
        self._plain = plain

    def get(self, service: str, default: Any = None) -> Any:
        handler = self._plain.get(service, default)
        return _with_recorded_answers(handler) if _answers and handler else handler


def _with_recorded_answers(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handler(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
        asked = asked_of_recorded(method, path, headers, body, query)
        if asked is None:
            return await handle(method, path, headers, body, query)
        found = [
            answer
            for answer in _answers[get_account_id(), _signing_name(headers, query)]
            if answer.service == _service(asked) and answer.answers(asked.operation, get_region(), asked.parameters)
        ]
        overlays = sorted((a for a in found if a.overlay is not None), key=lambda answer: answer.specificity)
        whole = most_specific(answer for answer in found if answer.overlay is None)
        given = _given(asked, whole) if whole else await handle(method, path, headers, body, query)
        return _laid_over(asked, given, overlays)

    return handler


def _given(asked: Asked, answer: RecordedAnswer) -> Answer:
    answer.use()
    if answer.error is not None:
        return dialects.write_error(asked, answer.error.code, answer.error.message, answer.error.status)
    return dialects.write(asked, answer.response or {})


def _laid_over(asked: Asked, given: Any, overlays: list[RecordedAnswer]) -> Any:
    status = given[0]
    if not overlays or status >= 300:  # noqa: PLR2004 - HTTP's own word for success ends there
        return given
    response = dialects.parse(asked, given)
    for answer in overlays:
        answer.use()
        patch(response, answer.overlay or {})
    return dialects.write(asked, response)


def asked_of_recorded(
    method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
) -> Asked | None:
    """What is asked of a service that answers were recorded for; None for any other request."""
    recorded = _answers.get((get_account_id(), _signing_name(headers, query)), ())
    for service in {answer.service for answer in recorded}:
        asked = dialects.read(
            service,
            method=method,
            raw_path=_raw_path.get() or path,
            query=urlencode(query, doseq=True),
            headers=headers,
            body=body,
        )
        if asked is not None and any(a.service == service and a.operation == asked.operation for a in recorded):
            return asked
    return None


def recorded_action(
    method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
) -> str | None:
    """The IAM action of a request to a service that only records know, as AWS's list of actions has it."""
    asked = asked_of_recorded(method, path, headers, body, query)
    return action_for(_service(asked), asked.operation) if asked is not None else None


def _service(asked: Asked) -> str:
    return str(asked.model.service_model.service_name)


def _signing_name(headers: Mapping[str, str], query: Mapping[str, Any]) -> str:
    credential = headers.get("authorization", "").partition("Credential=")[2]
    credential = credential or str((query.get("X-Amz-Credential") or [""])[0])
    parts = credential.split("/")
    return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - key, date, region, service


def record(account_id: str, order: Mapping[str, Any]) -> None:
    """Take in one recorded answer; with neither response nor error nor overlay, take back what was recorded there.

    Raises:
        RefusedRecordError: it speaks of something that botocore's models do not know, or cannot be written.
    """
    answer = _answer_of(order)
    _trial(answer)
    key = (account_id, dialects.model_of(answer.service).signing_name)
    kept = [other for other in _answers.get(key, []) if not _is_same(other, answer)]
    if answer.response is not None or answer.error is not None or answer.overlay is not None:
        kept.append(answer)
    _answers[key] = kept


def _answer_of(order: Mapping[str, Any]) -> RecordedAnswer:
    error = order.get("error")
    return RecordedAnswer(
        service=order["service"],
        operation=order["operation"],
        region=order.get("region") or "",
        parameters=_utc(order.get("parameters") or {}),
        response=_utc(order.get("response")),
        error=RecordedError(*error) if error else None,
        overlay=_utc(order.get("overlay")),
        left=order.get("times"),
    )


def _is_same(one: RecordedAnswer, other: RecordedAnswer) -> bool:
    """Whether the one takes the other's place: of one kind, for the same requests."""
    return (one.service, one.operation, one.region, one.parameters, one.overlay is None) == (
        other.service,
        other.operation,
        other.region,
        other.parameters,
        other.overlay is None,
    )


def _trial(answer: RecordedAnswer) -> None:
    """Write it once now, so that a slip shows where it was made."""
    if answer.service in _ELSEWHERE:
        raise RefusedRecordError(f"answers of {answer.service} cannot be recorded")
    try:
        model = dialects.model_of(answer.service)
    except Exception as error:
        raise RefusedRecordError(f"there is no service {answer.service!r} in botocore") from error
    if answer.operation not in model.operation_names:
        raise RefusedRecordError(f"{answer.service} has no operation {answer.operation!r}")
    operation = model.operation_model(answer.operation)
    if operation.has_streaming_output or operation.has_event_stream_output:
        raise RefusedRecordError(f"{answer.service} {answer.operation} streams, which cannot be recorded")
    _check_members(answer.parameters, operation.input_shape, "parameters")
    if answer.response is not None:
        _check_members(answer.response, operation.output_shape, "response")
        dialects.write(Asked(operation, dialects.own_protocol(model), {}), answer.response)
    for path, value in (answer.overlay or {}).items():
        _check_members(value, _shape_at(path, operation.output_shape), path)


def _shape_at(path: str, shape: Any) -> Any:
    """The shape of what a path of an overlay leads to."""
    for step in read_path(path):
        if step.kind == "field" and shape.type_name == "structure" and step.field not in shape.members:
            raise RefusedRecordError(f"{path}: {shape.name} has no member {step.field!r}")
        if (step.kind == "field") != (shape.type_name in {"structure", "map"}):
            raise RefusedRecordError(f"{path}: {shape.name} is a {shape.type_name}")
        if shape.type_name == "structure":
            shape = shape.members[step.field]
        else:
            shape = shape.value if shape.type_name == "map" else shape.member
    return shape


def _check_members(value: Any, shape: Any, where: str) -> None:
    """Every name in a structure must be one its model has."""
    if shape is None:
        if value:
            raise RefusedRecordError(f"{where}: the operation has none")
    elif shape.type_name == "structure" and isinstance(value, Mapping) and not shape.is_document_type:
        for name, inner in value.items():
            if name not in shape.members:
                raise RefusedRecordError(f"{where}: {shape.name} has no member {name!r}")
            _check_members(inner, shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for entry in value:
            _check_members(entry, shape.member, where)
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for inner in value.values():
            _check_members(inner, shape.value, where)


def _utc(value: Any) -> Any:
    """Times in UTC, as the writers take them for; one without a zone is meant so."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    if isinstance(value, dict):
        return {name: _utc(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_utc(inner) for inner in value]
    return value
