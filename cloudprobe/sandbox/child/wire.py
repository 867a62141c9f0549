"""Frames between child and broker: a four-byte length and JSON, nothing that could become code.

JSON lacks three types that botocore's models have. They travel as single-key objects: ``{"$t": ISO 8601}`` a time,
``{"$b": base64}`` bytes, ``{"$d": digits}`` a decimal. A real object with such a key travels as ``{"$m": [[key,
value], …]}``, so whatever an account contains comes out as it went in. Recordings use the same encoding.
"""

import base64
import datetime as dt
import decimal
import json
import struct
from collections.abc import Callable
from typing import Any

LENGTH = struct.Struct(">I")
MAX_REQUEST_BYTES = 1024 * 1024
"""No read-only call needs more; a bigger frame ends the conversation."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024

_TAGS = ("$t", "$b", "$d", "$m")
_TAG_KEYS = tuple(f'"{tag}":' for tag in _TAGS)
_TAG_KEYS_AS_BYTES = tuple(key.encode() for key in _TAG_KEYS)


class WireError(ValueError):
    """What was received is no frame of ours, or what should be sent cannot be expressed."""


def encode(value: Any) -> bytes:
    """Encode compactly, as ASCII.

    Raises:
        WireError: a value is of a type that no AWS parameter or response has.
    """
    tags = 0

    def tag(other: Any) -> dict[str, str]:
        nonlocal tags
        tags += 1
        return _tag(other)

    try:
        text = json.dumps(value, default=tag, separators=(",", ":"))
        # A tag in the text that we did not write is a key of the data itself: rare enough to encode twice.
        if sum(map(text.count, _TAG_KEYS)) != tags:
            text = json.dumps(_guarded(value), default=_tag, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(str(error)) from error
    return text.encode("ascii")


def decode(data: bytes | bytearray, *, untrusted: bool = False) -> Any:
    """Decode what ``encode`` wrote.

    Args:
        data: one JSON document.
        untrusted: it comes from the child; refuse what only an attacker would send (NaN, infinities).

    Raises:
        WireError: it is not JSON, is nested too deeply, or carries a malformed tag.
    """
    hook = _untag if any(key in data for key in _TAG_KEYS_AS_BYTES) else None
    try:
        return json.loads(data, object_hook=hook, parse_constant=_refuse_constant if untrusted else None)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError) as error:
        raise WireError(f"{type(error).__name__}: {error}") from error


def frame(*parts: bytes) -> bytes:
    return LENGTH.pack(sum(map(len, parts))) + b"".join(parts)


def read_frame(read_into: Callable[[memoryview], int], *, limit: int) -> bytearray:
    """Read one frame.

    Args:
        read_into: fills a part of the buffer and returns how many bytes it wrote; 0 at the end of the stream.
        limit: bytes beyond which a frame is refused before anything is allocated for it.

    Raises:
        EOFError: the other side is gone, between frames or inside one.
        WireError: the frame is longer than the limit.
    """
    (length,) = LENGTH.unpack(_read_exactly(read_into, LENGTH.size))
    if length > limit:
        raise WireError(f"a frame of {length} bytes, where {limit} are allowed")
    return _read_exactly(read_into, length)


def _read_exactly(read_into: Callable[[memoryview], int], length: int) -> bytearray:
    buffer = bytearray(length)
    view = memoryview(buffer)
    done = 0
    while done < length:
        count = read_into(view[done:])
        if not count:
            raise EOFError
        done += count
    return buffer


def _tag(value: Any) -> dict[str, str]:
    if isinstance(value, dt.datetime):
        return {"$t": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$t": dt.datetime(value.year, value.month, value.day).isoformat()}  # noqa: DTZ001  # as botocore
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$b": base64.b64encode(value).decode("ascii")}
    if isinstance(value, decimal.Decimal):
        return {"$d": str(value)}
    raise TypeError(f"a value of type {type(value).__name__} cannot be sent to AWS")


def _untag(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    ((key, content),) = value.items()
    if key == "$t":
        return dt.datetime.fromisoformat(content)
    if key == "$b":
        return base64.b64decode(content, validate=True)
    if key == "$d":
        return decimal.Decimal(content)
    if key == "$m":
        return dict(content)
    return value


def _guarded(value: Any) -> Any:
    if isinstance(value, dict):
        if any(tag in value for tag in _TAGS):
            return {"$m": [[key, _guarded(item)] for key, item in value.items()]}
        return {key: _guarded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_guarded(item) for item in value]
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
