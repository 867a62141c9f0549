"""Every ``RecordingStore`` behaves so."""

from datetime import UTC, datetime

import pytest

from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.ports import RecordingStore
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.recording import Recorder
from cloudprobe.testing import InMemoryRecordings

RUN = "20261124-034200-9f86d081/1/1/0"
STARTED = datetime(2026, 11, 24, 3, 42, tzinfo=UTC)
CALLS = (
    {"service": "s3", "operation": "ListBuckets", "response": {"Buckets": [{"Name": "one"}], "Owner": None}},
    {"service": "s3", "operation": "GetBucketPolicy", "parameters": {"Bucket": "one"}, "response": {"Policy": "{}"}},
    {
        "service": "s3",
        "operation": "GetBucketPolicy",
        "parameters": {"Bucket": "two"},
        "error": {"Error": {"Code": "NoSuchBucketPolicy", "Message": "none"}},
    },
)


def filled(call, index):
    defaults = {
        "index": index,
        "region": "eu-west-1",
        "account": "123456789012",
        "request_id": f"req-{index}",
        "started": STARTED.isoformat(),
        "parameters": {},
    }
    return defaults | call


@pytest.fixture(params=["files", "memory"])
def recorded(request, tmp_path) -> RecordingStore:
    """A store with one run of three calls."""
    calls = [filled(call, index) for index, call in enumerate(CALLS)]
    if request.param == "memory":
        store = InMemoryRecordings()
        store.record(RUN, calls)
        return store
    files = FileRecordings(tmp_path)
    with Recorder(files.folder(RUN)) as recorder:
        recorder.begin({"run_id": RUN})
        for call in calls:
            kind = "response" if "response" in call else "error"
            head = {name: value for name, value in call.items() if name != kind}
            recorder.record({**head, "seconds": 0.1}, kind=kind, body=wire.encode(call[kind]))
    return files


def test_calls_are_described_in_order(recorded):
    described = list(recorded.open(RUN))
    assert [(call.index, call.operation) for call in described] == [
        (0, "ListBuckets"),
        (1, "GetBucketPolicy"),
        (2, "GetBucketPolicy"),
    ]
    assert described[1].parameters == {"Bucket": "one"}
    assert described[1].account == "123456789012"
    assert described[1].region == "eu-west-1"
    assert described[1].started == STARTED.isoformat()
    assert described[1].request_id == "req-1"


def test_a_call_has_its_answer(recorded):
    calls = recorded.open(RUN)
    assert calls.call(0)["response"]["Buckets"][0]["Name"] == "one"
    assert "error" not in calls.call(0)
    assert calls.call(2)["error"]["Error"]["Code"] == "NoSuchBucketPolicy"
    assert "response" not in calls.call(2)


def test_a_call_says_what_describe_says(recorded):
    calls = recorded.open(RUN)
    described = calls.describe(1).model_dump()
    assert {name: calls.call(1)[name] for name in described} == described


def test_a_call_is_found_by_its_request_id(recorded):
    calls = recorded.open(RUN)
    assert calls.find("req-2") == 2
    assert calls.find("another") is None
    assert calls.find("") is None


@pytest.mark.parametrize("index", [3, -1, 1000])
def test_there_is_no_such_call(recorded, index):
    with pytest.raises(KeyError):
        recorded.open(RUN).call(index)
    with pytest.raises(KeyError):
        recorded.open(RUN).describe(index)


def test_a_run_without_calls(recorded):
    calls = recorded.open("20261124-034200-9f86d081/1/1/7")
    assert list(calls) == []
    assert calls.find("req-1") is None
    for ask in (calls.call, calls.describe):
        with pytest.raises(KeyError):
            ask(0)


def test_what_a_reader_changes_stays_with_it(recorded):
    calls = recorded.open(RUN)
    calls.call(0)["response"]["Buckets"].clear()
    assert calls.call(0)["response"]["Buckets"]
