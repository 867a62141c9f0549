"""CloudTrail's event history: events called ``POST.ec2``, users called by their key, and never more than 50 events.

Events are named after the operation and the user or role session that made them; those of global services are in
us-east-1. Tested by
``tests/emulator/test_answers.py``.
"""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions, responses
from ministack.core.iam_evaluator import caller_arn
from ministack.services import cloudtrail

from cloudprobe.emulator.seams.reach import replace

_GLOBAL_REGION = "us-east-1"
"""Where events of global services are."""

# Actions of S3 whose operation has another name.
_OPERATIONS = {"ListAllMyBuckets": "ListBuckets", "ListBucket": "ListObjects"}


def install() -> None:
    def record(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query_params: Mapping[str, Any],
        request_id: str,
        region: str,
    ) -> None:
        parameters = app._routing_params(method, path, headers, body, query_params)
        action = iam_actions.extract_iam_action(service, method, path, headers, body, parameters).partition(":")[2]
        named = {**query_params, "Action": [_OPERATIONS.get(action, action)]}
        known(service, method, path, headers, body, named, request_id, region)

    def record_event(**event: Any) -> Any:
        # A client of a global service signs for a region like aws-global where its endpoint is overridden.
        region = _GLOBAL_REGION if str(event["region"]).endswith("-global") else event["region"]
        token = responses._request_region.set(region)
        try:
            return write(**{**event, "region": region, "username": caller_arn().rpartition("/")[2]})
        finally:
            responses._request_region.reset(token)

    def first(asked: int, _most: int) -> int:
        return asked

    # LookupEvents takes the smaller of what was asked and 50, and has no token; pagination.py gives the pages.
    vars(cloudtrail)["min"] = first
    known = replace(app, "_maybe_record_cloudtrail", record)
    write = replace(cloudtrail, "record_event", record_event)
