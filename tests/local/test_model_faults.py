"""A model that fails ends the inspection with what was found until then, and it goes on from there later."""

import contextlib
import dataclasses
import threading

import pytest

from cloudprobe import errors
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus, Outcome
from cloudprobe.local.engine import InProcessEngine
from cloudprobe.testing import InMemoryArtifactStore, InMemoryStateStore
from tests.parity.scenarios import ports_for

METHODS = {
    "orchestrator": "decide",
    "prompt_generator": "generate",
    "code_generator": "generate",
    "discovery_analyst": "analyze",
}
FAULTS = {
    errors.ModelAccessError: Outcome.NO_ACCESS,
    errors.ModelAnswerError: Outcome.UNANSWERED,
    errors.ModelNotRecordedError: Outcome.UNANSWERED,
    errors.ModelOverflowError: Outcome.UNANSWERED,
    errors.ModelRefusedError: Outcome.UNANSWERED,
    errors.ModelThrottledError: Outcome.NO_ACCESS,
    errors.ModelUnavailableError: Outcome.NO_ACCESS,
}


class Failing:
    """An agent that raises in one of its turns, counted from 1."""

    def __init__(self, agent, method, error, turn=1):
        self.turns = 0

        def answer(given):
            self.turns += 1
            if self.turns == turn:
                raise error("The model has failed.", hint="Carry on with `cloudprobe resume`.")
            return getattr(agent, method)(given)

        setattr(self, method, answer)


@pytest.fixture
def inspection(tmp_path):
    """Starts one in which an agent fails; gives the engine, its id, its ports and stores."""

    def started(role, error, turn=1):
        ports = ports_for("success", InMemoryArtifactStore())
        failing = Failing(getattr(ports, role), METHODS[role], error, turn)
        ports = dataclasses.replace(ports, **{role: failing})
        states = InMemoryStateStore()
        engine = InProcessEngine(
            ports,
            states,
            folder=lambda identifier: tmp_path / identifier,
            lock=lambda _: contextlib.nullcontext(),
            cancel=threading.Event(),
        )
        return engine, engine.start("q", InspectionSettings(account="123456789012")), ports, states, failing

    return started


CASES = [
    *[("code_generator", error) for error in FAULTS],
    *[(role, errors.ModelThrottledError) for role in METHODS if role != "code_generator"],
]


@pytest.mark.parametrize(("role", "error"), CASES, ids=[f"{role}-{error.__name__}" for role, error in CASES])
def test_it_ends_with_a_partial_report_and_goes_on_later(inspection, role, error):
    engine, identifier, ports, states, failing = inspection(role, error)

    report = engine.run(identifier)

    assert report.outcome is FAULTS[error]
    assert report.outcome.exit_code == error.exit_code
    assert "The model has failed." in report.model_dump_json()
    assert ports.grantor.active == {}
    assert states.load(identifier).status is InspectionStatus.FINISHED
    assert states.load(identifier).may_go_on
    assert failing.turns == 1, "what asks a model is not done again by itself"

    resumed = engine.run(identifier)

    assert resumed.outcome is Outcome.NOTHING_FOUND
    assert states.load(identifier).status is InspectionStatus.FINISHED
    assert not states.load(identifier).may_go_on
    assert ports.grantor.active == {}
    assert len(ports.grantor.granted) == 1, "what was run is not run again"
    assert "The model has failed." not in resumed.model_dump_json()


def test_a_model_that_fails_after_a_run_keeps_what_the_run_found(inspection):
    engine, identifier, ports, _, _ = inspection("orchestrator", errors.ModelUnavailableError, turn=2)
    report = engine.run(identifier)
    assert report.outcome is Outcome.NO_ACCESS
    assert [run.status for run in report.runs]
    assert engine.run(identifier).outcome is Outcome.NOTHING_FOUND
    assert len(ports.grantor.granted) == 1
