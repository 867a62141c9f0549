"""Make one call with the trusted side's client, and turn whatever happens into plain data."""

import logging
from dataclasses import dataclass
from typing import Any, Protocol

import botocore.exceptions
from botocore import xform_name
from botocore.client import BaseClient
from botocore.validate import ParamValidator

_LOG = logging.getLogger(__name__)
BOTOCORE_ERRORS = (botocore.exceptions.BotoCoreError,)
MAX_STREAM_BYTES = 16 * 1024 * 1024

THROTTLING = frozenset(
    [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ]
)
FAULTS = frozenset(
    [
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InternalServiceError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Unavailable",
        "500",
        "502",
        "503",
        "504",
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "HTTPClientError",
        "ReadTimeoutError",
    ]
)
_DENIED = frozenset(
    [
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedFault",
        "AuthorizationError",
        "AuthorizationErrorException",
        "ForbiddenException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
        "403",
        "Forbidden",
    ]
)


class ClientSource(Protocol):
    """Makes the clients of one run: the run role's credentials, the endpoint, retries. Asked from several threads."""

    def client(self, service: str, region: str) -> BaseClient: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: exactly one of the three, and never an empty object but for a response."""

    response: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    """A service's error response, as ``ClientError.response`` has it."""
    fault: dict[str, Any] | None = None
    """An exception of botocore's own: ``type``, ``message``, ``arguments``."""

    @property
    def kind(self) -> str:
        return "response" if self.response is not None else "error" if self.error is not None else "fault"

    @property
    def body(self) -> dict[str, Any]:
        bodies = {"response": self.response, "error": self.error, "fault": self.fault}
        return bodies[self.kind] or {}

    @property
    def metadata(self) -> dict[str, Any]:
        """``ResponseMetadata``; made where a service gave none, so that every answer can carry a request id."""
        metadata = self.body.setdefault("ResponseMetadata", {})
        return metadata if isinstance(metadata, dict) else {}

    @property
    def request_id(self) -> str:
        return str(self.metadata.get("RequestId", ""))

    @property
    def retries(self) -> int:
        return int(self.metadata.get("RetryAttempts") or 0)

    @property
    def code(self) -> str:
        if self.error is not None:
            return str(self.error.get("Error", {}).get("Code", ""))
        return str(self.fault["type"]) if self.fault is not None else ""

    @property
    def denied(self) -> bool:
        return self.code in _DENIED

    @property
    def throttled(self) -> bool:
        return self.code in THROTTLING

    @property
    def message(self) -> str:
        if self.error is not None:
            return str(self.error.get("Error", {}).get("Message", ""))
        return str(self.fault["message"]) if self.fault is not None else ""


def invalid(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Outcome | None:
    """What is wrong with the call by botocore's own model; None where nothing is."""
    service_model = client.meta.service_model
    if operation not in service_model.operation_names:
        return _invalid(f"{service_model.service_name} has no operation {operation}.")
    model = service_model.operation_model(operation)
    if model.has_event_stream_output or model.has_event_stream_input:
        return _invalid(f"{operation} answers with a stream of events, which cannot be brokered.")
    if model.input_shape is None:
        return _invalid(f"{operation} takes no parameters.") if parameters else None
    # Tokens that make a repeated call safe are filled in by the client itself.
    filled = {**dict.fromkeys(model.idempotent_members, "0" * 36), **parameters}
    errors = ParamValidator().validate(filled, model.input_shape)
    return _invalid(errors.generate_report()) if errors.has_errors() else None


def perform(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Outcome:
    """Call, and read a streamed answer whole."""
    try:
        response = getattr(client, xform_name(operation))(**parameters)
        model = client.meta.service_model.operation_model(operation)
        if model.has_streaming_output and model.output_shape is not None:
            _read_stream(response, model.output_shape.serialization["payload"])
    except botocore.exceptions.ClientError as error:
        return Outcome(error=dict(error.response))
    except BOTOCORE_ERRORS as error:
        return fault_of(error)
    except Exception as error:  # noqa: BLE001  # what a child can cause must not end the broker
        # Parameters that fit the model can still break on the way out: a line break in a header, for example.
        _LOG.debug("calling %s failed", operation, exc_info=True)
        return fault_of(botocore.exceptions.HTTPClientError(error=f"{type(error).__name__}: {error}"))
    return Outcome(response=response)


def _read_stream(response: dict[str, Any], member: str) -> None:
    stream = response.get(member)
    if stream is None or isinstance(stream, bytes):
        return
    content = stream.read(MAX_STREAM_BYTES + 1)
    stream.close()
    if len(content) > MAX_STREAM_BYTES:
        raise botocore.exceptions.ResponseStreamingError(error=f"more than {MAX_STREAM_BYTES} bytes")
    response[member] = content


def _invalid(report: str) -> Outcome:
    return fault_of(botocore.exceptions.ParamValidationError(report=report))


def fault_of(error: Exception) -> Outcome:
    arguments = {name: str(value) for name, value in getattr(error, "kwargs", {}).items()}
    return Outcome(fault={"type": type(error).__name__, "message": str(error), "arguments": arguments})
