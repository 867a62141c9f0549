"""One inspection a session, asked of a seeded world, with everything it stored; and packages of it."""

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudprobe.bootstrap import Account, Workspace, build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Report
from cloudprobe.evidence import package
from cloudprobe.evidence.record import InspectionRecordings, read_record
from cloudprobe.testing import NullObserver
from tests.worlds.seeded import Seeded, seed


@dataclass(frozen=True)
class Inspected:
    seeded: Seeded
    workspace: Workspace
    account: Account
    report: Report

    @property
    def id(self) -> str:
        return self.report.inspection_id

    def record(self) -> InspectionRecordings:
        kept = self.workspace.inspection(self.id)
        return read_record(
            self.id,
            settings=kept.settings,
            created=kept.created,
            artifacts=self.workspace.artifacts,
            recordings=self.workspace.recordings,
            recording_folder=self.workspace.recordings.folder,
        )


@pytest.fixture(scope="session")
def inspected(embedded_account, tmp_path_factory):
    """Read-only for tests."""
    seeded = seed(embedded_account, "faulty", "own")
    folder = tmp_path_factory.mktemp("inspected")
    workspace = open_workspace(Config.read(seeded.access.environment(), data_dir=folder))
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
        report = engine.run(engine.start("which buckets are public?", account.narrow(InspectionSettings())))
        yield Inspected(seeded, workspace, account, report)


@pytest.fixture(scope="session")
def packed(inspected, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "package.tar.gz"
    package.export(inspected.record(), path)
    return path
