"""From a state to numbers, whatever stands in the state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.metrics import Metrics
from cloudprobe.domain.state import StateUpdate, initial_state, merge
from cloudprobe.metrics.measuring import OTHER, measure

CALL = {
    "id": "1/1/generate_code/0", "agent": "code_generator", "iteration": 1, "attempt": 1, "model": "bedrock:strong",
    "prompt": "code", "prompt_version": "0" * 12, "started": "2026-01-01T00:00:00+00:00", "seconds": 2.0,
    "usage": {"input": 100, "output": 10, "cache_read": 0, "cache_write": 0}, "usd": 0.01, "stop": "tool",
}  # fmt: skip


def item(number, status, *, library=True, attempt=1, codes=()):
    feedback = [{"source": "execute", "code": code, "message": "m"} for code in codes]
    prompt = {"template": "t", "library": library}
    return {
        "iteration": 1,
        "number": number,
        "prompt": prompt,
        "status": status,
        "attempt": attempt,
        "feedback": feedback,
    }


def run(name, status="succeeded", **usage):
    return {"run_id": name, "iteration": 1, "status": status, "usage": usage, "access": {"denied": ["s3:ListBuckets"]},
            "policy_excess": ["ec2:DescribeVpcs"]}  # fmt: skip


def entry(step, seconds, iteration=1):
    return {
        "step": step,
        "iteration": iteration,
        "attempt": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "seconds": seconds,
    }


@pytest.fixture
def state():
    begun = initial_state("20260101-000000-9f86d081", "q", InspectionSettings(model="bedrock"))
    items = [
        item(0, "succeeded"),
        item(1, "succeeded", library=False, attempt=3, codes=["E501", "Throttling"]),
        item(2, "abandoned", codes=["budget"]),
    ]
    return merge(begun, StateUpdate(
        current_iteration=1,
        work={f"1/{one['number']}": one for one in items},
        collected_data=[run("a", calls=5, usd=0.02, wall_seconds=0.4), run("b", "failed", calls=7)],
        model_calls=[
            CALL,
            {**CALL, "id": "1", "repair": 1, "seconds": 4.0, "stop": "cut"},
            {**CALL, "id": "2", "agent": "orchestrator", "model": "bedrock:cheap", "usd": None, "stop": None, "error": "ModelThrottledError"},
        ],
        trace=[entry("orchestrate", 0.5, 0), entry("execute", 3.0), entry("execute", 2.0, 2)],
        failure={"type": "BudgetEndedError", "step": "analyze", "message": "m"},
    ))  # fmt: skip


def test_the_numbers_of_an_inspection(state):
    found = measure(state, outcome="unanswered")
    assert (found.outcome, found.brain, found.iterations, found.seconds) == ("unanswered", "bedrock", 1, 5.5)
    assert (found.run_seconds, found.model_seconds, found.own_seconds) == (0.4, 8.0, 0.0)
    assert measure({**state, "model_calls": []}).own_seconds == pytest.approx(5.1)
    assert (found.probes, found.probes_succeeded, found.from_templates) == (3, 2, 2)
    assert (found.attempts, found.retries) == (5, 2)
    assert (found.runs, found.runs_succeeded, found.calls, found.calls_denied, found.policy_excess) == (2, 1, 12, 2, 2)
    assert (found.calls_usd, found.model_usd, found.unpriced) == (0.02, 0.02, 1)
    assert found.usd == pytest.approx(0.04)
    assert found.failures == {
        "analyze:BudgetEndedError": 1,
        "execute:E501": 1,
        "execute:Throttling": 1,
        "execute:budget": 1,
        "model:ModelThrottledError": 1,
        "model:cut": 1,
    }
    strong, cheap = found.agents
    assert (strong.agent, strong.exchanges, strong.repairs, strong.seconds, strong.usd) == (
        "code_generator", 2, 1, (2.0, 4.0), 0.02,
    )  # fmt: skip
    assert (strong.failures, strong.failed) == ({"cut": 1}, 1)
    assert (cheap.model, cheap.usd, cheap.failures) == ("bedrock:cheap", None, {"ModelThrottledError": 1})
    assert [(step.step, step.times, step.seconds) for step in found.steps] == [
        ("orchestrate", 1, 0.5),
        ("execute", 2, 5.0),
    ]
    assert not found.served_by_templates


def test_of_nothing_there_is_nothing():
    assert measure({}) == Metrics()


def test_kinds_of_failure_are_bounded_in_number_and_letters(state):
    codes = [f"Made{n}" for n in range(200)] + ["two words", "x" * 200, "é"] * 3
    state["work"] = {"1/0": item(0, "failed", codes=codes)}
    found = measure(state)
    assert sum(found.failures.values()) == len(codes) + 3
    assert len(found.failures) <= 41
    assert found.failures[OTHER] >= 9
    assert all(kind.isascii() and " " not in kind for kind in found.failures)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = ("inspection_id", "settings", "current_iteration", "work", "collected_data", "model_calls", "trace", "failure")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_KEYS, _JSON)))
def test_a_damaged_state_is_measured_as_far_as_it_goes(damaged):
    found = measure(damaged)
    assert found.model_validate_json(found.model_dump_json()) == found
