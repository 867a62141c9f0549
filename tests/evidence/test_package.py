import dataclasses
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zlib

import pytest

from cloudprobe.errors import RefusedError, UnansweredError
from cloudprobe.evidence import archive, package
from cloudprobe.evidence.archive import unpack
from cloudprobe.evidence.manifest import Manifest
from cloudprobe.evidence.replaying import replay_all
from cloudprobe.evidence.verification import verify


def unpacked(path):
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def inside(path, name):
    return next(data for member, data in unpacked(path).items() if member.endswith(name))


def sealed(tar: bytes) -> bytes:
    """Any tar archive, compressed and given the digest that makes it look like one of ours."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(tar) + deflate.flush()
    body += zlib.crc32(tar).to_bytes(4, "little") + (len(tar) & 0xFFFFFFFF).to_bytes(4, "little")
    return archive._FIXED + b"sha256=" + hashlib.sha256(body).hexdigest().encode() + b"\x00" + body


def test_the_same_inspection_gives_the_same_bytes(inspected, packed, tmp_path):
    again = tmp_path / "again.tar.gz"
    assert package.export(inspected.record(), again) == archive.file_sha256(packed)
    assert again.read_bytes() == packed.read_bytes()


def test_any_tool_unpacks_it_and_finds_everything(packed, inspected):
    assert gzip.decompress(packed.read_bytes())
    names = {name.partition("/")[2] for name in unpacked(packed)}
    folder = "runs/1-1-0"
    of_run = ("probe.py", "variables.json", "policy.json", "permit.json", "requirements.txt", "outcome.json")
    assert {f"{folder}/{name}" for name in of_run} | {f"{folder}/recording/000000.jsonl.z"} <= names
    assert {"README.md", "manifest.json", "SHA256SUMS", "inventory.json"} <= names
    assert {"report.json", "report.md", "report.html"} <= names


def test_sha256sum_agrees(packed, tmp_path):
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    checked = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert checked.returncode == 0, checked.stdout


def test_a_script_of_it_runs_under_plain_python_and_says_the_same(packed, inspected, tmp_path):
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path, filter="data")
    folder = next(tmp_path.glob("*/runs/1-1-0"))
    ran = subprocess.run(
        [sys.executable, "probe.py"],
        cwd=folder,
        input=(folder / "variables.json").read_bytes(),
        capture_output=True,
        env=inspected.seeded.access.environment(),
    )
    assert ran.returncode == 0, ran.stderr
    then = json.loads((folder / "outcome.json").read_text())["result"]
    now = json.loads(ran.stdout)
    assert now["facts"]["summary"] == then["facts"]["summary"]
    assert [f["resource"] for f in now["findings"]] == [f["resource"] for f in then["findings"]]


def test_the_readme_names_every_step_by_one_command(packed):
    text = inside(packed, "README.md").decode()
    for command in (
        "cloudprobe verify ",
        "cloudprobe replay ",
        "cloudprobe rerun ",
        "python probe.py < variables.json",
    ):
        assert command in text
    assert "boto3==" in inside(packed, "requirements.txt").decode()


def test_a_whole_package_is_verified(packed):
    found = verify(packed, replay=True)
    assert found.ok, found.to_json()
    assert [check.name for check in found.checks] == ["whole", "chain", "evidence", "replay"]
    assert all(check.count for check in found.checks)
    assert not any(check.notes for check in found.checks)


def test_the_digest_that_was_told_is_compared(packed):
    assert verify(packed, sha256=archive.file_sha256(packed)).ok
    assert not verify(packed, sha256="0" * 64).ok


def test_one_changed_byte_anywhere_in_the_file_is_noticed(packed, tmp_path):
    data = packed.read_bytes()
    changed = tmp_path / "changed.tar.gz"
    steps = {*range(120), *range(0, len(data), max(1, len(data) // 150)), *range(len(data) - 20, len(data))}
    for position in steps:
        for bit in (0, 7):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            changed.write_bytes(flipped)
            assert not verify(changed).ok, (position, bit)


def test_a_cut_or_longer_file_is_noticed(packed, tmp_path):
    data = packed.read_bytes()
    changed = tmp_path / "changed.tar.gz"
    for content in (b"", data[:5], data[:84], data[: len(data) // 2], data[:-1], data + b"\x00", data + data):
        changed.write_bytes(content)
        assert not verify(changed).ok, len(content)


def repacked(packed, path, change):
    """The package with its members changed, written as export writes, so that only what is inside can tell."""
    members = change(unpacked(packed))
    archive.write(path, members)
    return path


def test_one_changed_byte_of_any_member_is_noticed(packed, tmp_path):
    members = unpacked(packed)
    for name, content in members.items():
        for position in sorted({0, len(content) // 2, len(content) - 1}):
            flipped = bytearray(content)
            flipped[position] ^= 1
            path = repacked(packed, tmp_path / "p.tar.gz", lambda m, n=name, f=flipped: {**m, n: bytes(f)})
            assert not verify(path).ok, (name, position)


def test_a_missing_or_additional_member_is_noticed(packed, tmp_path):
    members = unpacked(packed)
    top = next(iter(members)).partition("/")[0]
    for name in members:
        path = repacked(packed, tmp_path / "p.tar.gz", lambda m, n=name: {k: v for k, v in m.items() if k != n})
        assert not verify(path).ok, name
    for name in (f"{top}/extra", f"{top}/runs/1-1-0/recording/000001.jsonl.z", "other/file", "loose"):
        path = repacked(packed, tmp_path / "p.tar.gz", lambda m, n=name: {**m, n: b"x"})
        assert not verify(path).ok, name


def resummed(members):
    """Manifest and sums made to fit what somebody changed."""
    top = next(iter(members)).partition("/")[0]
    own = {name.removeprefix(f"{top}/"): data for name, data in members.items()}
    manifest = json.loads(own["manifest.json"])
    named = [name for name in sorted(own) if name not in {"manifest.json", "SHA256SUMS"}]
    manifest["files"] = [{"path": n, "size": len(own[n]), "sha256": hashlib.sha256(own[n]).hexdigest()} for n in named]
    own["manifest.json"] = (json.dumps(manifest) + "\n").encode()
    sums = {n: hashlib.sha256(d).hexdigest() for n, d in own.items() if n != "SHA256SUMS"}
    own["SHA256SUMS"] = "".join(f"{digest}  {n}\n" for n, digest in sorted(sums.items())).encode()
    return {f"{top}/{name}": data for name, data in own.items()}


def edited(name, old, new):
    def change(members):
        key = next(k for k in members if k.endswith(name))
        assert old in members[key]
        return resummed({**members, key: members[key].replace(old, new, 1)})

    return change


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("probe.py", b"import json", b"import json ", id="script"),
        pytest.param("policy.json", b"s3:GetBucketAcl", b"s3:GetBucketTagging", id="policy"),
        pytest.param("permit.json", b'"script_digest": "', b'"script_digest": "0', id="permit"),
        pytest.param("variables.json", b"{", b'{"more": 1, ', id="variables"),
        pytest.param("report.json", b'"severity": "critical"', b'"severity": "low"', id="severity"),
        pytest.param("report.json", b"/response/", b"/error/", id="pointer"),
        pytest.param("outcome.json", b'"severity": "critical"', b'"severity": "info"', id="claim"),
    ],
)
def test_what_no_longer_hangs_together_is_noticed_though_every_digest_fits(packed, tmp_path, name, old, new):
    path = repacked(packed, tmp_path / "p.tar.gz", edited(name, old, new))
    found = verify(path)
    assert found.checks[0].ok, found.to_json()
    assert not found.ok


def test_a_changed_answer_of_the_account_is_noticed(packed, tmp_path):
    def change(members):
        key = next(k for k in members if k.endswith("000000.jsonl.z"))
        inflate = zlib.decompressobj()
        text = inflate.decompress(members[key])
        assert b"AllUsers" in text
        return resummed({**members, key: zlib.compress(text.replace(b"AllUsers", b"NoUsersX"))})

    assert not verify(repacked(packed, tmp_path / "p.tar.gz", change)).ok


def tar_of(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def member(name, kind=tarfile.REGTYPE, **attributes):
    info = tarfile.TarInfo(name)
    info.type = kind
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info, b"" if kind != tarfile.REGTYPE else b"x"


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(member("../outside"), id="parent"),
        pytest.param(member("p/../../outside"), id="inner-parent"),
        pytest.param(member("/tmp/outside"), id="absolute"),
        pytest.param(member("p/link", tarfile.SYMTYPE, linkname="/etc/passwd"), id="symlink"),
        pytest.param(member("p/link", tarfile.LNKTYPE, linkname="p/a"), id="hard-link"),
        pytest.param(member("p/device", tarfile.CHRTYPE), id="device"),
        pytest.param(member("p/pipe", tarfile.FIFOTYPE), id="fifo"),
        pytest.param(member("p/folder", tarfile.DIRTYPE), id="folder"),
        pytest.param(member("p/file", mode=0o4755), id="set-uid"),
        pytest.param(member("p/file", uid=1000), id="owner"),
        pytest.param(member("p/file", mtime=1), id="time"),
        pytest.param(member("p/.hidden"), id="hidden"),
        pytest.param(member("p/\x1b[31m"), id="escape"),
    ],
)
def test_nothing_but_plain_files_in_their_place_is_taken(hostile, tmp_path):
    path, folder = tmp_path / "p.tar.gz", tmp_path / "out"
    path.write_bytes(sealed(tar_of(hostile)))
    folder.mkdir()
    with pytest.raises(RefusedError):
        unpack(path, folder)
    assert not (tmp_path / "outside").exists()
    assert not [entry for entry in folder.rglob("*") if entry.is_symlink()]


def test_names_twice_out_of_order_or_behind_the_end_are_refused(tmp_path):
    once = tar_of(member("p/a"))
    for tar in (
        tar_of(member("p/a"), member("p/a")),
        tar_of(member("p/b"), member("p/a")),
        once + tar_of(member("p/z")),
        once[:-1] + b"x",
        once[:600],
    ):
        path = tmp_path / "p.tar.gz"
        path.write_bytes(sealed(tar))
        folder = tmp_path / hashlib.sha256(tar).hexdigest()
        folder.mkdir()
        with pytest.raises(RefusedError):
            unpack(path, folder)


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path):
    info = tarfile.TarInfo("p/zeros")
    info.size = 512 * 1024 * 1024
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(info.tobuf(tarfile.USTAR_FORMAT))
    body += b"".join(deflate.compress(bytes(1 << 20)) for _ in range(512)) + deflate.flush() + bytes(8)
    path, folder = tmp_path / "p.tar.gz", tmp_path / "out"
    path.write_bytes(archive._FIXED + b"sha256=" + hashlib.sha256(body).hexdigest().encode() + b"\x00" + body)
    folder.mkdir()
    with pytest.raises(RefusedError, match="far too large"):
        unpack(path, folder)
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 80 * 1024 * 1024


def test_a_bomb_in_a_recording_is_refused(packed, tmp_path):
    def change(members):
        key = next(k for k in members if k.endswith("000000.jsonl.z"))
        return resummed({**members, key: zlib.compress(bytes(200 * 1024 * 1024), 9)})

    found = verify(repacked(packed, tmp_path / "p.tar.gz", change))
    assert "too large" in found.checks[0].problems[0]


def test_a_run_that_leads_out_of_the_package_is_refused(packed, tmp_path):
    """As manifest and folder names may say anything."""

    def change(members):
        key = next(k for k in members if k.endswith("manifest.json"))
        manifest = json.loads(members[key])
        manifest["runs"][0] |= {"run_id": f"{manifest['inspection_id']}/..", "folder": "runs/.."}
        return resummed({**members, key: json.dumps(manifest).encode()})

    found = verify(repacked(packed, tmp_path / "p.tar.gz", change))
    assert "is no run" in found.checks[0].problems[0]


@pytest.mark.parametrize(
    "recorded",
    [
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"version": 1}', id="no-region"),
        pytest.param(b'{"version": 1, "script_digest": "x", "region": 7, "started": "never"}', id="wrong-types"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_recording_that_somebody_made_up_ends_in_a_problem_not_in_a_crash(packed, tmp_path, recorded):
    def change(members):
        key = next(k for k in members if k.endswith("000000.jsonl.z"))
        return resummed({**members, key: zlib.compress(recorded + b"\n")})

    path = repacked(packed, tmp_path / "p.tar.gz", change)
    assert not verify(path, replay=True).ok
    with package.opened(path) as found:
        assert [run.verdict for run in replay_all(found.record)] == ["different"]


def test_somebody_elses_archive_is_no_package(tmp_path):
    for name, content in {"a.tar.gz": gzip.compress(tar_of(member("p/a"))), "b.zip": b"PK\x03\x04", "c": b"no"}.items():
        (tmp_path / name).write_bytes(content)
        assert not verify(tmp_path / name).ok


def test_a_manifest_names_everything_once(packed):
    manifest = Manifest.model_validate_json(inside(packed, "manifest.json"))
    members = {name.partition("/")[2] for name in unpacked(packed)}
    assert {file.path for file in manifest.files} == members - {"manifest.json", "SHA256SUMS"}


def with_recording(record, folder, change):
    """The same inspection, whose recording was changed: line by line, or gone where there is no line."""
    (run,) = record.runs
    (segment,) = run.recording.iterdir()
    lines = change(zlib.decompress(segment.read_bytes()).splitlines(keepends=True))
    folder.mkdir()
    if lines:
        (folder / segment.name).write_bytes(zlib.compress(b"".join(lines)))
    return dataclasses.replace(record, runs=(dataclasses.replace(run, recording=folder),))


def without_a_call(lines):
    """Also its end counts one less, as whoever leaves a call out would have it."""
    end = json.loads(lines[-1])
    end["end"]["calls"] -= 1
    return [*lines[:-2], json.dumps(end, separators=(",", ":")).encode() + b"\n"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: [], "is gone"),
        (lambda lines: lines[:-1], "is a fragment"),
        (lambda lines: [*lines[:-2], lines[-1]], "not those it counted"),
        (without_a_call, "its outcome counted"),
    ],
)
def test_a_recording_that_is_not_all_there_is_not_exported(change, said, inspected, tmp_path):
    broken = with_recording(inspected.record(), tmp_path / "recording", change)
    with pytest.raises(UnansweredError, match=said) as told:
        package.export(broken, tmp_path / "package.tar.gz")
    assert (told.value.exit_code, broken.runs[0].run_id in told.value.message) == (4, True)
    assert not (tmp_path / "package.tar.gz").exists()


def test_a_call_left_out_is_noticed_without_a_replay(inspected, tmp_path, monkeypatch):
    """By somebody who writes the package anew, with our own code but for the check."""
    broken = with_recording(inspected.record(), tmp_path / "recording", without_a_call)
    monkeypatch.setattr(package, "damage", lambda _: "")
    package.export(broken, tmp_path / "package.tar.gz")
    found = verify(tmp_path / "package.tar.gz")
    assert not found.ok
    assert any("its outcome counted" in problem for check in found.checks for problem in check.problems)
