"""What the fakes do beyond their ports; the ports themselves are judged by ``tests/conformance``."""

import pytest

from cloudprobe.domain.probe import ProbeResult
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.run import Grant, GrantRequest, RunOutcome, RunRequest, RunStatus
from cloudprobe.errors import SandboxUnavailableError, ThrottledError
from cloudprobe.ports import Observer, ProbeRunner
from cloudprobe.testing import (
    EPOCH,
    FakeClock,
    FakeGrantor,
    FakeRunner,
    InMemoryArtifactStore,
    InMemoryRecordings,
    NullObserver,
    RecordingObserver,
    success,
)

RUN = "20261124-034200-9f86d081/1/1/0"


def run_request(run_id=RUN):
    grant = Grant(run_id=run_id, role_arn="arn:aws:iam::000000000000:role/x", external_id="x", expires="2026")
    return RunRequest(run_id=run_id, script="print('{}')", permit={}, grant=grant, region="us-east-1")


def test_a_clock_stands_still_until_it_is_moved():
    clock = FakeClock()
    assert clock.now() == clock.now() == EPOCH
    clock.advance(90)
    clock.sleep(0.5)
    assert clock.monotonic() == 90.5
    assert (clock.now() - EPOCH).total_seconds() == 90.5
    assert clock.sleeps == [0.5]


def test_artefacts_can_be_looked_at():
    store = InMemoryArtifactStore()
    store.put("one/a", b"x")
    assert store.contents == {"one/a": b"x"}


def test_a_grantor_fails_as_often_as_told_and_keeps_count():
    grantor = FakeGrantor(failures=[ThrottledError("later")], revoke_failures=[ThrottledError("later")])
    request = GrantRequest(run_id=RUN, policy={}, policy_digest="0")
    with pytest.raises(ThrottledError):
        grantor.grant(request)
    assert grantor.active == {}
    assert grantor.grant(request).run_id == RUN
    with pytest.raises(ThrottledError):
        grantor.revoke(RUN)
    assert set(grantor.active) == {RUN}
    grantor.revoke(RUN)
    assert grantor.active == {}
    assert grantor.granted == [request, request]
    assert grantor.revoked == [RUN, RUN]


def test_a_runner_follows_its_script_and_then_succeeds():
    failure = RunOutcome(run_id="", status=RunStatus.FAILED)
    runner: ProbeRunner = FakeRunner(
        failure,
        SandboxUnavailableError("nothing isolates"),
        lambda request: success(ProbeResult(facts={"region": request.region})),
    )
    assert runner.run(run_request()) == failure.model_copy(update={"run_id": RUN})
    with pytest.raises(SandboxUnavailableError):
        runner.run(run_request())
    assert runner.run(run_request()).result.facts == {"region": "us-east-1"}
    last = runner.run(run_request("20261124-034200-9f86d081/2/1/0"))
    assert last.status is RunStatus.SUCCEEDED
    assert last.run_id == "20261124-034200-9f86d081/2/1/0"
    assert len(runner.requests) == 4


def test_recordings_fill_in_what_a_test_does_not_care_about():
    recordings = InMemoryRecordings()
    recordings.record(RUN, [{"service": "s3", "operation": "ListBuckets"}])
    call = recordings.open(RUN).call(0)
    assert call["response"] == {}
    assert call["request_id"] == "request-0"
    assert call["region"] == "us-east-1"


def test_observers():
    event = ProgressEvent(kind="call", inspection_id="x")
    recording: Observer = RecordingObserver()
    silent: Observer = NullObserver()
    recording.notify(event)
    silent.notify(event)
    assert recording.events == recording.of("call") == [event]
    assert recording.of("retry") == []
