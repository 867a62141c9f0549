"""What is left, and what is said of it."""

import threading

import pytest

from cloudprobe.domain.agents import Objective
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import RunOutcome, RunStatus
from cloudprobe.domain.state import StateUpdate, initial_state, merge
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import BudgetEndedError
from cloudprobe.steps import budgets
from cloudprobe.testing import InMemoryArtifactStore
from tests.parity.scenarios import ports_for

CALL = {
    "id": "1/1/generate_code/0", "agent": "code_generator", "iteration": 1, "attempt": 1, "model": "m", "prompt": "p",
    "prompt_version": "0" * 12, "started": "", "seconds": 1.0, "usd": 0.25,
}  # fmt: skip
ITEM = WorkItem(iteration=1, number=0, prompt=CodeGenerationPrompt(template="t"))


@pytest.fixture
def ports():
    return ports_for("success", InMemoryArtifactStore())


def state(*, seconds=0.0, **settings):
    begun = initial_state("20260101-000000-9f86d081", "q", InspectionSettings(**settings))
    run = {"run_id": "r", "iteration": 1, "status": "succeeded", "usage": {"usd": 0.5}}
    entry = {"step": "orchestrate", "iteration": 0, "attempt": 0, "started": "", "seconds": seconds, "note": ""}
    return merge(begun, StateUpdate(model_calls=[CALL], collected_data=[run], trace=[entry]))


def test_without_budgets_nothing_is_bounded(ports):
    assert budgets.usd_left(state()) is None
    assert budgets.seconds_left(state(), ports) is None
    budgets.check_time(state(seconds=1e9), ports, ())


def test_models_and_calls_draw_on_the_same_dollars():
    assert budgets.usd_left(state(budget_usd=1.0)) == pytest.approx(0.25)
    assert budgets.usd_left(state(budget_usd=0.6)) == 0.0


def test_a_state_that_says_the_same_twice_is_charged_once():
    once = state(budget_usd=1.0)
    twice = merge(once, StateUpdate(model_calls=[CALL], collected_data=once["collected_data"], trace=once["trace"]))
    assert budgets.usd_left(twice) == budgets.usd_left(once)


def test_no_iteration_begins_without_time_and_what_is_missed_is_named(ports):
    objectives = [Objective(question=f"question {n}?") for n in range(5)]
    budgets.check_time(state(seconds=50, budget_seconds=60), ports, tuple(objectives))
    with pytest.raises(BudgetEndedError) as ended:
        budgets.check_time(state(seconds=59, budget_seconds=60), ports, tuple(objectives))
    assert "question 0?; question 1?; question 2? and 2 more" in ended.value.message
    assert "1.0 s left" in ended.value.message
    assert "--budget-seconds" in ended.value.hint
    assert ended.value.exit_code == 4


def test_a_purse_gives_one_after_another_all_that_is_left():
    purse = budgets.Purse(1.0, shares=1)
    for spent, left in ((0.4, 1.0), (0.1, 0.6), (0.5, 0.5), (0.0, 0.0)):
        share = purse.take()
        assert share == pytest.approx(left)
        purse.give_back(share, spent=spent)


def test_a_purse_gives_side_by_side_equal_shares_and_passes_on_what_came_back():
    purse = budgets.Purse(1.0, shares=4)
    first, second = purse.take(), purse.take()
    assert (first, second) == (pytest.approx(0.25), pytest.approx(0.25))
    purse.give_back(first, spent=0.0)
    assert purse.take() == pytest.approx(0.375)
    assert purse.take() == pytest.approx(0.375)


def test_shares_taken_at_once_are_never_more_than_there_is():
    purse, taken = budgets.Purse(1.0, shares=16), []

    def run():
        share = purse.take()
        taken.append(share)
        purse.give_back(share, spent=share)

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == pytest.approx(1.0)


def test_a_purse_without_a_bound_gives_none():
    purse = budgets.Purse(None, shares=3)
    assert purse.take() is None
    purse.give_back(None, spent=5.0)


def test_what_was_not_run_is_given_up_with_the_reason():
    item = budgets.not_run(ITEM, InspectionSettings(budget_seconds=30))
    assert item.status is WorkStatus.ABANDONED
    assert not item.status.wants_retry
    assert "30 s" in item.feedback[-1].message


@pytest.mark.parametrize(
    ("limit", "seconds", "told"),
    [
        ("cost", 120.0, "budget of $0.000006"),
        ("wall", 7.4, "after the 7 s that were left of the budget of 60 s"),
        ("wall", 120.0, ""),
        ("memory", 7.4, ""),
        ("", 7.4, ""),
    ],
)
def test_only_what_a_budget_ended_is_blamed_on_it(limit, seconds, told):
    outcome = RunOutcome(run_id="r", status=RunStatus.LIMITED, limit=limit)
    settings = InspectionSettings(budget_usd=0.000006, budget_seconds=60, wall_seconds=120)
    notes = budgets.cut_by_budget(outcome, settings, seconds=seconds)
    assert bool(notes) == bool(told)
    assert told in (notes[0].message if notes else "")
