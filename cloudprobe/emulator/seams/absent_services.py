"""Services that are not emulated: ministack's refusal is in no protocol of AWS, so that clients cannot read it.

Tested by ``tests/emulator/test_answers.py``.
"""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core.responses import error_response_json, new_uuid

_CODE = "UnknownOperationException"


def install() -> None:
    app.SERVICE_HANDLERS = _Handlers(app.SERVICE_HANDLERS)


class _Handlers(dict[str, Any]):
    """Handlers by service, with one for whatever service is asked for besides."""

    def get(self, service: str, default: Any = None) -> Any:
        return super().get(service, default) or _absent(service)


def _absent(service: str) -> Any:
    message = f"The embedded account does not emulate {service}."

    async def handler(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:  # noqa: ARG001 - a handler's signature
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            error = f"<Error><Type>Sender</Type><Code>{_CODE}</Code><Message>{message}</Message></Error>"
            text = f"<ErrorResponse>{error}<RequestId>{new_uuid()}</RequestId></ErrorResponse>"
            return 400, {"Content-Type": "text/xml"}, text.encode()
        return error_response_json(_CODE, message, 400)

    return handler
