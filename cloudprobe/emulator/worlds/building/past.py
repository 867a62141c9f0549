"""Letting a seed do things some days ago.

A request carries the header ``X-Cloudprobe-Days-Ago``. The embedded account dates what the request makes accordingly
(``cloudprobe/emulator/seams/past.py``); AWS ignores headers it does not know, so there the thing is simply of today.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HEADER = "X-Cloudprobe-Days-Ago"


@contextmanager
def days_ago(client: Any, days: int) -> Iterator[None]:
    """While this lasts, a client's requests are dated back."""

    def date_back(request: Any, **_: Any) -> None:
        request.headers[HEADER] = str(days)

    client.meta.events.register("before-sign.*.*", date_back)
    try:
        yield
    finally:
        client.meta.events.unregister("before-sign.*.*", date_back)
