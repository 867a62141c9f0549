"""Services that are not emulated: ministack's refusal is in no protocol of AWS, so that clients cannot read it.

To tell a service it does not have from a bucket it loads every model botocore has, at the first call: five seconds.

Tested by ``tests/emulator/test_answers.py``.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from ministack import app
from ministack.core import router
from ministack.core.responses import error_response_json, new_uuid

from cloudprobe.emulator.seams.reach import replace
from cloudprobe.guard.actions import prefixes

_CODE = "UnknownOperationException"


def install() -> None:
    app.SERVICE_HANDLERS = _Handlers(app.SERVICE_HANDLERS)
    known: Callable[[str], bool] = replace(router, "_is_aws_service_name", lambda name: name in _names() or known(name))


@cache
def _names() -> frozenset[str]:
    """What botocore calls its services and IAM its prefixes: nearly every name a request is signed for."""
    return frozenset(botocore.session.get_session().get_available_services()) | frozenset(prefixes())


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
