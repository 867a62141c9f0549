"""Metrics as services would have written them. The embedded account takes them; AWS keeps its namespaces to itself."""

from datetime import UTC, datetime, timedelta

from cloudprobe.emulator.worlds.building.site import Site

_VALUES_A_CALL = 500


def measure(
    site: Site,
    metric: str,
    *values: float,
    namespace: str,
    dimensions: dict[str, str],
    step: timedelta = timedelta(minutes=30),
    until: datetime | None = None,
    region: str = "us-east-1",
) -> None:
    """Write a series that ends ``step`` before ``until`` (now), oldest value first, one every ``step``."""
    last = until or datetime.now(UTC)  # noqa: TID251 - the account's own time is the machine's
    given = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data = [
        {"MetricName": metric, "Dimensions": given, "Timestamp": last - step * (len(values) - n), "Value": value}
        for n, value in enumerate(values)
    ]
    for first in range(0, len(data), _VALUES_A_CALL):
        part = data[first : first + _VALUES_A_CALL]
        site.client("cloudwatch", region).put_metric_data(Namespace=namespace, MetricData=part)


def measure_queue(
    site: Site,
    logical: str,
    *,
    visible: tuple[float, ...] = (),
    sent: float = 0,
    received: float = 0,
    deleted: float = 0,
    region: str = "us-east-1",
) -> None:
    """How many messages waited, oldest first, and totals of what came and went."""
    counts = {"NumberOfMessagesSent": sent, "NumberOfMessagesReceived": received, "NumberOfMessagesDeleted": deleted}
    series = {"ApproximateNumberOfMessagesVisible": visible, **{name: (value,) for name, value in counts.items()}}
    for metric, values in series.items():
        dimensions = {"QueueName": site.name(logical)}
        measure(site, metric, *values, namespace="AWS/SQS", dimensions=dimensions, region=region)


def measure_function(
    site: Site,
    logical: str,
    *,
    invocations: tuple[float, ...] = (),
    errors: tuple[float, ...] = (),
    throttles: tuple[float, ...] = (),
    milliseconds: tuple[float, ...] = (),
    region: str = "us-east-1",
) -> None:
    """What became of a function's invocations, oldest first; ``milliseconds`` are durations."""
    series = {"Invocations": invocations, "Errors": errors, "Throttles": throttles, "Duration": milliseconds}
    for metric, values in series.items():
        dimensions = {"FunctionName": site.name(logical)}
        measure(site, metric, *values, namespace="AWS/Lambda", dimensions=dimensions, region=region)
