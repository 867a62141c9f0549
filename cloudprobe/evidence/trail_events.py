"""What CloudTrail says of a call, and which calls its event history never holds."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

THROTTLED = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded", re.IGNORECASE)

# Event history holds management events alone. Source: AWS CloudTrail User Guide, "Logging data events", and each
# service's page on CloudTrail. What a service has moved between the two kinds over time is listed here as well: such a
# call is matched where there is an event of it, and nothing is missing where there is none.
_UNRECORDED: dict[str, tuple[str, ...]] = {
    "s3": ("GetObject*", "HeadObject", "ListObject*", "ListMultipartUploads", "ListParts", "SelectObjectContent"),
    "dynamodb": ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems", "ExecuteStatement"),
    "dynamodbstreams": ("*",),
    "cloudwatch": ("GetMetric*", "ListMetrics"),
    "logs": ("FilterLogEvents", "GetLog*", "GetQueryResults", "StartQuery", "StartLiveTail"),
    "kinesis": ("GetRecords", "GetShardIterator", "SubscribeToShard"),
    "lambda": ("Invoke*",),
    "sqs": ("ReceiveMessage", "GetQueueUrl", "GetQueueAttributes", "ListQueues"),
    "xray": ("Get*Trace*", "BatchGetTraces", "GetServiceGraph", "GetInsight*"),
    "ssm": ("GetConnectionStatus",),
    "ebs": ("*",),
    "cognito-identity": ("GetId", "GetCredentialsForIdentity", "GetOpenIdToken*"),
    "rds-data": ("*",),
    "qldb-session": ("*",),
    "timestream-query": ("Query",),
    "bedrock-runtime": ("*",),
    "sagemaker-runtime": ("*",),
    "s3control": ("GetAccessGrants*", "GetDataAccess"),
    "health": ("*",),
    "support": ("DescribeTrustedAdvisor*",),
}

# Events that bear another name than botocore's operation.
_RENAMED = {
    "ListObjectsV2": "ListObjects",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
}
_API_VERSION = re.compile(r"\d{8}(v\d+)?$")
"""Lambda's and CloudFront's events end in the version of their API: ``ListFunctions20150331``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent:
    event_id: str
    name: str
    source: str
    """``s3.amazonaws.com``."""
    region: str
    request_id: str
    time: datetime
    """UTC, to the second."""
    error: str
    identity: str
    """Source identity of the session; its name where the event carries none."""

    @property
    def throttled(self) -> bool:
        return THROTTLED.search(self.error) is not None

    def to_json(self) -> dict[str, str]:
        return {
            "event_id": self.event_id,
            "event": self.name,
            "source": self.source,
            "region": self.region,
            "request_id": self.request_id,
            "time": self.time.isoformat(),
            "error": self.error,
        }


def read_event(raw: Mapping[str, Any]) -> TrailEvent:
    """One entry of LookupEvents. What it lacks is empty."""
    try:
        told = json.loads(raw.get("CloudTrailEvent") or "{}")
    except ValueError:
        told = {}
    identity = _part(told, "userIdentity")
    session = _part(identity, "sessionContext")
    when = raw.get("EventTime")
    return TrailEvent(
        event_id=str(raw.get("EventId", "")),
        name=str(raw.get("EventName", "")),
        source=str(raw.get("EventSource", "")),
        region=str(told.get("awsRegion", "")),
        request_id=str(told.get("requestID") or ""),
        time=when.astimezone(UTC) if isinstance(when, datetime) else datetime.fromtimestamp(0, UTC),
        error=str(told.get("errorCode") or ""),
        identity=str(session.get("sourceIdentity") or raw.get("Username", "")),
    )


def is_recorded(service: str, operation: str) -> bool:
    """Whether event history has to hold a call."""
    return not any(fnmatchcase(operation, pattern) for pattern in _UNRECORDED.get(service, ()))


def names(operation: str) -> frozenset[str]:
    """How an operation may be called in an event."""
    if operation == "GetPublicAccessBlock":  # of a bucket, or of the account
        return frozenset({operation, "GetBucketPublicAccessBlock", "GetAccountPublicAccessBlock"})
    return frozenset({operation, _RENAMED.get(operation, operation)})


def plain_name(event_name: str) -> str:
    return _API_VERSION.sub("", event_name)


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name) if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}
