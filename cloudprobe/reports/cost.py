"""What the calls of an inspection cost, counted in its recordings."""

from collections import Counter
from collections.abc import Iterable

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.report import Cost, EvidenceCall, PaidOperation
from cloudprobe.errors import CloudprobeError
from cloudprobe.guard.estimate import price_of
from cloudprobe.ports import RecordingStore

_PAID_EACH = {"cloudwatch:GetMetricData": "MetricDataQueries"}
"""Operations that are paid for each member of a list they are given."""


def cost(runs: Iterable[CollectedRun], recordings: RecordingStore) -> Cost:
    """The sum over all runs. A recording that cannot be read counts nothing; the report says so elsewhere."""
    units: Counter[str] = Counter()
    for run in runs:
        if not any(price_of(operation)[0] for operation in run.access.used):
            continue
        try:
            for call in recordings.open(run.run_id):
                units[f"{call.service}:{call.operation}"] += _units(call)
        except CloudprobeError:
            continue
    paid = [
        PaidOperation(operation=operation, units=number, per=per.partition(",")[0].partition(";")[0], usd=number * usd)
        for operation, number in units.items()
        for usd, per in [price_of(operation)]
        if usd
    ]
    paid.sort(key=lambda one: (-one.usd, one.operation))
    return Cost(usd=sum(one.usd for one in paid), operations=tuple(paid))


def _units(call: EvidenceCall) -> int:
    given = call.parameters.get(_PAID_EACH.get(f"{call.service}:{call.operation}", ""))
    return len(given) if isinstance(given, list) else 1
