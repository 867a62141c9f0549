"""What a data folder holds, and the log of a process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.adapters.local.inspection_lock import InspectionLocks
from cloudprobe.adapters.local.logs import configure, logged_inspection
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.adapters.local.sqlite_store import SqliteStateStore
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionRecord, InspectionStatus
from cloudprobe.errors import StateCorruptedError, UsageError
from cloudprobe.ports import (
    ArtifactStore,
    StateStore,
)

if TYPE_CHECKING:
    from cloudprobe.evidence.record import InspectionRecordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What a data folder holds."""

    config: Config
    states: StateStore
    artifacts: ArtifactStore
    recordings: FileRecordings
    locks: InspectionLocks

    def folder(self, inspection_id: str) -> Path:
        return self.config.data_dir / "inspections" / inspection_id

    def runs(self, inspection_id: str) -> Sequence[str]:
        """Ids of the runs that artefacts are kept of, in order."""
        folder = self.folder(inspection_id)
        found = (path.relative_to(folder).parts for path in folder.glob("[0-9]*/[0-9]*/[0-9]*") if path.is_dir())
        numbered = sorted(tuple(map(int, parts)) for parts in found if all(part.isdecimal() for part in parts))
        return ["/".join((inspection_id, *map(str, numbers))) for numbers in numbered]

    @contextmanager
    def lock(self, inspection_id: str) -> Iterator[None]:
        """Keep other processes from an inspection; what is logged meanwhile carries its id."""
        with self.locks.hold(inspection_id), logged_inspection(inspection_id):
            yield

    def inspection(self, inspection_id: str) -> InspectionRecord:
        """One record, with the status it really has.

        Raises:
            UsageError: there is no such inspection.
        """
        return self._as_it_is(self.states.load(inspection_id))

    def inspections(self) -> Sequence[InspectionRecord]:
        """Newest first."""
        return [self._as_it_is(record) for record in self.states.list()]

    def delete(self, inspection_id: str) -> None:
        """Forget an inspection and everything it stored.

        Raises:
            UsageError: there is no such inspection, or another one continues it and stands on its runs.
            StoreBusyError: it is running.
        """
        with self.lock(inspection_id):
            if followers := self._followers(inspection_id):
                raise UsageError(
                    f"Inspection {inspection_id} is continued by {', '.join(followers)}: what proves that answer stands"
                    " here.",
                    hint=f"Delete {followers[0]} first; `cloudprobe export` keeps all that proves it in one file.",
                )
            self.states.delete(inspection_id)
            self.artifacts.delete_all(inspection_id)

    def _followers(self, inspection_id: str) -> list[str]:
        try:
            return [record.id for record in self.states.list() if record.settings.follows == inspection_id]
        except StateCorruptedError:  # deleting is how an unreadable record is got rid of
            return []

    def recorded(self, record: InspectionRecord) -> "InspectionRecordings":
        """Everything kept of an inspection that came to its end.

        Raises:
            StateCorruptedError: something of it is missing or damaged.
        """
        from cloudprobe.evidence.record import read_record

        return read_record(
            record.id,
            settings=record.settings,
            created=record.created,
            artifacts=self.artifacts,
            recordings=self.recordings,
            recording_folder=self.recordings.folder,
        )

    def _as_it_is(self, record: InspectionRecord) -> InspectionRecord:
        """A process that was killed could not write down that it stopped; its lock is gone, though."""
        if record.status is InspectionStatus.RUNNING and not self.locks.is_held(record.id):
            return record.model_copy(update={"status": InspectionStatus.INTERRUPTED})
        return record


def start_logging(config: Config) -> None:
    """Set logging up: the first act of a command that does more than show.

    Raises:
        UsageError: the log level is none.
    """
    configure(config.log_level, folder=config.data_dir / "logs", secrets=config.secrets, colour=config.colour)


def open_workspace(config: Config) -> Workspace:
    """Nothing is read or written yet."""
    inspections = config.data_dir / "inspections"
    return Workspace(
        config=config,
        states=SqliteStateStore(config.data_dir / "inspections.sqlite"),
        artifacts=FileArtifactStore(inspections),
        recordings=FileRecordings(inspections),
        locks=InspectionLocks(config.data_dir / "locks"),
    )
