"""Reaching an emulated account by the names some clients make of a loopback address."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

_LOOPBACK = "127.0.0.1"


def reach_prefixed_hosts(events: Any) -> None:
    """Make clients of a session reach names in front of a loopback address, such as ``123456789012.127.0.0.1``.

    ``s3control`` puts the account id in front of the endpoint's host by its endpoint rules, which
    ``inject_host_prefix=False`` does not switch off, and no such name resolves. The connection goes to the address,
    while the signed Host header stays what it was. ``events`` is the event system of a boto3 session, a botocore
    session, or the events of one client (``client.meta.events``).
    """
    events.register("before-send", _connect_to_address)


def _connect_to_address(request: Any, **_others: Any) -> None:
    parts = urlsplit(request.url)
    host, _, port = parts.netloc.rpartition(":")
    if host.endswith(("." + _LOOPBACK, "-" + _LOOPBACK)):
        request.headers["Host"] = parts.netloc
        request.url = urlunsplit(parts._replace(netloc=f"{_LOOPBACK}:{port}"))
