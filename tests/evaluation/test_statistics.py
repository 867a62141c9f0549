import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.evaluation.statistics import rate, renamings, spread, summary, totals
from tests.evaluation.conftest import a_case


# Values of R's binom::binom.confint(method = "wilson") and of Newcombe (1998), table I.
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (10, 10, 0.7225, 1.0)],
)  # fmt: skip
def test_wilson_intervals_are_those_of_the_literature(count, of, low, high):
    found = rate(count, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_an_interval_holds_its_share_and_stays_within_bounds(count, more):
    found = rate(count, count + more)
    assert 0 <= found.low <= count / (count + more) + 1e-4
    assert found.high <= 1
    assert found.high >= count / (count + more) - 1e-4


def test_of_nothing_everything_is_possible():
    assert rate(0, 0).model_dump() == {"count": 0, "of": 0, "low": 0.0, "high": 1.0}


def test_a_spread():
    found = spread([1, 2, 6])
    assert (found.mean, found.median, found.least, found.most) == (3, 2, 1, 6)
    assert found.deviation == pytest.approx(math.sqrt(7), abs=1e-3)
    assert spread([4]).deviation == 0
    assert spread([]).mean == 0


def test_a_summary_counts_what_there_is():
    quiet = a_case("quiet", outcome="nothing_found", facts=0, facts_found=0, claims=0, claims_cited=0, abstained=True)
    loud = a_case(
        "loud", right=False, facts=2, facts_found=1, claims=3, claims_wrong=2, claims_cited=1, policy_excess=4
    )
    paid = a_case(cost={"aws_usd": 0.25, "model_usd": 0.5, "unpriced": 1, "tokens": {"input": 10}, "exchanges": 3})
    found = summary([quiet, loud, paid])
    assert (found.right.count, found.right.of) == (2, 3)
    assert (found.facts.count, found.facts.of) == (2, 3)
    assert (found.claims_wrong, found.claims_cited.count, found.claims_cited.of) == (2, 2, 4)
    assert (found.abstained.count, found.abstained.of) == (1, 1)
    assert (found.policy_excess, found.aws_usd, found.model_usd, found.unpriced) == (4, 0.25, 0.5, 1)
    assert (found.tokens.input, found.exchanges, found.failures) == (10, 3, 0)


def test_a_question_that_is_right_only_at_times_is_unsteady():
    cases = [a_case(repetition=n, right=n != 2) for n in (1, 2, 3)] + [a_case("other", repetition=n) for n in (1, 2)]
    assert summary(cases).unsteady == 1


def test_totals_go_by_model_and_by_world():
    cases = [
        a_case(world="b"),
        a_case(world="a", model="m"),
        a_case(world="a"),
        a_case(world="a", model="m", repetition=2),
    ]
    groups = [(g.model, g.world, g.summary.cases) for g in totals(cases, finished="").groups]
    assert groups == [("library", "", 2), ("library", "a", 1), ("library", "b", 1), ("m", "", 2), ("m", "a", 2)]


def test_a_verdict_that_renaming_changes_is_told_once():
    other = ("nothing_found",)
    cases = [
        a_case(),
        a_case(naming="renamed", verdict=other),
        a_case(repetition=2),
        a_case(repetition=2, naming="renamed", verdict=other),
        a_case("same"),
        a_case("same", naming="renamed"),
        a_case("alone", naming="renamed", verdict=other),
    ]
    (found,) = renamings(cases)
    assert (found.question, found.renamed, found.own[0]) == ("public", other, "answered")
