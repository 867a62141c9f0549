from datetime import UTC, datetime

import pytest

from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.errors import StateCorruptedError
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.recording import Recorder

RUN = "20261124-034200-9f86d081/1/1/0"
HEAD = {
    "index": 0,
    "service": "kms",
    "operation": "GetPublicKey",
    "region": "us-east-1",
    "account": "123456789012",
    "parameters": {"Since": datetime(2026, 1, 1, tzinfo=UTC)},
    "request_id": "req-0",
    "started": "2026-11-24T03:42:00+00:00",
    "seconds": 0.1,
}


def written(tmp_path, kind, answer) -> FileRecordings:
    store = FileRecordings(tmp_path)
    with Recorder(store.folder(RUN)) as recorder:
        recorder.begin({})
        recorder.record(HEAD, kind=kind, body=wire.encode(answer))
    return store


def test_a_recording_stands_below_its_run(tmp_path):
    assert FileRecordings(tmp_path).folder(RUN) == tmp_path / RUN / "recording"


def test_values_are_plain_json(tmp_path):
    answer = {
        "Text": b"text",
        "Bytes": b"\xff\x00",
        "When": datetime(2026, 1, 2, tzinfo=UTC),
        "List": [{"n": 1.5}],
        "No": None,
    }
    call = written(tmp_path, "response", answer).open(RUN).call(0)
    assert call["response"] == {
        "Text": "text",
        "Bytes": "/wA=",
        "When": "2026-01-02T00:00:00+00:00",
        "List": [{"n": 1.5}],
        "No": None,
    }
    assert call["parameters"] == {"Since": "2026-01-01T00:00:00+00:00"}


def test_a_call_that_got_no_answer_shows_why(tmp_path):
    fault = {"type": "ReadTimeoutError", "message": "no answer in 60 s", "arguments": {}}
    call = written(tmp_path, "fault", fault).open(RUN).call(0)
    assert call["error"]["Error"] == {"Code": "ReadTimeoutError", "Message": "no answer in 60 s"}


def test_a_damaged_recording_says_so(tmp_path):
    store = written(tmp_path, "response", {})
    (segment,) = store.folder(RUN).iterdir()
    segment.write_bytes(b"not deflated")
    with pytest.raises(StateCorruptedError, match=str(segment)):
        store.open(RUN)


def test_a_discarded_recording_can_be_made_again(tmp_path):
    store = written(tmp_path, "response", {})
    store.discard(RUN)
    assert list(store.open(RUN)) == []
    store.discard(RUN)
    with Recorder(store.folder(RUN)):
        pass


@pytest.mark.parametrize("run", ["", "../x", "/etc", "a//b"])
def test_what_names_no_run(tmp_path, run):
    with pytest.raises(StateCorruptedError, match="names no run"):
        FileRecordings(tmp_path).open(run)
