import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.metrics import AgentMetrics, Metrics
from cloudprobe.metrics.statistics import Statistics, spread, summed_up


def inspection(day, outcome="answered", *, seconds=1.0, agents=(), **numbers):
    return Metrics(
        started=f"2026-11-{day:02}T10:00:00+00:00", outcome=outcome, seconds=seconds, agents=agents, **numbers
    )


def agent(*seconds, failures=None, usd=0.1, **changes):
    values = {"agent": "code_generator", "model": "bedrock:strong", "exchanges": len(seconds), "seconds": seconds}
    usage = TokenUsage(input=100, output=10, cache_read=300)
    return AgentMetrics(**{**values, "usage": usage, "usd": usd, "failures": failures or {}, **changes})


def test_of_none_nothing_is_known():
    assert summed_up([]) == Statistics()
    assert spread([]).p50 is None


def test_inspections_are_summed_up():
    found = summed_up(
        [
            inspection(1, seconds=2.0, probes=2, from_templates=2, probes_succeeded=2, calls_usd=0.01),
            inspection(1, "nothing_found", seconds=4.0, probes=1, from_templates=1, failures={"execute:budget": 1}),
            inspection(3, "unanswered", seconds=60.0, probes=1, retries=2, model_usd=0.5, unpriced=1,
                       failures={"execute:budget": 1, "model:cut": 3}),
            inspection(3, "unanswered", seconds=1.0),
        ],
        unfinished=["interrupted", "interrupted", "running"],
        unread=1,
    )  # fmt: skip
    assert (found.inspections, found.unread) == (4, 1)
    assert found.outcomes == {"unanswered": 2, "answered": 1, "nothing_found": 1}
    assert found.unfinished == {"interrupted": 2, "running": 1}
    assert (found.seconds.p50, found.seconds.total) == (3.0, 67.0)
    assert (found.usd.total, found.calls_usd, found.model_usd, found.unpriced) == (0.51, 0.01, 0.5, 1)
    assert (found.probes, found.probes_succeeded, found.retries, found.retry_rate) == (4, 2, 2, 0.5)
    assert found.with_templates == pytest.approx(2 / 3, abs=1e-4), "one that ran nothing is in no share"
    assert list(found.failures.items()) == [("model:cut", 3), ("execute:budget", 2)]
    assert [(day.day, day.inspections, day.answered, day.seconds, day.usd) for day in found.days] == [
        ("2026-11-01", 2, 2, 3.0, 0.01),
        ("2026-11-03", 2, 0, 30.5, 0.5),
    ]


def test_agents_are_summed_up_by_model():
    found = summed_up([
        inspection(1, agents=(agent(1.0, 3.0), agent(9.0, model="bedrock:cheap", usd=None))),
        inspection(2, agents=(agent(2.0, 4.0, failures={"cut": 1}, repairs=1),)),
    ])  # fmt: skip
    cheap, strong = found.agents
    assert (strong.exchanges, strong.succeeded, strong.repaired, strong.usd) == (4, 0.75, 0.25, 0.2)
    assert (strong.seconds.p50, strong.seconds.total, strong.cache_read) == (2.5, 10.0, 0.75)
    assert strong.failures == {"cut": 1}
    assert (cheap.model, cheap.usd) == ("bedrock:cheap", None)


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=2, max_size=60))
def test_percentiles_are_those_of_the_standard_library(numbers):
    found = spread(numbers)
    quantiles = statistics.quantiles(numbers, n=100, method="inclusive")
    assert found.p50 == pytest.approx(quantiles[49], abs=1e-5)
    assert found.p95 == pytest.approx(quantiles[94], abs=1e-5)
