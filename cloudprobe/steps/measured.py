"""The numbers a finished inspection left."""

from pydantic import ValidationError

from cloudprobe.domain.inspection import InspectionRecord
from cloudprobe.domain.metrics import Metrics
from cloudprobe.domain.report import Report
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import ArtifactStore
from cloudprobe.steps.artifacts import load, metrics_key, report_key


def metrics_of(record: InspectionRecord, artifacts: ArtifactStore) -> Metrics | None:
    """From the small file beside the report; from the report where an earlier version left none."""
    try:
        return Metrics.model_validate_json(artifacts.get(metrics_key(record.id)))
    except (CloudprobeError, ValidationError):
        pass
    try:
        found = load(Report, report_key(record.id), artifacts)
    except CloudprobeError:
        return None
    if found.metrics.inspection_id:
        return found.metrics
    return Metrics(
        inspection_id=record.id,
        started=found.started,
        outcome=found.outcome.value,
        brain=record.settings.model,
        seconds=found.seconds,
        runs=len(found.runs),
        calls=found.usage.calls,
        calls_usd=found.cost.usd,
    )
