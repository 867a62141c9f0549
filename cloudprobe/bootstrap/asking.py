"""Inspections of an embedded account, for evaluations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cloudprobe.bootstrap.account import Account, embedded
from cloudprobe.bootstrap.engine import build_engine
from cloudprobe.bootstrap.workspace import Workspace, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.ports import (
    InspectionEngine,
)

if TYPE_CHECKING:
    from cloudprobe.emulator.access import AccountAccess as EmbeddedAccess
    from cloudprobe.evaluation.asking import Asking
    from cloudprobe.evidence.record import InspectionRecordings


@contextmanager
def open_asking(
    config: Config, access: "EmbeddedAccess", data_dir: Path, *, target: str, cancel: threading.Event
) -> Iterator["Asking"]:
    """A way to ask of an embedded account, for evaluations; with its first argument given it is an ``OpenAsking``.

    Args:
        config: of the process; it says what a model needs, and which plugins and templates there are.
        access: to the account.
        data_dir: where these inspections are kept, instead of the configured folder.
        target: what is inspected, for people.
        cancel: set to stop.
    """
    workspace = open_workspace(replace(config, data_dir=data_dir))
    yield _AccountAsking(workspace, embedded(access, target), cancel)


class _AccountAsking:
    def __init__(self, workspace: Workspace, account: Account, cancel: threading.Event) -> None:
        self._workspace = workspace
        self._account = account
        self._cancel = cancel
        self._engines: dict[tuple[str, Path | None], InspectionEngine] = {}

    def ask(self, question: str, settings: InspectionSettings, *, record: Path | None = None) -> "InspectionRecordings":
        engine = self._engine(settings.model, record)
        identifier = engine.start(question, self._account.narrow(settings))
        engine.run(identifier)
        return self._workspace.recorded(self._workspace.inspection(identifier))

    def forget(self, inspection_id: str) -> None:
        self._workspace.delete(inspection_id)

    def _engine(self, model: str, record: Path | None) -> InspectionEngine:
        from cloudprobe.testing import NullObserver

        key = (model, record)
        if key not in self._engines:
            self._engines[key] = build_engine(
                self._workspace,
                self._account,
                observer=NullObserver(),
                cancel=self._cancel,
                model=model,
                record_model=record,
            )
        return self._engines[key]
