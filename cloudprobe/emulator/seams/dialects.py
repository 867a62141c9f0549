"""AWS's protocols from the server's side: what a request asks, and a response or an error as the service writes it.

moto reads and writes five protocols by botocore's models; CBOR is read and written by botocore's own client code, which
has both directions because it needs them. Tested by ``tests/emulator/test_recorded_answers.py``.
"""

import datetime as dt
import re
import uuid
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore import parsers, serialize
from botocore.awsrequest import HeadersDict
from botocore.model import DenormalizedStructureBuilder
from botocore.utils import parse_timestamp
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

_CBOR = "smithy-rpc-v2-cbor"
_CBOR_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>[^/]+)/?")
_FORBIDDEN = 403
_DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_ERROR = DenormalizedStructureBuilder().with_members(
    {"__type": {"type": "string"}, "message": {"type": "string"}}
).build_model()  # fmt: skip

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its service reads it."""

    model: OperationModel
    protocol: str
    parameters: Mapping[str, Any]

    @property
    def operation(self) -> str:
        return str(self.model.name)


class GivenError(Exception):
    """What moto's writers take for an error: an exception with AWS's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def own_protocol(model: ServiceModel) -> str:
    """The protocol a service is written in when nothing was asked yet."""
    return str(model.protocol) if model.protocol in PROTOCOL_PARSERS else _CBOR


@cache
def model_of(service: str) -> ServiceModel:
    return get_service_model(service)


def read(
    service: str, *, method: str, raw_path: str, query: str, headers: Mapping[str, str], body: bytes
) -> Asked | None:
    """What is asked of a service, by botocore's name; None when the request is none of its."""
    model = model_of(service)
    cbor = _CBOR_PATH.fullmatch(raw_path) if headers.get("smithy-protocol") == "rpc-v2-cbor" else None
    if cbor is not None:
        return _read_cbor(model, cbor["operation"], body)
    url = f"http://{headers.get('host', '127.0.0.1')}{raw_path}{'?' if query else ''}{query}"
    request = Request.from_primitives(method, url, dict(headers), body)
    request.environ["RAW_URI"] = raw_path
    try:
        protocol = determine_request_protocol(model, request.content_type)
        operation, url_parameters = get_service_router(service).match(request)
    except (HTTPException, NotImplementedError):
        return None
    parser = PROTOCOL_PARSERS[protocol](operation, timestamp_parser=_aware)
    parts = {
        "body": body,
        "headers": request.headers,
        "method": method,
        "url_params": url_parameters,
        "url_path": raw_path,
        "values": request.values,
    }
    return Asked(operation, protocol, parser.parse(parts))


def _read_cbor(model: ServiceModel, operation: str, body: bytes) -> Asked | None:
    if operation not in model.operation_names:
        return None
    parser: Any = parsers.create_parser(_CBOR)
    parameters = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}
    return Asked(model.operation_model(operation), _CBOR, parameters)


def write(asked: Asked, response: Mapping[str, Any]) -> Answer:
    """A response in the protocol it was asked for in, under a request id of its own."""
    request_id = str(uuid.uuid4())
    if asked.protocol == _CBOR:
        return _cbor(200, request_id, dict(response), asked.model.output_shape)
    written = _writer(asked, request_id).serialize(dict(response))
    return _answer(written["status_code"], written["headers"], written["body"], request_id)


def write_error(asked: Asked, code: str, message: str, status: int = 0) -> Answer:
    """An error likewise; without a status the model's own, 403 for denials, else 400."""
    request_id = str(uuid.uuid4())
    if asked.protocol == _CBOR:
        given = status or (_FORBIDDEN if code in _DENIALS else 400)
        return write_cbor_error(given, code, message, request_id=request_id)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a code that the model does not list is given all the same
        written = _writer(asked, request_id).serialize(GivenError(code, message))
    given = status or (_FORBIDDEN if code in _DENIALS else written["status_code"])
    body = b"" if asked.model.http.get("method") == "HEAD" else written["body"]
    return _answer(given, written["headers"], body, request_id)


def write_cbor_error(status: int, code: str, message: str, *, request_id: str = "") -> Answer:
    return _cbor(status, request_id or str(uuid.uuid4()), {"__type": code, "message": message}, _ERROR)


def parse(asked: Asked, answer: tuple[int, Mapping[str, Any], bytes | str]) -> dict[str, Any]:
    """What a client makes of a service's answer, without its metadata."""
    status, headers, body = answer
    fields = HeadersDict({name: str(value) for name, value in headers.items()})
    raw = body.encode() if isinstance(body, str) else body
    parser = parsers.create_parser(asked.protocol)
    parsed: dict[str, Any] = parser.parse(
        {"status_code": status, "headers": fields, "body": raw}, asked.model.output_shape
    )
    parsed.pop("ResponseMetadata", None)
    return parsed


def _writer(asked: Asked, request_id: str) -> Any:
    service: Any = asked.model.service_model
    return get_serializer_class(service.service_name, asked.protocol)(asked.model, SerializationContext(request_id))


def _answer(status: int, headers: Mapping[str, Any], body: str | bytes, request_id: str) -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    return status, {**{name: str(value) for name, value in headers.items()}, "x-amzn-requestid": request_id}, raw


def _cbor(status: int, request_id: str, value: dict[str, Any], shape: Any) -> Answer:
    body = bytearray()
    if shape is not None:
        writer: Any = serialize.RpcV2CBORSerializer()
        writer._serialize_data_item(body, value, shape)
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return _answer(status, headers, bytes(body), request_id)


def _aware(text: str) -> dt.datetime:
    return parse_timestamp(text).astimezone(dt.UTC)
