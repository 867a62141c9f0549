import pytest

from cloudprobe.evaluation.comparison import compare
from tests.evaluation.conftest import a_case, a_run


def kinds(before, after):
    return {change.question: change.kind for change in compare(before, after).changes}


WORSE = {
    "not right": {"right": False},
    "more wrong": {"right": False, "claims": 2, "claims_wrong": 1},
    "less found": {"right": False, "facts_found": 0},
    "less proven": {"right": False, "claims_cited": 0},
}


@pytest.mark.parametrize("how", WORSE)
def test_each_way_of_getting_worse_is_noticed_and_of_getting_better(how):
    good, bad = a_run(a_case()), a_run(a_case(**WORSE[how]))
    assert kinds(good, bad) == {"public": "worsened"}
    assert kinds(bad, good) == {"public": "improved"}
    assert kinds(bad, bad) == {"public": "equal"}
    assert compare(good, bad).regressed
    assert not compare(bad, good).regressed


def test_of_two_wrong_answers_one_may_be_worse():
    bad, worse = (a_run(a_case(right=False, claims=3, claims_wrong=n)) for n in (1, 2))
    assert kinds(bad, worse) == {"public": "worsened"}


def test_repetitions_are_weighed_together():
    two = a_run(a_case(), a_case(repetition=2, right=False))
    four = a_run(a_case(), a_case(repetition=2), a_case(repetition=3, right=False), a_case(repetition=4))
    assert kinds(two, four) == {"public": "improved"}
    assert kinds(two, a_run(a_case(), a_case(repetition=2, right=False))) == {"public": "equal"}


def test_what_is_asked_once_only_is_new_or_gone_and_gone_is_a_regression():
    found = compare(a_run(a_case("old"), a_case()), a_run(a_case(), a_case("new")))
    assert {c.question: c.kind for c in found.changes} == {"old": "gone", "public": "equal", "new": "new"}
    assert found.regressed
    assert (found.before_summary.cases, found.after_summary.cases) == (1, 1)
    assert [found.count(kind) for kind in ("gone", "new", "equal", "worsened")] == [1, 1, 1, 0]


def test_time_alone_is_no_regression():
    found = compare(a_run(a_case()), a_run(a_case(seconds=200.0, calls=900)))
    assert (found.regressed, found.changes[0].kind) == (False, "equal")
    assert found.after_summary.seconds.median == 200


def test_one_model_is_held_against_another_and_several_each_against_itself():
    one, other = a_run(a_case()), a_run(a_case(model="bedrock", right=False), models=("bedrock",))
    assert kinds(one, other) == {"public": "worsened"}
    both = a_run(a_case(), a_case(model="bedrock", right=False), models=("library", "bedrock"))
    assert [(c.model, c.kind) for c in compare(both, both).changes] == [("bedrock", "equal"), ("library", "equal")]
    assert {(c.model, c.kind) for c in compare(one, both).changes} == {("bedrock", "new"), ("library", "equal")}


def test_the_worst_stands_first():
    before = a_run(a_case("a"), a_case("b", right=False), a_case("c"), a_case("d"))
    after = a_run(a_case("a"), a_case("b"), a_case("c", right=False), a_case("e"))
    assert [c.kind for c in compare(before, after).changes] == ["worsened", "gone", "improved", "new", "equal"]
