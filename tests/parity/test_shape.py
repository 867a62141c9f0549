"""The state machine and the graph are the same loop: same steps, same edges, same way out, same retries."""

import json
import re
from pathlib import Path

import pytest

from cloudprobe import errors
from cloudprobe.domain.transitions import EDGES, ON_FAILURE, Step
from cloudprobe.local.graph import RETRY, build_graph
from cloudprobe.steps.table import STEPS

ASL = json.loads((Path(__file__).parents[2] / "statemachine" / "inspection.asl.json").read_text())
STATES = ASL["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
WAY_OUT = {"Ended well?": Step.END}


def step_of(state_name):
    return WAY_OUT.get(state_name) or Step(state_name.lower().replace(" ", "_"))


def successors(state_name):
    """Steps after a task, seen through the choice that follows it, each with the value of ``next`` that leads there."""
    following = TASKS[state_name]["Next"]
    if following in TASKS or following in WAY_OUT:
        return {step_of(following): None}
    return {
        step_of(choice["Next"]): re.search(r"next = '(\w+)'", choice["Condition"])[1]
        for choice in STATES[following]["Choices"]
    }


def test_the_machine_has_exactly_the_steps():
    assert {step_of(name) for name in TASKS} == set(STEPS) == set(EDGES)
    assert step_of(ASL["StartAt"]) is Step.ORCHESTRATE


@pytest.mark.parametrize("name", sorted(TASKS))
def test_the_machine_has_exactly_the_edges(name):
    found = successors(name)
    assert set(found) == set(EDGES[step_of(name)])
    assert all(value is None or Step(value) is step for step, value in found.items())


@pytest.mark.parametrize("name", sorted(TASKS))
def test_the_machine_leaves_a_failed_step_as_the_graph_does(name):
    step = step_of(name)
    catch = TASKS[name].get("Catch", [])
    if step is Step.PROCESS_RESULTS:
        assert not catch
        return
    [entry] = catch
    assert entry["ErrorEquals"] == ["States.ALL"]
    assert step_of(entry["Next"]) is (Step.PROCESS_RESULTS if step is ON_FAILURE else ON_FAILURE)
    assert f"'step': '{step.value}'" in entry["Output"]


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_has_a_time_limit_and_retries_what_the_graph_retries(name):
    task = TASKS[name]
    assert task["TimeoutSeconds"] > 0
    [ours] = [entry for entry in task["Retry"] if "ThrottledError" in entry["ErrorEquals"]]
    temporary = {n for n, e in vars(errors).items() if isinstance(e, type) and issubclass(e, errors.TemporaryError)}
    assert set(ours["ErrorEquals"]) == temporary - {"TemporaryError"}
    assert ours["MaxAttempts"] == RETRY.max_attempts - 1
    assert ours["BackoffRate"] == RETRY.backoff_factor
    assert ours["JitterStrategy"] == "FULL"


def test_the_graph_has_exactly_the_edges():
    graph = build_graph(STEPS, ports=None).get_graph()
    name = {"__start__": None, "__end__": "end"}
    drawn = {
        (edge.source, name.get(edge.target, edge.target))
        for edge in graph.edges
        if edge.source in list(Step) and not edge.target.startswith("__error")
    }
    assert drawn == {(step.value, target.value) for step, targets in EDGES.items() for target in targets}


def test_every_state_is_described():
    text = (Path(__file__).parents[2] / "statemachine" / "README.md").read_text()
    assert [name for name in STATES if name not in text] == []
