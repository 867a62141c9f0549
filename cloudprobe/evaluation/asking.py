"""How an evaluation asks: what it needs of an engine, and what it is told."""

import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.evidence.record import InspectionRecordings


class Asking(Protocol):
    """A way to ask of one account, one question at a time."""

    def ask(self, question: str, settings: InspectionSettings, *, record: Path | None = None) -> InspectionRecordings:
        """Carry a question to its report, and give that with what it rests on.

        Args:
            question: as a person would put it.
            settings: name the model and what may be read; the account is known.
            record: a folder in which every exchange with a model is kept.

        Raises:
            InspectionInterruptedError: it was stopped.
            CloudprobeError: it came to no report.
        """

    def forget(self, inspection_id: str) -> None:
        """Delete everything that is kept of an inspection."""


class OpenAsking(Protocol):
    """Makes a way to ask of one account."""

    def __call__(
        self, access: AccountAccess, data_dir: Path, *, target: str, cancel: threading.Event
    ) -> AbstractContextManager[Asking]:
        """Open it.

        Args:
            access: to an embedded account.
            data_dir: where inspections are kept.
            target: what is inspected, for people.
            cancel: set to stop; the question that is being asked then raises ``InspectionInterruptedError``.
        """
