import errno
import os
import stat
from pathlib import Path

import pytest

from cloudprobe.adapters.local import disk
from cloudprobe.errors import StoreError


@pytest.mark.parametrize(
    ("code", "says", "advises"),
    [
        (errno.ENOSPC, "no room left", "Free some space"),
        (errno.EDQUOT, "no room left", "Free some space"),
        (errno.EFBIG, "no room left", "Free some space"),
        (errno.EROFS, "may not be written", "Make it writable"),
        (errno.EACCES, "may not be written", "Make it writable"),
        (errno.ENOTDIR, "cannot be used", "See what stands there"),
    ],
)
def test_each_failure_names_the_path_and_the_next_step(code, says, advises):
    error = disk.store_error(Path("/data/x"), OSError(code, os.strerror(code)))
    assert "/data/x" in error.message
    assert says in error.message
    assert advises in error.hint
    assert "--data-dir" in error.hint


def test_folders_are_for_their_owner_alone(tmp_path):
    disk.write(tmp_path / "a" / "b" / "file", b"x")
    for path, mode in ((tmp_path / "a", 0o700), (tmp_path / "a" / "b", 0o700), (tmp_path / "a" / "b" / "file", 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_full_disk_changes_nothing(tmp_path, full_disk):
    path = tmp_path / "file"
    disk.write(path, b"before")
    with full_disk(1000), pytest.raises(StoreError, match="no room left"):
        disk.write(path, b"x" * 100_000)
    assert path.read_bytes() == b"before"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_nothing_new(tmp_path, full_disk):
    with full_disk(1000), pytest.raises(StoreError, match="no room left"):
        disk.write_new(tmp_path / "file", b"x" * 100_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [disk.write, disk.write_new])
def test_a_folder_that_cannot_be_made(tmp_path, write):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="taken"):
        write(tmp_path / "taken" / "folder" / "file", b"x")


@pytest.mark.parametrize("write", [disk.write, disk.write_new])
def test_a_file_system_that_takes_no_files(write):
    with pytest.raises(StoreError, match="/proc/") as caught:
        write(Path("/proc/cloudprobe/file"), b"x")
    assert "--data-dir" in caught.value.hint


def test_a_folder_that_takes_no_files():
    with pytest.raises(StoreError, match="/proc/self/file"):
        disk.write(Path("/proc/self/file"), b"x")


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path, run_python):
    """It writes over and over; whenever it dies, what stands there is whole."""
    path = tmp_path / "file"
    program = (
        "import sys; from pathlib import Path; from cloudprobe.adapters.local import disk\n"
        "for n in range(10**6):\n"
        "    disk.write(Path(sys.argv[1]), bytes([n % 256]) * 100_000)\n"
        "    if n == 0: print('begun', flush=True)\n"
    )
    for _ in range(3):
        with run_python(program, path) as process:
            assert process.stdout.readline() == "begun\n"
            process.kill()
        content = path.read_bytes()
        assert len(content) == 100_000
        assert len(set(content)) == 1
