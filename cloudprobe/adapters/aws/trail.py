"""CloudTrail's event history, asked for one run's session: in one region, in one window of time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cloudprobe.adapters.aws.failures import translated
from cloudprobe.adapters.aws.regions import regions_of_partition
from cloudprobe.adapters.aws.session import AwsSession
from cloudprobe.errors import AccessError
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
        self._pause = timedelta(seconds=pause)
        self._asked: dict[str, datetime] = {}

    def regions(self) -> tuple[str, ...]:
        """The regions that are enabled in the account, as EC2 or else the account itself says.

        Where neither lets us ask, all of the partition; one that is not enabled then cannot be asked for events either.
        """
        for ask in (self._regions_by_ec2, self._regions_by_account):
            try:
                with translated(self._session.endpoint):
                    return ask()
            except AccessError:
                continue
        return regions_of_partition(self._session.region)

    def _regions_by_ec2(self) -> tuple[str, ...]:
        told = self._session.client("ec2", self._session.region).describe_regions()
        return tuple(sorted(region["RegionName"] for region in told["Regions"]))

    def _regions_by_account(self) -> tuple[str, ...]:
        pages = (
            self._session.client("account", self._session.region)
            .get_paginator("list_regions")
            .paginate(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
        )
        return tuple(sorted(region["RegionName"] for page in pages for region in page["Regions"]))

    def events(self, user: str, *, region: str, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        """What a user or session did, newest first, as LookupEvents gives it.

        Raises:
            AccessError: the account does not let us look.
            ThrottledError: try again.
        """
        more: dict[str, Any] = {}
        with translated(self._session.endpoint):
            while True:
                self._wait(region)
                page = self._session.client("cloudtrail", region).lookup_events(
                    LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": user}],
                    StartTime=start,
                    EndTime=end,
                    MaxResults=_PAGE,
                    **more,
                )
                yield from page.get("Events", [])
                if not page.get("NextToken"):
                    return
                more = {"NextToken": page["NextToken"]}

    def _wait(self, region: str) -> None:
        before = self._asked.get(region)
        if before is not None and (early := self._pause - (self._clock.now() - before)) > timedelta():
            self._clock.sleep(early.total_seconds())
        self._asked[region] = self._clock.now()
