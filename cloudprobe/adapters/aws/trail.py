"""CloudTrail's event history, asked for one run's session: in one region, in one window of time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cloudprobe.adapters.aws.failures import translated
from cloudprobe.adapters.aws.session import AwsSession
from cloudprobe.ports import Clock

_PAUSE_SECONDS = 0.5
"""LookupEvents takes two requests a second for an account and region."""
_PAGE = 50


class Trail:
    """Looks events up with the caller's own credentials, which need cloudtrail:LookupEvents.

    Args:
        session: of a caller in the inspected account.
        clock: for pauses between requests.
        pause: seconds between two requests.
    """

    def __init__(self, session: AwsSession, *, clock: Clock, pause: float = _PAUSE_SECONDS) -> None:
        self._session = session
        self._clock = clock
        self._pause = pause

    def events(self, user: str, *, region: str, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        """What a user or session did, newest first, as LookupEvents gives it.

        Raises:
            AccessError: the account does not let us look.
            ThrottledError: try again.
        """
        more: dict[str, Any] = {}
        with translated(self._session.endpoint):
            while True:
                page = self._session.client("cloudtrail", region).lookup_events(
                    LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": user}],
                    StartTime=start,
                    EndTime=end,
                    MaxResults=_PAGE,
                    **more,
                )
                yield from page.get("Events", [])
                self._clock.sleep(self._pause)
                if not page.get("NextToken"):
                    return
                more = {"NextToken": page["NextToken"]}
