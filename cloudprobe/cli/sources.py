"""What a command about evidence is pointed at: an inspection that is kept here, or a package somebody sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudprobe.bootstrap import Workspace, open_workspace, start_logging
from cloudprobe.config import Config
from cloudprobe.domain.ids import is_inspection_id
from cloudprobe.domain.inspection import InspectionStatus
from cloudprobe.errors import UsageError
from cloudprobe.evidence.record import InspectionRecordings


def open_data(data_dir: Path | None) -> Workspace:
    """The data folder; only looking must not make one."""
    config = Config.read(data_dir=data_dir)
    if config.data_dir.is_dir():
        start_logging(config)
    return open_workspace(config)


@contextmanager
def open_record(source: str, workspace: Workspace) -> Iterator[InspectionRecordings]:
    """An inspection by its id, or a package by its path.

    Raises:
        UsageError: it is neither, or the inspection did not come to its end.
        StateCorruptedError: what is stored is damaged.
        RefusedError: the package is not whole.
    """
    if is_inspection_id(source):
        yield stored_record(source, workspace)
        return
    path = Path(source)
    if not path.is_file():
        raise UsageError(
            f"{source!r} is neither the id of an inspection nor a package.",
            hint="See `cloudprobe list` for ids, or name a file that `cloudprobe export` wrote.",
        )
    from cloudprobe.evidence.package import opened  # noqa: PLC0415 - an id needs none of it

    with opened(path) as package:
        yield package.record


def stored_record(inspection_id: str, workspace: Workspace) -> InspectionRecordings:
    """Everything kept of an inspection that came to its end."""
    record = workspace.inspection(inspection_id)
    if record.status is not InspectionStatus.FINISHED:
        raise UsageError(
            f"Inspection {record.id} has not come to its end, so there is no report to hold its runs against.",
            hint=f"Carry on with `cloudprobe resume {record.id}` first.",
        )
    return workspace.recorded(record)
