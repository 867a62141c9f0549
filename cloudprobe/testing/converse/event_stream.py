"""``application/vnd.amazon.eventstream``: a prelude with its checksum, headers, payload, checksum."""

import binascii
import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
_STRING = b"\x07"
_PART = 24
"""Characters of a part of the answer."""


def event(kind: str, body: Json) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return _message(headers, json.dumps(body).encode())


def failure(kind: str, message: str) -> bytes:
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return _message(headers, json.dumps({"message": message}).encode())


def streamed(output: Json, *, breaks_with: str = "") -> Iterator[bytes]:
    """The events of an answer.

    Args:
        output: as ``Converse`` gives it.
        breaks_with: the error event after the first part; nothing comes behind it.
    """
    yield event("messageStart", {"role": "assistant"})
    for index, block in enumerate(output["output"]["message"]["content"]):
        for kind, body in _block(block):
            yield event(kind, {"contentBlockIndex": index, **body})
            if breaks_with and kind == "contentBlockDelta":
                yield failure(breaks_with, f"the stream broke with {breaks_with}")
                return
        yield event("contentBlockStop", {"contentBlockIndex": index})
    yield event("messageStop", {"stopReason": output["stopReason"]})
    yield event("metadata", {"usage": output["usage"], "metrics": output["metrics"]})


def _block(block: Json) -> Iterator[tuple[str, Json]]:
    if "toolUse" not in block:
        text = block.get("text", "")
        yield from (("contentBlockDelta", {"delta": {"text": text[i : i + _PART]}}) for i in range(0, len(text), _PART))
        return
    called = block["toolUse"]
    begin = {"toolUseId": called["toolUseId"], "name": called["name"]}
    yield "contentBlockStart", {"start": {"toolUse": begin}}
    text = called["input"] if isinstance(called["input"], str) else json.dumps(called["input"])
    for i in range(0, len(text), _PART):
        yield "contentBlockDelta", {"delta": {"toolUse": {"input": text[i : i + _PART]}}}


def _message(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    prelude += struct.pack("!I", binascii.crc32(prelude))
    body = prelude + encoded + payload
    return body + struct.pack("!I", binascii.crc32(body))


def _header(name: str, value: str) -> bytes:
    return struct.pack("!B", len(name)) + name.encode() + _STRING + struct.pack("!H", len(value)) + value.encode()
