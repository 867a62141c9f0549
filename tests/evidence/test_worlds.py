"""Every question of every world: packed, verified, replayed equal, and with no excess of policy over code."""

import threading

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.evidence import package
from cloudprobe.evidence.record import read_record
from cloudprobe.evidence.verification import verify
from cloudprobe.testing import NullObserver
from tests.worlds.seeded import WORLDS, seed

SAMPLE = "red-herrings"


@pytest.mark.parametrize("world", [pytest.param(w, marks=() if w == SAMPLE else pytest.mark.full) for w in WORLDS])
def test_what_a_world_answers_can_be_handed_on(world, embedded_account, tmp_path):
    seeded = seed(embedded_account, world, "own")
    workspace = open_workspace(Config.read(seeded.access.environment(), data_dir=tmp_path))
    questions = [question.named(seeded.names) for question in seeded.world.questions]
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
        for question in questions[:3] if world == SAMPLE else questions:
            report = engine.run(engine.start(question.ask[0], account.narrow(InspectionSettings())))
            kept = workspace.inspection(report.inspection_id)
            record = read_record(
                report.inspection_id,
                settings=kept.settings,
                created=kept.created,
                artifacts=workspace.artifacts,
                recordings=workspace.recordings,
                recording_folder=workspace.recordings.folder,
            )
            path = tmp_path / f"{report.inspection_id}.tar.gz"
            package.export(record, path)
            found = verify(path, replay=True)
            assert found.ok, (question.ask[0], found.to_json())
            assert report.access.policy_excess == 0
