"""A past for the embedded account: things may be dated back, keys remember when they were used, root may have a device.

ministack dates everything now (repaired for IAM and EC2), says of every key that it was never used, and calls the root
user's MFA on as soon as any user has a device. A request with the header ``X-Cloudprobe-Days-Ago``
(``worlds/building/past.py``) is taken to have come that many days ago. Tested by ``tests/emulator/test_past.py``.
"""

import re
import time
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

from ministack.services import ec2, iam

from cloudprobe.emulator.seams.reach import replace
from cloudprobe.emulator.seams.server import AsgiApp

HEADER = b"x-cloudprobe-days-ago"
ROOT_DEVICE = ":mfa/root-account-mfa-device"

_days_ago: ContextVar[int] = ContextVar("days_ago", default=0)
_CREDENTIAL = re.compile(rb"Credential=([A-Z0-9]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/")
_MOST_DAYS = 36_500

Handler = Callable[[dict[str, Any]], Any]


def install() -> None:
    iam._now = _moment
    replace(ec2, "_now_ts", _moment)
    iam._IAM_HANDLERS["GetAccessKeyLastUsed"] = _get_access_key_last_used
    iam._IAM_HANDLERS["GetAccountSummary"] = _root_device_alone_counts(iam._get_account_summary)


def with_a_past(application: AsgiApp) -> AsgiApp:
    """Date each admitted request, and remember when which key made it."""

    async def dated(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        given = headers.get(HEADER, b"")
        token = _days_ago.set(min(int(given), _MOST_DAYS) if given.isdigit() else 0)
        try:
            _remember_use(headers.get(b"authorization", b""))
            await application(scope, receive, send)
        finally:
            _days_ago.reset(token)

    return dated


def _moment() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - _days_ago.get() * 86_400))


def _remember_use(authorization: bytes) -> None:
    """The last use of a long-term key, kept with the key so that it goes where the key goes."""
    parts = _CREDENTIAL.search(authorization)
    if parts is None:
        return
    key, region, service = (part.decode() for part in parts.groups())
    record = _find_key(key)
    if record is not None:
        record["LastUsed"] = {"LastUsedDate": _moment(), "Region": region, "ServiceName": service}


def _find_key(key: str) -> dict[str, Any] | None:
    """By access key id alone: whose account it is in is only known behind the door."""
    for scoped, record in iam._access_keys._data.items():
        if scoped[-1] == key:
            found: dict[str, Any] = record
            return found
    return None


def _get_access_key_last_used(parameters: dict[str, Any]) -> Any:
    key = iam._p(parameters, "AccessKeyId")
    record = iam._access_keys.get(key) if key else None
    if record is None or "LastUsed" not in record:
        return iam._get_access_key_last_used(parameters)
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in record["LastUsed"].items())
    return iam._xml(
        200,
        "GetAccessKeyLastUsedResponse",
        f"<GetAccessKeyLastUsedResult><UserName>{record['UserName']}</UserName>"
        f"<AccessKeyLastUsed>{fields}</AccessKeyLastUsed></GetAccessKeyLastUsedResult>",
    )


def _root_device_alone_counts(plain: Handler) -> Handler:
    def summary(parameters: dict[str, Any]) -> Any:
        status, headers, body = plain(parameters)
        on = any(str(serial).endswith(ROOT_DEVICE) for serial in iam._mfa_devices)
        entry = rb"(<key>AccountMFAEnabled</key>\s*<value>)\d(</value>)"
        return status, headers, re.sub(entry, rb"\g<1>%d\g<2>" % on, body)

    return summary
