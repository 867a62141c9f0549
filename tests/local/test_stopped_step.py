"""A step that stopped half-way, on request, begins afresh when the inspection is carried on."""

import contextlib
import dataclasses
import threading

import pytest

from cloudprobe.agents.code_executor import CodeExecutor
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.run import RunOutcome, RunStatus
from cloudprobe.errors import InspectionInterruptedError
from cloudprobe.local.engine import InProcessEngine
from cloudprobe.testing import FakeRunner, InMemoryArtifactStore, InMemoryStateStore, success
from tests.parity.scenarios import ports_for


def test_a_run_that_was_cancelled_is_run_again(tmp_path):
    ports, states = ports_for("success", InMemoryArtifactStore()), InMemoryStateStore()
    runner = FakeRunner(RunOutcome(run_id="", status=RunStatus.CANCELLED), success())
    ports = dataclasses.replace(ports, code_executor=CodeExecutor(runner))
    engine = InProcessEngine(
        ports,
        states,
        folder=lambda identifier: tmp_path / identifier,
        lock=lambda _: contextlib.nullcontext(),
        cancel=threading.Event(),
    )
    identifier = engine.start("q", InspectionSettings(account="123456789012"))
    with pytest.raises(InspectionInterruptedError, match="resume"):
        engine.run(identifier)
    assert ports.grantor.active == {}
    assert states.load(identifier).status is InspectionStatus.INTERRUPTED

    report = engine.run(identifier)

    assert report.outcome is Outcome.NOTHING_FOUND
    assert len(runner.requests) == 2
    assert [request.run_id for request in ports.grantor.granted] == [f"{identifier}/1/1/0"] * 2
    assert ports.grantor.active == {}
