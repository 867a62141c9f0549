import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.agents import Action, Decision, Feedback
from cloudprobe.domain.inspection import MAX_ITERATIONS, MAX_RETRIES, InspectionSettings, Outcome
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.state import initial_state, merge, work_of, work_update
from cloudprobe.domain.transitions import EDGES, FIRST, MAX_STEPS, Step, next_step
from cloudprobe.domain.work import WorkItem, WorkStatus

ID = "20261124-034200-9f86d081"


def item(status, *, number=0, iteration=1, attempt=1):
    return WorkItem(
        iteration=iteration,
        number=number,
        prompt=CodeGenerationPrompt(template="t"),
        status=status,
        attempt=attempt,
        feedback=(Feedback(source="validate", code="x", message="no"),) if status.wants_retry else (),
    )


def at(step, *, items=(), attempt=1, iteration=1, action=Action.COLLECT, **settings):
    state = initial_state(ID, "why?", InspectionSettings(**settings))
    decision = Decision(action=action, reason="", outcome=None if action is Action.COLLECT else Outcome.ANSWERED)
    return merge(
        state,
        {
            "step": step.value,
            "current_iteration": iteration,
            "attempt": attempt,
            "decision": decision.model_dump(mode="json"),
            "work": work_update(list(items)),
        },
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (at(Step.ORCHESTRATE), Step.GENERATE_PROMPT),
        (at(Step.ORCHESTRATE, action=Action.COMPLETE), Step.PROCESS_RESULTS),
        (at(Step.GENERATE_PROMPT), Step.GENERATE_CODE),
        (at(Step.GENERATE_CODE), Step.VALIDATE),
        (at(Step.VALIDATE, items=[item(WorkStatus.VALIDATED)]), Step.APPROVE),
        (at(Step.VALIDATE, items=[item(WorkStatus.REJECTED)]), Step.GENERATE_CODE),
        (
            at(Step.VALIDATE, items=[item(WorkStatus.VALIDATED), item(WorkStatus.REJECTED, number=1)]),
            Step.GENERATE_CODE,
        ),
        (at(Step.VALIDATE, items=[item(WorkStatus.REJECTED)], attempt=3), Step.ANALYZE),
        (at(Step.VALIDATE, items=[item(WorkStatus.REJECTED)], max_retries=0), Step.ANALYZE),
        (at(Step.VALIDATE, items=[item(WorkStatus.ABANDONED)]), Step.ANALYZE),
        (
            at(Step.VALIDATE, items=[item(WorkStatus.VALIDATED), item(WorkStatus.REJECTED, number=1)], attempt=3),
            Step.APPROVE,
        ),
        (at(Step.APPROVE, items=[item(WorkStatus.APPROVED)]), Step.GRANT),
        (at(Step.APPROVE, items=[item(WorkStatus.VALIDATED)]), Step.PROCESS_RESULTS),
        (at(Step.GRANT), Step.EXECUTE),
        (at(Step.EXECUTE), Step.REVOKE),
        (at(Step.REVOKE, items=[item(WorkStatus.SUCCEEDED)]), Step.ANALYZE),
        (at(Step.REVOKE, items=[item(WorkStatus.FAILED)]), Step.GENERATE_CODE),
        (at(Step.REVOKE, items=[item(WorkStatus.FAILED)], attempt=3), Step.ANALYZE),
        (at(Step.REVOKE, items=[item(WorkStatus.FAILED, iteration=1)], iteration=2), Step.ANALYZE),
        (at(Step.ANALYZE), Step.AGGREGATE),
        (at(Step.AGGREGATE), Step.ORCHESTRATE),
        (at(Step.PROCESS_RESULTS), Step.END),
    ],
)
def test_the_next_step(state, expected):
    assert next_step(state) is expected
    assert expected in EDGES[Step(state["step"])]


def test_after_a_failure_what_was_granted_is_taken_back_and_the_report_written():
    state = merge(at(Step.REVOKE, items=[item(WorkStatus.FAILED)]), {"failure": {"type": "AccessError"}})
    assert next_step(state) is Step.PROCESS_RESULTS


@given(st.data())
def test_whatever_the_probes_do_the_loop_ends_within_its_bounds(data):
    """Every answer a step could give is drawn at random; the walk must end, and never take an edge that is not there."""
    state = at(FIRST, iteration=0, attempt=0)
    step, steps = FIRST, 0
    while step is not Step.END:
        steps += 1
        assert steps <= MAX_STEPS
        state = merge(state, {"step": step.value, **_answer(step, state, data)})
        following = next_step(state)
        assert following in EDGES[step]
        assert state["current_iteration"] <= MAX_ITERATIONS
        assert state["attempt"] <= 1 + MAX_RETRIES
        step = following


def _answer(step, state, data):
    def moved(before, after):
        return {
            "work": work_update(
                [i.model_copy(update={"status": data.draw(st.sampled_from(after))}) for i in work_of(state, *before)]
            )
        }

    if step is Step.ORCHESTRATE:
        more = state["current_iteration"] < MAX_ITERATIONS and data.draw(st.booleans())
        decision = Decision(action=Action.COLLECT if more else Action.COMPLETE, reason="")
        return {"decision": decision.model_dump(mode="json")}
    if step is Step.GENERATE_PROMPT:
        iteration = state["current_iteration"] + 1
        items = [item(WorkStatus.PROMPTED, number=n, iteration=iteration) for n in range(data.draw(st.integers(0, 3)))]
        return {"current_iteration": iteration, "attempt": 0, "work": work_update(items)}
    if step is Step.GENERATE_CODE:
        waiting = (WorkStatus.PROMPTED, WorkStatus.REJECTED, WorkStatus.FAILED)
        return {"attempt": state["attempt"] + 1, **moved(waiting, [WorkStatus.GENERATED, WorkStatus.ABANDONED])}
    changes = {
        Step.VALIDATE: ((WorkStatus.GENERATED,), [WorkStatus.VALIDATED, WorkStatus.REJECTED]),
        Step.APPROVE: ((WorkStatus.VALIDATED,), [WorkStatus.APPROVED, WorkStatus.VALIDATED]),
        Step.GRANT: ((WorkStatus.APPROVED,), [WorkStatus.GRANTED]),
        Step.EXECUTE: ((WorkStatus.GRANTED,), [WorkStatus.SUCCEEDED, WorkStatus.FAILED]),
    }
    return moved(*changes[step]) if step in changes else {}


UPDATE = {
    "current_iteration": 1,
    "context": {"known": 1},
    "work": work_update([item(WorkStatus.GENERATED)]),
    "collected_data": [{"run_id": "r1", "summary": "a"}],
    "trace": [{"iteration": 1, "attempt": 1, "step": "execute"}],
}


def test_merging_an_update_twice_changes_nothing():
    once = merge(initial_state(ID, "q", InspectionSettings()), UPDATE)
    assert merge(once, UPDATE) == once


def test_merging_changes_neither_argument():
    state = initial_state(ID, "q", InspectionSettings())
    before = copy.deepcopy(state), copy.deepcopy(UPDATE)
    merge(state, UPDATE)
    assert (state, UPDATE) == before


def test_what_an_update_does_not_name_stays():
    state = merge(initial_state(ID, "q", InspectionSettings()), UPDATE)
    later = merge(state, {"collected_data": [{"run_id": "r2"}], "context": {"more": 2}})
    assert [run["run_id"] for run in later["collected_data"]] == ["r1", "r2"]
    assert later["context"] == {"known": 1, "more": 2}
    assert later["work"] == UPDATE["work"]
