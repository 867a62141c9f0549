"""Whole inspections against the truth of every world, asked in words, as it is and with everything renamed."""

import re
import threading

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.emulator.worlds import load_world
from cloudprobe.evaluation.scoring import score, truth_for
from cloudprobe.reports.formats import render
from cloudprobe.testing import NullObserver
from tests.worlds.seeded import ALL_WORLDS, NAMINGS, seed

# Small, and unlike each other: faults, renamed faults, a cause over several hops, words that want to be obeyed, denials.
SAMPLE = {("faulty", "renamed"), ("web-outage", "renamed"), ("hostile-words", "own"), ("fenced", "own")}

CASES = [
    pytest.param(world, naming, marks=() if (world, naming) in SAMPLE else pytest.mark.full)
    for world in ALL_WORLDS
    for naming in NAMINGS
]

# Questions that are not answered rightly yet, with what is wrong; each must go from here once it is.
NOT_YET: dict[tuple[str, str], str] = {}


@pytest.mark.parametrize(("world", "naming"), CASES)
def test_every_question_of_a_world_is_answered_by_its_truth(world, naming, embedded_account, tmp_path):
    seeded = seed(embedded_account, world, naming)
    workspace = open_workspace(Config.read(seeded.access.environment(), data_dir=tmp_path))
    wrong = {}
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
        for question, asked in _asked(seeded, every_wording=(world, naming) not in SAMPLE):
            settings = account.narrow(InspectionSettings(data_class=question.data_class))
            report = engine.run(engine.start(asked, settings))
            if complaints := score(question, report, seeded.arns).complaints():
                wrong[question.id] = complaints
            if seeded.world.organization_policy is None:
                assert all(not run.access.denied for run in report.runs), asked
            assert "\x1b" not in render(report, "md")
    expected = {question for there, question in NOT_YET if there == world}
    assert set(wrong) == expected, wrong
    assert seeded.access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []


def _asked(seeded, *, every_wording):
    for question in (truth_for(q.named(seeded.names), thinks=False) for q in seeded.world.questions):
        for asked in question.ask if every_wording else question.ask[:1]:
            yield question, asked


def test_the_crowd_is_one():
    """Five thousand things, or it would test nothing of its kind: what its seed asks for, without making it."""
    seeded = (load_world("crowded").folder / "seed.py").read_text()
    numbers = [int(n) for call in re.findall(r"crowd\((.*)\)", seeded) for n in re.findall(r"=(\d+)", call)]
    assert sum(numbers) >= 4990  # and the needles
