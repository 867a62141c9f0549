"""Telling the embedded account itself what to do: through a door that opens to its administrator alone."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cloudprobe.emulator.worlds.world import Clients
from cloudprobe.errors import UsageError
from cloudprobe.sandbox.child.wire import encode

_PATH = "/_cloudprobe/orders"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def give_order(clients: Clients, order: Mapping[str, Any]) -> None:
    """Send one order, signed like any call by the keys of ``clients``.

    Raises:
        UsageError: the account is not an embedded one, or it refused.
    """
    # The command line must start without loading the SDK.
    from botocore.exceptions import ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    sts = _client(clients)  # type: ignore[arg-type] # whatever makes clients is a function or a method
    if urlsplit(sts.meta.endpoint_url).hostname not in _LOOPBACK:
        raise UsageError("This can be said to the embedded account alone; a real one answers for itself.")
    document = encode(order)

    def instead(request: Any, **_: Any) -> None:
        request.url = sts.meta.endpoint_url + _PATH
        request.data = document

    sts.meta.events.register_first("before-sign.sts.GetCallerIdentity", instead)
    try:
        sts.get_caller_identity()
    except ClientError as error:
        raise UsageError(f"The embedded account refused: {error.response['Error'].get('Message') or error}.") from error
    except ResponseParserError as error:  # the bare 404 of a path that is not there
        raise UsageError(
            "The embedded account refused: only the administrator it was started with may do this."
        ) from error
    finally:
        sts.meta.events.unregister("before-sign.sts.GetCallerIdentity", instead)


@lru_cache(maxsize=8)
def _client(clients: Any) -> Any:
    """One client for all orders of a seed: making one costs more than the order."""
    return clients("sts")
