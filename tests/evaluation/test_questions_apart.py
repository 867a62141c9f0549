"""A question is answered alike whether others were asked of the world before it or not."""

import threading
from functools import partial

import pytest

from cloudprobe.bootstrap import open_asking
from cloudprobe.config import Config
from cloudprobe.evaluation.planning import agenda
from cloudprobe.evaluation.running import ask_all
from tests.evaluation.conftest import a_plan

# One that throttles whoever asks first; one whose quotas, users and histories somebody else's roles would show in.
WORLDS = ["vanishing", pytest.param("last-hours", marks=pytest.mark.full)]


@pytest.mark.parametrize("world", WORLDS)
def test_in_whatever_order(world, tmp_path):
    (sitting,) = agenda(a_plan(worlds=(world,))).sittings

    def verdicts(name, questions):
        folder = tmp_path / name
        turned = type(sitting)(world=sitting.world, naming=sitting.naming, questions=tuple(questions))
        asking = partial(open_asking, Config.read({}, data_dir=folder))
        cases = ask_all([turned], asking, folder, jobs=1, cancel=threading.Event())
        return {case.key.question: (case.right, case.verdict) for case in cases}

    in_order = verdicts("in-order", sitting.questions)
    backwards = verdicts("backwards", reversed(sitting.questions))
    assert in_order == backwards
    assert all(right for right, _ in in_order.values())
