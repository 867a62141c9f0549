"""A recording as one file: what went in comes out, and what somebody made up is refused."""

import os
import zipfile

import pytest

from cloudprobe.errors import StateCorruptedError
from cloudprobe.sandbox.recording import Recorder
from cloudprobe.sandbox.recording_file import begin, opened, pack

CALL = {
    "index": 0,
    "service": "s3",
    "operation": "ListBuckets",
    "region": "us-east-1",
    "account": "123456789012",
    "parameters": {},
    "request_id": "r",
    "started": "2026-11-24T03:42:00+00:00",
    "seconds": 0.1,
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "parts"
    begin(folder, {"variables": {"a": 1}})
    with Recorder(folder) as recorder:
        recorder.begin({"region": "us-east-1"})
        recorder.record(CALL, kind="response", body=b'{"Buckets":[]}')
    return folder


def test_a_file_and_the_folder_it_was_packed_from(folder, tmp_path):
    path = tmp_path / "run.recording"
    pack(folder, path)
    for source in (path, folder):
        with opened(source) as found:
            assert found.about["variables"] == {"a": 1}
            assert [call.operation for call in found.recording] == ["ListBuckets"]
    first = path.read_bytes()
    pack(folder, path)
    assert path.read_bytes() == first
    assert sorted(one.name for one in tmp_path.iterdir()) == ["parts", "run.recording"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", os.urandom(64)], ids=["empty", "cut", "json", "noise"])
def test_what_is_no_recording(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(StateCorruptedError), opened(path):
        pass


@pytest.mark.parametrize(
    ("name", "compression"),
    [
        ("../run.json", zipfile.ZIP_STORED),
        ("/etc/x", zipfile.ZIP_STORED),
        ("other.txt", zipfile.ZIP_STORED),
        ("000001.jsonl.z", zipfile.ZIP_DEFLATED),
    ],
)
def test_an_entry_that_does_not_belong(folder, tmp_path, name, compression):
    path = tmp_path / "x"
    pack(folder, path)
    with zipfile.ZipFile(path, "a", compression=compression) as archive:
        archive.writestr(name, "x" * 100)
    with pytest.raises(StateCorruptedError), opened(path):
        pass
    assert sorted(one.name for one in tmp_path.iterdir()) == ["parts", "x"]


def test_a_changed_byte_is_noticed(folder, tmp_path):
    path = tmp_path / "x"
    pack(folder, path)
    data = bytearray(path.read_bytes())
    data[data.index(b"jsonl.z") + 30] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(StateCorruptedError), opened(path):
        pass
