import datetime as dt
import json
import zlib

import pytest

from cloudprobe.errors import StateCorruptedError, StoreError
from cloudprobe.sandbox import recording as module
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.recording import Recorder, Recording


def call(index, **changes):
    return {
        "index": index,
        "service": "s3",
        "operation": "ListBuckets",
        "region": "us-east-1",
        "account": "123456789012",
        "parameters": {"when": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        "request_id": f"id-{index}",
        "started": "2026-01-01T00:00:00.000001+00:00",
        "seconds": 0.25,
        "retries": 0,
        "denied": "",
        **changes,
    }


def write(folder, count, *, size=10, close=True):
    recorder = Recorder(folder)
    recorder.begin({"started": "2026-01-01T00:00:00.000000+00:00"})
    for index in range(count):
        recorder.record(call(index), kind="response", body=wire.encode({"n": index, "x": "y" * size}))
    if close:
        recorder.close()
    return recorder


def test_calls_are_found_by_index_and_by_request_id(tmp_path):
    write(tmp_path / "r", 10)
    recording = Recording.load(tmp_path / "r")
    assert [c.index for c in recording] == list(range(10))
    assert len(recording) == 10
    found = recording.call(recording.find("id-7"))
    assert found.response == {"n": 7, "x": "y" * 10}
    assert found.parameters == {"when": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    assert found.started == dt.datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=dt.UTC)
    assert found.answered == 1_767_225_600_250_001
    assert recording.find("nobody") is None
    with pytest.raises(KeyError):
        recording.call(10)


def test_segments_are_rotated_and_read_across(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SEGMENT_BYTES", 1000)
    write(tmp_path / "r", 60, size=100)
    assert len(list((tmp_path / "r").glob("*.z"))) > 10
    recording = Recording.load(tmp_path / "r")
    for index in (0, 59, 30, 1, 58):
        assert recording.call(index).response["n"] == index
    assert [c.index for c in recording] == list(range(60))


def test_a_killed_run_keeps_its_evidence(tmp_path):
    recorder = write(tmp_path / "r", 5, close=False)
    assert [c.index for c in Recording.load(tmp_path / "r")] == list(range(5))
    (segment,) = (tmp_path / "r").glob("*.z")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-12])
    assert [c.index for c in Recording.load(tmp_path / "r")] == list(range(4))
    recorder.close()


def test_the_order_of_answers_is_not_the_order_of_questions(tmp_path):
    with Recorder(tmp_path / "r") as recorder:
        recorder.begin({})
        for index in (2, 0, 1):
            recorder.record(call(index), kind="error", body=b'{"Error":{"Code":"No"}}')
    recording = Recording.load(tmp_path / "r")
    assert [c.index for c in recording] == [2, 0, 1]
    assert recording.call(0).error == {"Error": {"Code": "No"}}


def test_a_folder_is_recorded_to_once(tmp_path):
    write(tmp_path / "r", 1)
    with pytest.raises(StoreError, match="already holds"):
        Recorder(tmp_path / "r")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Recorder(tmp_path / "file" / "r")


def test_a_full_disk_is_told(tmp_path):
    recorder = Recorder(tmp_path / "r")
    recorder.begin({})
    recorder._file.close()
    recorder._file = open("/dev/full", "wb", buffering=0)  # noqa: PTH123, SIM115  # a disk that is always full
    with pytest.raises(StoreError, match="cannot be written"):
        recorder.record(call(0), kind="response", body=b"{}")
    recorder._file.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        zlib.compress(b"not json\n"),
        zlib.compress(b"[]\n"),
        zlib.compress(b'{"version": 99}\n'),
        zlib.compress(b'{"version": 2'),
    ],
)
def test_what_is_no_recording_is_said_so(content, tmp_path):
    (tmp_path / "000000.jsonl.z").write_bytes(content)
    with pytest.raises(StateCorruptedError):
        Recording.load(tmp_path)


def test_nothing_there(tmp_path):
    with pytest.raises(StateCorruptedError, match="holds no recording"):
        Recording.load(tmp_path)


def test_a_changed_call_is_noticed(tmp_path):
    header = json.dumps({"version": 2}) + "\n"
    (tmp_path / "000000.jsonl.z").write_bytes(zlib.compress((header + '{"index": 0, "request_id": "x"}\n').encode()))
    with pytest.raises(StateCorruptedError, match="damaged"):
        list(Recording.load(tmp_path))


def test_a_recording_says_how_its_run_ended_and_without_that_is_a_fragment(tmp_path):
    recorder = write(tmp_path / "r", 3, close=False)
    assert Recording.load(tmp_path / "r").ended == ""
    recorder.finish("succeeded")
    recording = Recording.load(tmp_path / "r")
    assert (recording.ended, len(recording)) == ("succeeded", 3)
    assert [c.index for c in recording] == [0, 1, 2]
    with pytest.raises(StoreError, match="finished"):
        recorder.record(call(3), kind="response", body=b"{}")
    recorder.close()
    assert len(list((tmp_path / "r").glob("*.z"))) == 1


def test_a_recording_that_lost_a_part_is_a_fragment_or_damaged_but_never_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SEGMENT_BYTES", 1000)
    recorder = write(tmp_path / "r", 30, size=100, close=False)
    recorder.finish("succeeded")
    recorder.close()
    segments = sorted((tmp_path / "r").glob("*.z"))
    assert Recording.load(tmp_path / "r").ended == "succeeded"
    for number, segment in enumerate(segments):
        content = segment.read_bytes()
        for cut in (1, 5, 12, len(content) // 2):
            segment.write_bytes(content[:-cut])
            try:
                ended = Recording.load(tmp_path / "r").ended
            except StateCorruptedError:
                ended = ""
            assert ended == "", (number, cut)
        segment.unlink()
        try:
            ended = Recording.load(tmp_path / "r").ended
        except StateCorruptedError:
            ended = ""
        assert ended == "", number
        segment.write_bytes(content + b"more")
        with pytest.raises(StateCorruptedError):
            Recording.load(tmp_path / "r").check()
        segment.write_bytes(content)
    assert Recording.load(tmp_path / "r").ended == "succeeded"


def test_only_the_last_segment_may_be_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SEGMENT_BYTES", 1000)
    write(tmp_path / "r", 30, size=100)
    first = min((tmp_path / "r").glob("*.z"))
    first.write_bytes(first.read_bytes()[:-8])
    with pytest.raises(StateCorruptedError, match="does not end where it should"):
        Recording.load(tmp_path / "r").check()
