"""The door for orders to the emulator itself: answers to record, an organisation's policy.

It lies on a path no AWS API has, and is shut to every key but those of the administrators this process made; the gate
sees to that. Tested by ``tests/emulator/test_recorded_answers.py`` and ``test_organization.py``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cloudprobe.emulator.seams import answers, organization
from cloudprobe.sandbox.child.wire import WireError, decode

PATH = "/_cloudprobe/orders"

_ORDERS: Mapping[str, Callable[[str, Mapping[str, Any]], None]] = {
    "answer": answers.record,
    "organization": organization.set_policy,
}


class RefusedOrderError(ValueError):
    """What cannot be done, in a sentence for whoever tried."""


def take(account_id: str, document: bytes) -> None:
    """Carry out one order for one account.

    Raises:
        RefusedOrderError: it is no order, or one that cannot be carried out.
    """
    try:
        order = decode(document)
        _ORDERS[order["order"]](account_id, order)
    except (WireError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise RefusedOrderError(str(error)) from error
