"""Whole inspections against the truth of every world, asked in words, as it is and with everything renamed."""

import threading

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import Severity
from cloudprobe.testing import NullObserver
from tests.worlds.seeded import NAMINGS, WORLDS, seed

CASES = [
    # The templates' own tests rename every world; here the whole way is gone renamed once, and for all in `full`.
    pytest.param(world, naming, marks=pytest.mark.full if naming == "renamed" and world != "faulty" else ())
    for world in WORLDS
    for naming in NAMINGS
]


@pytest.mark.parametrize(("world", "naming"), CASES)
def test_every_question_of_a_world_is_answered_by_its_truth(world, naming, embedded_account, tmp_path):
    seeded = seed(embedded_account, world, naming)
    logical = {arn: name for name, arn in seeded.arns.items()}
    workspace = open_workspace(Config.read(seeded.access.environment(), data_dir=tmp_path))
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
        settings = account.narrow(InspectionSettings())
        for question in (question.named(seeded.names) for question in seeded.world.questions):
            report = engine.run(engine.start(question.ask[0], settings))
            claimed = {
                (logical.get(f.resource, f.resource), f.id, f.severity)
                for f in report.findings
                if f.severity is not Severity.INFO
            }
            assert claimed == {(e.resource, e.finding, e.severity) for e in question.expect}, question.ask[0]
            assert report.outcome is question.outcome
            assert all(finding.verified for finding in report.findings)
            assert all(not run.access.denied for run in report.runs)
    assert seeded.access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []
