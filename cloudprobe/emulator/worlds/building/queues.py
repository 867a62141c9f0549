"""SQS queues with messages in them, their dead-letter queues, and the functions that consume them."""

import json

from cloudprobe.emulator.worlds.building.policies import Statement, allow, policy
from cloudprobe.emulator.worlds.building.site import Site

_A_BATCH = 10  # SQS takes that many messages in one request


def queue(
    site: Site,
    logical: str,
    *,
    messages: int = 0,
    delayed: int = 0,
    visibility: int = 180,
    dead_letters_to: str = "",
    max_receives: int = 5,
    key: str = "",
    statements: tuple[Statement, ...] = (),
    region: str = "us-east-1",
) -> str:
    """Make a queue and put messages into it; its ARN.

    ``delayed`` is how many further messages stay invisible for a quarter of an hour, ``visibility`` the visibility
    timeout in seconds, ``dead_letters_to`` the ARN of the queue for what was received ``max_receives`` times, ``key``
    the KMS key it encrypts with, ``statements`` those of its policy.
    """
    sqs = site.client("sqs", region)
    attributes = {"VisibilityTimeout": str(visibility)}
    if dead_letters_to:
        redrive = {"deadLetterTargetArn": dead_letters_to, "maxReceiveCount": str(max_receives)}
        attributes["RedrivePolicy"] = json.dumps(redrive)
    if key:
        attributes["KmsMasterKeyId"] = key
    if statements:
        attributes["Policy"] = policy(*statements)
    url = sqs.create_queue(QueueName=site.name(logical), Attributes=attributes)["QueueUrl"]
    send(site, url, messages, region=region)
    send(site, url, delayed, delay=900, region=region)
    arn = f"arn:aws:sqs:{region}:{site.account}:{site.name(logical)}"
    site.arns[logical] = arn
    return arn


def send(site: Site, url: str, messages: int, *, delay: int = 0, region: str = "us-east-1") -> None:
    """Put messages into a queue."""
    for first in range(0, messages, _A_BATCH):
        numbers = range(first, min(first + _A_BATCH, messages))
        entries = [{"Id": str(n), "MessageBody": f"message {n}", "DelaySeconds": delay} for n in numbers]
        site.client("sqs", region).send_message_batch(QueueUrl=url, Entries=entries)


def consume(
    site: Site,
    function: str,
    queue_arn: str,
    *,
    enabled: bool = True,
    batch: int = 10,
    window: int = 0,
    most: int | None = None,
    region: str = "us-east-1",
) -> str:
    """Let a function (logical name) consume a queue; the id of the mapping.

    ``window`` is the batching window in seconds, ``most`` how many may run at once. On the embedded account an enabled
    mapping takes messages off the queue and, as uploaded code never runs, leaves them in flight until they time out.
    """
    scaling = {"ScalingConfig": {"MaximumConcurrency": most}} if most else {}
    made = site.client("lambda", region).create_event_source_mapping(
        FunctionName=site.name(function),
        EventSourceArn=queue_arn,
        Enabled=enabled,
        BatchSize=batch,
        MaximumBatchingWindowInSeconds=window,
        **scaling,
    )
    uuid: str = made["UUID"]
    return uuid


def reading(queue_arn: str, *actions: str) -> Statement:
    """What a consumer's role needs of a queue, or some of it."""
    needed = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    return allow(list(actions) or needed, queue_arn, Sid="Queue")
