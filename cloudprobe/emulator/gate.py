"""The only door of the embedded account: nobody comes in but with a verified signature of a key the account knows.

The emulator behind it verifies signatures too, but leaves ways around: unsigned S3, root-class keys whose signature is
never looked at, administrative paths, metadata services, more than one key in a request. None of them passes here. The
gate also sees to it that every answer carries a request id of its own, since evidence cites it.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape

from cloudprobe.emulator.seams import answers, door
from cloudprobe.emulator.seams.identity import (
    Refusal,
    SignedRequest,
    administered_account,
    is_deployed_api,
    refusal_of,
    refusal_response,
)
from cloudprobe.emulator.seams.server import AsgiApp

_LARGEST_BODY = 64 * 1024 * 1024
# No AWS API has paths like these: administration of the emulator and the metadata services of instances and tasks.
_CLOSED_PATH = re.compile(
    r"/(_(?!aws/execute-api/)|latest/(meta-data|api|dynamic|user-data)|v2/credentials|v4/)", re.IGNORECASE
)
_HASH = re.compile(r"[0-9a-f]{64}")
_QUERY_CREDENTIALS = ("x-amz-algorithm", "x-amz-credential", "x-amz-signature", "awsaccesskeyid")


class Gate:
    """An ASGI application in front of another. Counts and logs nothing; state lives behind it."""

    def __init__(self, application: AsgiApp) -> None:
        self._application = application

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        body = await _read_body(receive)
        request_id = str(uuid.uuid4())
        send = _with_request_id(send, request_id)
        if body is None:
            await _respond(send, 413, {}, b"")
            return
        order = scope["path"] == door.PATH
        if _CLOSED_PATH.match(scope["path"]) and not order:
            await _respond(send, 404, {}, b"")
            return
        request = _signed_request(scope, body)
        refusal = _verify(request, scope["headers"])
        if order:
            await _obey(send, request, admitted=refusal is None)
            return
        if refusal is not None:
            status, headers, text = refusal_response(request, refusal, request_id)
            await _respond(send, status, headers, b"" if request.method == "HEAD" else text)
            return
        answers.remember_raw_path(request.raw_path)
        await self._application(scope, _replay(body, receive), send)


async def _obey(send: Any, request: SignedRequest, *, admitted: bool) -> None:
    """Carry out an order of an administrator this process made; for everybody else there is no such path."""
    account = administered_account(request) if admitted else None
    if account is None:
        await _respond(send, 404, {}, b"")
        return
    try:
        door.take(account, request.body)
    except door.RefusedOrderError as error:
        text = f"<Error><Code>InvalidOrder</Code><Message>{escape(str(error))}</Message></Error>"
        text = f"<ErrorResponse>{text}</ErrorResponse>"
        await _respond(send, 400, {"content-type": "text/xml"}, text.encode())
        return
    text = "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>"
    await _respond(send, 200, {"content-type": "text/xml"}, text.encode())


def _verify(request: SignedRequest, headers: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
    """Refuse what is unsigned, doubly signed, signed by other than SigV4, or over another body than the one sent."""
    authorization = request.headers.get("authorization", "")
    by_query = any(name.lower() in _QUERY_CREDENTIALS for name in request.query)
    by_header = authorization.startswith("AWS")
    if not by_header and not by_query:
        if is_deployed_api(request.headers.get("host", ""), request.path):
            return None
        return Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    several = sum(name.lower() == b"authorization" for name, _ in headers) > 1
    if several or (authorization and by_query):
        return Refusal("IncompleteSignature", "Only one authentication mechanism is allowed.")
    algorithm = (request.query.get("X-Amz-Algorithm") or [""])[0] if by_query else authorization.split(" ", 1)[0]
    if algorithm != "AWS4-HMAC-SHA256":
        return Refusal("UnsupportedSignature", "The embedded account verifies AWS4-HMAC-SHA256 signatures only.")
    declared = request.headers.get("x-amz-content-sha256", "")
    if _HASH.fullmatch(declared) and declared != hashlib.sha256(request.body).hexdigest():
        return Refusal("SignatureDoesNotMatch", "The body is not the one whose hash was signed.")
    return refusal_of(request, presigned=by_query)


def _signed_request(scope: Mapping[str, Any], body: bytes) -> SignedRequest:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return SignedRequest(
        method=scope["method"],
        path=scope["path"],
        raw_path=(scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1"),
        query=parse_qs(scope.get("query_string", b"").decode("utf-8", "replace"), keep_blank_values=True),
        headers=headers,
        body=body,
    )


async def _read_body(receive: Any) -> bytes | None:
    """The whole body, or None when it is larger than any request the account serves."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Any) -> Any:
    """A receive channel that gives the body once more, and then whatever the client does next."""
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Any:
        return pending.pop() if pending else await receive()

    return replayed


def _with_request_id(send: Any, request_id: str) -> Any:
    """Add a request id to a response that has none; some paths of the emulator forget it."""

    async def sender(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", ())}
            if not names & {b"x-amzn-requestid", b"x-amz-request-id"}:
                message["headers"] = [*message.get("headers", ()), (b"x-amzn-requestid", request_id.encode())]
        await send(message)

    return sender


async def _respond(send: Any, status: int, headers: Mapping[str, Any], body: bytes) -> None:
    raw = [(str(name).lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in headers.items()]
    raw = [pair for pair in raw if pair[0] != b"content-length"] + [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
