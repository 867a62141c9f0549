"""Orders pile up in a queue, and uploads are not filed. ``questions.toml`` has the causes."""

from collections.abc import Callable

from cloudprobe.emulator.worlds.building import Site, allow, bucket, key, root_mfa
from cloudprobe.emulator.worlds.building.alarms import alarm
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure, measure_function, measure_queue
from cloudprobe.emulator.worlds.building.notifications import entry, let_in, notify
from cloudprobe.emulator.worlds.building.private_networks import network
from cloudprobe.emulator.worlds.building.queues import consume, queue, reading
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.emulator.worlds.world import Clients


def seed(clients: Clients, names: Callable[[str], str]) -> dict[str, str]:
    site = Site(clients, names)
    root_mfa(site)
    _orders(site)
    _uploads(site)
    made = network(site, "parcel-network")
    worker(site, "parcel-tracker", subnets=(made.subnet,), groups=(made.group,))
    return site.arns


def _orders(site: Site) -> None:
    enabled: dict[str, object] = {}

    def consumed(name: str, consumer: str, *, messages: int, reserved: int | None) -> None:
        arn = queue(site, name, messages=messages)
        worker(site, consumer, statements=(reading(arn),), reserved=reserved)
        mapping = consume(site, consumer, arn, enabled=False)
        # An enabled mapping would take the messages off the queue; so it is only said to be on.
        enabled[f"EventSourceMappings[UUID={mapping}]"] = {"State": "Enabled"}

    consumed("incoming-orders", "order-taker", messages=60, reserved=2)
    measure_queue(site, "incoming-orders", visible=(2, 15, 40, 60), sent=200, received=140, deleted=140)
    measure_function(site, "order-taker", invocations=(50, 60), throttles=(20, 31), milliseconds=(300, 320))
    measure(
        site, "ConcurrentExecutions", 2, namespace="AWS/Lambda", dimensions={"FunctionName": site.name("order-taker")}
    )
    consumed("incoming-returns", "return-taker", messages=0, reserved=None)
    measure_queue(site, "incoming-returns", visible=(2, 0, 1, 0), sent=200, received=200, deleted=200)
    measure_function(site, "return-taker", invocations=(50, 60), throttles=(0, 0), milliseconds=(300, 320))
    record_answer(site.client, "lambda", "ListEventSourceMappings", overlay=enabled)
    alarm(
        site,
        "orders-waiting",
        "ApproximateNumberOfMessagesVisible",
        namespace="AWS/SQS",
        dimensions={"QueueName": site.name("incoming-orders")},
        threshold=30,
        state="ALARM",
        AlarmActions=[f"arn:aws:sns:us-east-1:{site.account}:pager"],
    )


def _uploads(site: Site) -> None:
    use = allow(["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"], "*", Sid="Filing")
    sealed = key(site, "filing-key", use | {"Principal": {"AWS": site.role_arn("old-filer-role")}})
    bucket(site, "filed-uploads", key=sealed)
    rights = (
        allow(["s3:GetObject", "s3:PutObject"], site.bucket_arn("filed-uploads", "/*"), Sid="Filing"),
        allow(["kms:Decrypt", "kms:GenerateDataKey*"], sealed, Sid="Key"),
    )
    function = worker(site, "upload-filer", statements=rights, variables={"BUCKET_NAME": site.name("filed-uploads")})
    measure_function(site, "upload-filer", invocations=(20, 20), errors=(20, 20), milliseconds=(200, 210))
    bucket(site, "upload-inbox")
    let_in(site, "upload-filer", site.bucket_arn("upload-inbox"), account=site.account)
    notify(site, "upload-inbox", entry(function))
    # Another way, which S3 may not go.
    bucket(site, "label-inbox")
    maker = worker(site, "label-maker")
    let_in(site, "label-maker", site.bucket_arn("upload-inbox"), account=site.account)
    notify(site, "label-inbox", entry(maker))
