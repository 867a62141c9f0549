"""Things deleted between list and describe, among things that are there. ``questions.toml`` has the truth."""

import datetime as dt
from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Open, Site, allow, bucket, instance, root_mfa, security_group, user
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure_function, measure_queue
from cloudprobe.emulator.worlds.building.queues import queue
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients

MADE = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    _there(site)
    _gone(site)
    return site.arns


def _there(site: Site) -> None:
    anyone = allow("s3:GetObject", site.bucket_arn("open-shelf", "/*"), Sid="Anyone", Principal="*")
    bucket(site, "open-shelf", statements=(anyone,), blocked=False)
    bucket(site, "closed-shelf")
    group = security_group(site, "open-door", Open(22))
    instance(site, "door-keeper", group)
    user(site, "plain-user", password=True)
    worker(site, "failing-function")
    measure_function(site, "failing-function", invocations=(100, 100), errors=(0, 60), milliseconds=(400, 500))
    queue(site, "unread-queue", messages=40)
    measure_queue(site, "unread-queue", visible=(1, 10, 25, 40), sent=40)


def _gone(site: Site) -> None:
    def listed(service: str, operation: str, place: str, entry: object) -> None:
        record_answer(site.client, service, operation, overlay={f"{place}[+]": entry})

    name = site.name("gone-thing")
    listed("s3", "ListBuckets", "Buckets", {"Name": name, "CreationDate": MADE})
    arn = f"arn:aws:iam::{site.account}:user/{name}"
    listed(
        "iam",
        "ListUsers",
        "Users",
        {"UserName": name, "Arn": arn, "Path": "/", "UserId": "AIDAGONE", "CreateDate": MADE},
    )
    function = f"arn:aws:lambda:us-east-1:{site.account}:function:{name}"
    gone = {"FunctionName": name, "FunctionArn": function, "Timeout": 3, "Role": site.role_arn("gone-thing-role")}
    record_answer(site.client, "lambda", "ListFunctions", region="us-east-1", overlay={"Functions[+]": gone})
    url = f"http://127.0.0.1/{site.account}/{name}"
    record_answer(site.client, "sqs", "ListQueues", region="us-east-1", overlay={"QueueUrls[+]": url})
    for service, operation in (("s3", "GetBucketLocation"), ("iam", "ListAccessKeys"), ("sqs", "GetQueueAttributes")):
        record_answer(site.client, service, operation, error=("Throttling", "Rate exceeded", 400), times=2)
