"""A step that stopped half-way, on request, begins afresh when the inspection is carried on."""

import contextlib
import dataclasses
import threading

import pytest

from cloudprobe.adapters.local.approvals import FileApprovals, LocalApprover
from cloudprobe.agents.code_executor import CodeExecutor
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.run import RunOutcome, RunStatus
from cloudprobe.errors import ApprovalNeededError, InspectionInterruptedError
from cloudprobe.local.engine import InProcessEngine
from cloudprobe.testing import FakeClock, FakeRunner, InMemoryArtifactStore, InMemoryStateStore, success
from tests.parity.scenarios import ports_for


@pytest.fixture
def runner():
    return FakeRunner(RunOutcome(run_id="", status=RunStatus.CANCELLED), success())


@pytest.fixture
def ports(runner):
    ports = ports_for("success", InMemoryArtifactStore())
    return dataclasses.replace(ports, code_executor=CodeExecutor(runner))


@pytest.fixture
def states():
    return InMemoryStateStore()


@pytest.fixture
def engine_with(ports, states, tmp_path):
    def made(approver=None):
        return InProcessEngine(
            dataclasses.replace(ports, approver=approver),
            states,
            folder=lambda identifier: tmp_path / identifier,
            lock=lambda _: contextlib.nullcontext(),
            cancel=threading.Event(),
        )

    return made


def test_a_run_that_was_cancelled_is_run_again(engine_with, ports, states, runner):
    engine = engine_with()
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


def test_an_approval_that_was_revoked_meanwhile_is_asked_again(engine_with, ports, runner, tmp_path):
    approvals = FileApprovals(tmp_path / "approvals", clock=FakeClock())
    engine = engine_with(LocalApprover(approvals, ask=lambda _: True))
    identifier = engine.start("q", InspectionSettings(account="123456789012", approve="new"))
    with pytest.raises(InspectionInterruptedError):
        engine.run(identifier)
    approvals.revoke(approvals.list()[0].id)
    with pytest.raises(ApprovalNeededError):
        engine_with(LocalApprover(approvals)).run(identifier)
    assert len(ports.grantor.granted) == 1
    assert len(runner.requests) == 1
    assert ports.grantor.active == {}
