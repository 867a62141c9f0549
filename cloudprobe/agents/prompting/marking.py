r"""What came from the account is data: marked so in every prompt, in a way that no data can forge or end.

Data stands between ``<data>`` and ``</data>``, an item a line. Inside, ``<`` and ``>`` are written ``\u003c`` and
``\u003e``, which is the same JSON: so no text of an account, whatever it says, is ever a tag, and none spans a
line. What acts, hides or reorders is written out (``domain.text``). A marker that is random would do as well, and would
make every prompt another one: recorded conversations could not be replayed, caches never hit.
"""

import json
from typing import Any

from cloudprobe.domain.text import encodable, printable, shortened

VALUE_CHARACTERS = 300
_DEPTH = 6
_ENTRIES = 20
_KEY_CHARACTERS = 120


def as_json(value: Any) -> str:
    """Plain JSON on one line, without anything that could be a tag."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def bounded(value: Any, *, limit: int = VALUE_CHARACTERS, depth: int = 0) -> Any:
    """The value as plain JSON with every string safe and shortened, and every list and object of bounded size."""
    if isinstance(value, str):
        return short(value, limit=limit)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= _DEPTH:
        return "…"
    if isinstance(value, dict):
        shown = list(value.items())[:_ENTRIES]
        kept = {short(str(k), limit=_KEY_CHARACTERS): bounded(v, limit=limit, depth=depth + 1) for k, v in shown}
        return {**kept, "…": f"{len(value) - _ENTRIES} more"} if len(value) > _ENTRIES else kept
    if isinstance(value, list | tuple):
        some = [bounded(item, limit=limit, depth=depth + 1) for item in value[:_ENTRIES]]
        return [*some, f"… {len(value) - _ENTRIES} more"] if len(value) > _ENTRIES else some
    return short(str(value), limit=limit)


def short(text: str, *, limit: int) -> str:
    """At most ``limit`` characters, with how many there were; nothing in it acts, hides or reorders."""
    shown = printable(encodable(text[: limit + 1]))  # the rest of a huge text is never looked at
    if len(text) <= limit and len(shown) <= limit:
        return shown
    return f"{shortened(shown, limit)} ({len(text):,} characters)"
