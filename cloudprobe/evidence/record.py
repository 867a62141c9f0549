"""A finished inspection as evidence: its report and, run by run, what ran, with which access, and what came back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import Probe
from cloudprobe.domain.report import Report, ReportRun
from cloudprobe.domain.run import RunOutcome
from cloudprobe.errors import StateCorruptedError
from cloudprobe.ports import ArtifactStore, RecordingStore
from cloudprobe.sandbox.permit import Permit
from cloudprobe.steps.artifacts import inventory_key, load, outcome_key, permit_key, probe_key, report_key


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """One run, whole."""

    run_id: str
    probe: Probe
    """As validation signed it off."""
    permit: Permit
    variables: dict[str, Any]
    outcome: RunOutcome
    recording: Path
    """Folder of its recording."""

    @property
    def place(self) -> tuple[int, int, int]:
        """Iteration, attempt, number."""
        _, iteration, attempt, number = self.run_id.split("/")
        return int(iteration), int(attempt), int(number)

    @property
    def inspection(self) -> str:
        """That made it: an inspection that continues another one also stands on runs of that one."""
        return self.run_id.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecordings:
    """Everything that stands behind one report."""

    settings: InspectionSettings
    created: str
    """ISO 8601, UTC."""
    report: Report
    inventory: Inventory
    runs: tuple[RecordedRun, ...]
    """In the order they ran."""
    recordings: RecordingStore
    """Where evidence resolves."""

    @property
    def inspection_id(self) -> str:
        return self.report.inspection_id

    @property
    def final_runs(self) -> tuple[RecordedRun, ...]:
        """The last run of each probe of each iteration; what earlier attempts failed at was made good there."""
        runs = sorted(self.runs, key=lambda run: (run.inspection, run.place))
        last = {(run.inspection, run.place[0], run.place[2]): run for run in runs}
        return tuple(last[key] for key in sorted(last))


def read_record(
    inspection_id: str,
    *,
    settings: InspectionSettings,
    created: str,
    artifacts: ArtifactStore,
    recordings: RecordingStore,
    recording_folder: Callable[[str], Path],
) -> InspectionRecordings:
    """Read what an inspection that came to its end stored.

    Args:
        inspection_id: of it.
        settings: it was asked with.
        created: when, ISO 8601.
        artifacts: where its report, probes and results stand.
        recordings: where evidence resolves.
        recording_folder: of a run, by its id.

    Raises:
        StateCorruptedError: something of it is missing or damaged.
    """
    report = load(Report, report_key(inspection_id), artifacts)
    return InspectionRecordings(
        settings=settings,
        created=created,
        report=report,
        inventory=_inventory(inspection_id, settings, artifacts),
        runs=tuple(_run(run, artifacts, recording_folder(run.run_id)) for run in report.runs),
        recordings=recordings,
    )


def _run(run: ReportRun, artifacts: ArtifactStore, recording: Path) -> RecordedRun:
    return RecordedRun(
        run_id=run.run_id,
        probe=load(Probe, probe_key(run.run_id), artifacts),
        permit=permit_from(artifacts.get(permit_key(run.run_id)), what=f"permit of run {run.run_id}"),
        variables=run.variables,
        outcome=load(RunOutcome, outcome_key(run.run_id), artifacts),
        recording=recording,
    )


def permit_from(text: bytes, *, what: str) -> Permit:
    """Read a permit.

    Raises:
        StateCorruptedError: it is no JSON.
        RefusedError: it is no permit of this version.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateCorruptedError(f"The {what} cannot be read: {error}.") from error
    if not isinstance(document, dict):
        raise StateCorruptedError(f"The {what} cannot be read: it is no object.")
    return Permit.from_json(document)


def _inventory(inspection_id: str, settings: InspectionSettings, artifacts: ArtifactStore) -> Inventory:
    """After the last iteration that was aggregated."""
    keys = (inventory_key(inspection_id, number) for number in range(settings.max_iterations, 0, -1))
    return next((load(Inventory, key, artifacts) for key in keys if artifacts.exists(key)), Inventory())
