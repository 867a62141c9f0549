"""Every AWS call a script makes goes through one method of botocore; here it goes to the broker instead.

Clients, paginators, waiters, resources and typed exceptions stay botocore's own. What happens around a call in
botocore (endpoints, signing, retries, parsing, most event handlers) happens in the broker's client.
"""

import io
from typing import Any

from cloudprobe.sandbox.child.channel import Channel
from cloudprobe.sandbox.child.clock import Clock
from cloudprobe.sandbox.child.turns import Turns
from cloudprobe.sandbox.child.wire import WireError


def install(channel: Channel, clock: Clock, turns: Turns) -> None:
    import botocore.client  # noqa: PLC0415  # only after the child is confined and the clock replaced
    from botocore.exceptions import ParamValidationError  # noqa: PLC0415  # as above

    def make_api_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        model = self.meta.service_model.operation_model(operation_name)
        converts = self.meta.service_model.service_name == "dynamodb"
        if converts:
            # boto3's Table resource turns Python values into attribute values in event handlers, on this side.
            api_params = self._emit_api_params(api_params=api_params, operation_model=model, context={})
        question = {
            "service": self.meta.service_model.service_name,
            "operation": operation_name,
            "region": self.meta.region_name,
            "parameters": _sendable(api_params),
            "asker": turns.asker,
        }
        turns.give()
        try:
            answer = channel.ask(question)
        except WireError as error:
            raise ParamValidationError(report=str(error)) from error
        turns.take(answer["order"])
        clock.reach(answer["at"])
        if "fault" in answer:
            raise _exception(answer["fault"])
        if "error" in answer:
            response = answer["error"]
            details = response.get("Error", {})
            raise self.exceptions.from_code(details.get("QueryErrorCode") or details.get("Code"))(
                response, operation_name
            )
        response = answer["ok"]
        if model.has_streaming_output:
            _open_stream(response, model.output_shape.serialization["payload"])
        if converts:
            self.meta.events.emit(
                f"after-call.dynamodb.{operation_name}",
                http_response=None,
                parsed=response,
                model=model,
                context={},
            )
        return response

    setattr(botocore.client.BaseClient, "_make_api_call", make_api_call)  # noqa: B010  # the seam all stands on


def _exception(fault: dict[str, Any]) -> Exception:
    """The exception of botocore's that the broker's client raised: scripts catch these by type."""
    from botocore import exceptions  # noqa: PLC0415  # as in install

    kind = getattr(exceptions, fault["type"], exceptions.BotoCoreError)
    try:
        error: Exception = kind(**fault["arguments"])
    except (KeyError, TypeError):
        error = exceptions.BotoCoreError()
        error.args = (fault["message"],)
    return error


def _sendable(parameters: Any) -> Any:
    """Files given as a body are read here; everything else the wire knows or refuses."""
    if isinstance(parameters, dict):
        return {key: _sendable(value) for key, value in parameters.items()}
    if isinstance(parameters, (list, tuple)):
        return [_sendable(value) for value in parameters]
    if hasattr(parameters, "read"):
        return parameters.read()
    return parameters


def _open_stream(response: dict[str, Any], member: str) -> None:
    from botocore.response import StreamingBody  # noqa: PLC0415  # as in install

    content = response.get(member)
    if isinstance(content, bytes):
        response[member] = StreamingBody(io.BytesIO(content), len(content))
