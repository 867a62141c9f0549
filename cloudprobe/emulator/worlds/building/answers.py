"""Letting a seed say what the embedded account cannot do by itself: services it lacks, targets that fail, errors.

From then on the operation answers so, for whoever may call it: signatures and IAM are judged as ever, and every answer
has a request id of its own. The door for records (``cloudprobe/emulator/seams/answers.py``) opens to the account's
administrator alone. A real account answers for itself, so against one nothing can be recorded.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cloudprobe.emulator.worlds.world import Clients
from cloudprobe.errors import UsageError
from cloudprobe.sandbox.child.wire import encode

_PATH = "/_cloudprobe/answers"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def record_answer(
    clients: Clients,
    service: str,
    operation: str,
    *,
    region: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    error: tuple[str, str] | tuple[str, str, int] | None = None,
    overlay: Mapping[str, Any] | None = None,
    times: int | None = None,
) -> None:
    """Record what an operation answers; of several records that fit a request the most specific one is given.

    Recording for the same operation, region and parameters again replaces; with neither response nor error nor overlay
    it takes back what was recorded for them.

    Args:
        clients: the account, by its administrator; ``Site.client`` is one.
        service: boto3's name, such as ``elbv2``.
        operation: the API's name, such as ``DescribeTargetHealth``.
        region: where; None means everywhere.
        parameters: what a request must have, in part: objects by their fields, lists by some of their entries; None as
            a value means that the parameter is absent, as a token is from the request of a first page.
        response: the whole response, as boto3 gives it.
        error: code and message, and the HTTP status where the service's model does not say it.
        overlay: parts put over what is answered otherwise, by path: ``{"Targets[Target.Id=i-1].Health": {"State":
            "unhealthy"}}``. ``[]`` is every entry of a list, ``[+]`` a new one; objects merge, None takes away, and a
            path that finds nothing changes nothing.
        times: how often this is answered before it is forgotten; None means always.

    Raises:
        UsageError: the account is not an embedded one, or what is recorded is not of the service's model.
    """
    order = {
        "service": service,
        "operation": operation,
        "region": region,
        "parameters": parameters,
        "response": response,
        "error": error,
        "overlay": overlay,
        "times": times,
    }
    _send(clients, encode(order))


def _send(clients: Clients, document: bytes) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the command line must start without loading the SDK

    sts = _client(clients)  # type: ignore[arg-type] # whatever makes clients is a function or a method
    if urlsplit(sts.meta.endpoint_url).hostname not in _LOOPBACK:
        raise UsageError("Answers can be recorded in the embedded account alone; a real one answers for itself.")

    def instead(request: Any, **_: Any) -> None:
        request.url = sts.meta.endpoint_url + _PATH
        request.data = document

    sts.meta.events.register_first("before-sign.sts.GetCallerIdentity", instead)
    try:
        sts.get_caller_identity()
    except ClientError as error:
        raise UsageError(f"The answer was not recorded: {error.response['Error'].get('Message') or error}.") from error
    finally:
        sts.meta.events.unregister("before-sign.sts.GetCallerIdentity", instead)


@lru_cache(maxsize=8)
def _client(clients: Any) -> Any:
    """One client for all records of a seed: making one costs more than recording."""
    return clients("sts")
