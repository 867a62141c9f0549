"""Letting a seed say what the embedded account cannot do by itself: services it lacks, targets that fail, errors.

From then on the operation answers so, for whoever may call it: signatures and IAM are judged as ever, and every answer
has a request id of its own. The door for records (``cloudprobe/emulator/seams/answers.py``) opens to the account's
administrator alone. A real account answers for itself, so against one nothing can be recorded.
"""

from collections.abc import Mapping
from typing import Any

from cloudprobe.emulator.worlds.building.orders import give_order
from cloudprobe.emulator.worlds.world import Clients


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
        "order": "answer",
        "service": service,
        "operation": operation,
        "region": region,
        "parameters": parameters,
        "response": response,
        "error": error,
        "overlay": overlay,
        "times": times,
    }
    give_order(clients, order)
