"""An account's event history as CloudTrail would give it.

The embedded account keeps a history of its own, of the calls a seed makes, none of which it can date back. Whoever
seeds a history of incidents says all of it here.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.site import Site

_PAGE = 50  # events CloudTrail gives at once


@dataclass(frozen=True, slots=True)
class Caller:
    """Who an event is of: what CloudTrail calls its ``userIdentity``, and the event's ``Username``."""

    identity: dict[str, Any]
    username: str


def by_user(site: Site, logical: str) -> Caller:
    name = site.name(logical)
    arn = f"arn:aws:iam::{site.account}:user/{name}"
    return Caller({"type": "IAMUser", "arn": arn, "accountId": site.account, "userName": name}, name)


def by_role(site: Site, logical: str, *, session: str, path: str = "/", via: str = "") -> Caller:
    """A session of a role. ``via`` is the service a call was made through, ``path`` that of the role."""
    name = site.name(logical) if path == "/" else logical
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{site.account}:role{path}{name}", "userName": name}
    identity = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{site.account}:assumed-role/{name}/{session}",
        "accountId": site.account,
        "sessionContext": {"sessionIssuer": issuer},
    }
    return Caller(identity | ({"invokedBy": via} if via else {}), session)


def by_root(site: Site) -> Caller:
    identity = {"type": "Root", "arn": f"arn:aws:iam::{site.account}:root", "accountId": site.account}
    return Caller(identity, "root")


def by_service(service: str) -> Caller:
    """A service acting as itself, such as ``autoscaling.amazonaws.com``."""
    return Caller({"type": "AWSService", "invokedBy": service}, service)


@dataclass(slots=True)
class Trail:
    """Collects events; ``record`` makes them the account's history, of these regions and no others."""

    site: Site
    _events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def event(
        self,
        name: str,
        by: Caller,
        *,
        service: str,
        resource: str = "",
        kind: str = "",
        ago: timedelta = timedelta(hours=1),
        region: str = "us-east-1",
        parameters: dict[str, Any] | None = None,
        response: dict[str, Any] | None = None,
        error: str = "",
        read_only: bool = False,
        source_ip: str = "203.0.113.7",
    ) -> None:
        """Add one event.

        ``service`` is its source without ``.amazonaws.com``, ``resource`` a real name and not a logical one, ``kind``
        the resource's CloudFormation type.
        """
        when = datetime.now(UTC) - ago  # noqa: TID251 - the account's own time is the machine's
        number = sum(map(len, self._events.values())) + 1
        event_id = f"{number:08x}-0000-4000-8000-{self.site.account}"
        detail = {
            "eventVersion": "1.11",
            "userIdentity": by.identity,
            "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": source_ip,
            "requestParameters": parameters,
            "responseElements": response,
            "eventID": event_id,
            "readOnly": read_only,
            "eventType": "AwsApiCall",
            "recipientAccountId": self.site.account,
        }
        if error:
            detail |= {"errorCode": error, "errorMessage": "Not this time."}
        event = {
            "EventId": event_id,
            "EventName": name,
            "ReadOnly": str(read_only).lower(),
            "EventTime": when,
            "EventSource": f"{service}.amazonaws.com",
            "Username": by.username,
            "Resources": [{"ResourceType": kind, "ResourceName": resource}] if resource else [],
            "CloudTrailEvent": json.dumps(detail),
        }
        self._events.setdefault(region, []).append(event)

    def record(self) -> None:
        record_answer(self.site.client, "cloudtrail", "LookupEvents", response={"Events": []})
        for region, events in self._events.items():
            newest_first = sorted(events, key=lambda event: event["EventTime"], reverse=True)
            pages = [newest_first[first : first + _PAGE] for first in range(0, len(newest_first), _PAGE)]
            for number, page in enumerate(pages):
                response: dict[str, Any] = {"Events": page}
                if number + 1 < len(pages):
                    response["NextToken"] = f"page-{number + 1}"
                token = {"NextToken": f"page-{number}" if number else None}
                record_answer(
                    self.site.client, "cloudtrail", "LookupEvents", region=region, parameters=token, response=response
                )
