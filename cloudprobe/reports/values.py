"""Recorded values as a report carries them: plain JSON that any store can write, cut to a size a person reads."""

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from cloudprobe.domain.text import encodable

_MOST_ENTRIES = 50
_MOST_DEPTH = 12
_SHORTEST_CUT = 16
_MOST_BITS = 256
"""Larger whole numbers become text: not every reader of JSON takes them."""


def plain(value: Any) -> Any:
    """The value as plain JSON, whole. Times become ISO 8601, bytes base64, numbers JSON lacks become text."""
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return _scalar(value)


def cut(value: Any, *, limit: int) -> Any:
    """The value as plain JSON of about ``limit`` characters; every cut says how much is missing."""
    return _Cutter(limit).cut(value, depth=0)


def _key(key: Any) -> str:
    return encodable(key if isinstance(key, str) else str(key))


def _scalar(value: Any) -> Any:
    plainly: Any
    match value:
        case None | bool():
            plainly = value
        case int():
            plainly = int(value) if value.bit_length() <= _MOST_BITS else hex(value)
        case float():
            plainly = float(value) if math.isfinite(value) else str(value)
        case bytes() | bytearray():
            plainly = base64.b64encode(value).decode("ascii")
        case datetime() | date() | time():
            plainly = value.isoformat()
        case _:
            plainly = encodable(str(value))
    return plainly


class _Cutter:
    """Walks a value once and stops at the budget, so that a huge value costs no more than a small one."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def cut(self, value: Any, *, depth: int) -> Any:
        if isinstance(value, Mapping):
            return self._cut_object(value, depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._cut_list(value, depth)
        return self._cut_scalar(value)

    def _cut_object(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for key, item in islice(value.items(), 0 if depth > _MOST_DEPTH else _MOST_ENTRIES):
            if self._left <= 0:
                break
            shown[self._cut_text(_key(key))] = self.cut(item, depth=depth + 1)
        if len(shown) < len(value):
            shown["…"] = f"and {len(value) - len(shown):,} more"
        return shown

    def _cut_list(self, value: Any, depth: int) -> list[Any]:
        shown: list[Any] = []
        for item in islice(value, 0 if depth > _MOST_DEPTH else _MOST_ENTRIES):
            if self._left <= 0:
                break
            shown.append(self.cut(item, depth=depth + 1))
        if len(shown) < len(value):
            shown.append(f"… and {len(value) - len(shown):,} more")
        return shown

    def _cut_scalar(self, value: Any) -> Any:
        scalar = _scalar(value)
        if isinstance(scalar, str):
            return self._cut_text(scalar)
        self._left -= 8
        return scalar

    def _cut_text(self, text: str) -> str:
        room = max(self._left, _SHORTEST_CUT)
        self._left -= min(len(text), room) + 2
        return text if len(text) <= room else f"{text[:room]}… ({len(text):,} characters)"
