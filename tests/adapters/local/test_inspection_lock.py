from pathlib import Path

import pytest

from cloudprobe.adapters.local.inspection_lock import InspectionLocks
from cloudprobe.errors import StoreBusyError, StoreError, UsageError

ID = "20261124-034200-9f86d081"
OTHER = "20261124-034201-9f86d081"
HOLDER = (
    "import sys; from pathlib import Path; from cloudprobe.adapters.local.inspection_lock import InspectionLocks\n"
    "with InspectionLocks(Path(sys.argv[1])).hold(sys.argv[2]):\n"
    "    print('held', flush=True); sys.stdin.readline()\n"
)


@pytest.fixture
def locks(tmp_path) -> InspectionLocks:
    return InspectionLocks(tmp_path / "locks")


def test_a_second_holder_is_told_so(locks):
    with locks.hold(ID):
        assert locks.is_held(ID)
        with pytest.raises(StoreBusyError, match="another process") as caught, locks.hold(ID):
            pass
        assert ID in caught.value.message
        assert "cloudprobe list" in caught.value.hint
        assert locks.is_held(ID)
    assert not locks.is_held(ID)


def test_inspections_do_not_disturb_each_other(locks):
    with locks.hold(ID), locks.hold(OTHER):
        assert locks.is_held(OTHER)


def test_it_is_let_go_on_every_way_out(locks):
    with pytest.raises(ZeroDivisionError), locks.hold(ID):
        _ = 1 / 0
    with locks.hold(ID):
        pass


def test_nothing_stays_behind(locks, tmp_path):
    with locks.hold(ID):
        pass
    assert list((tmp_path / "locks").iterdir()) == []


def test_a_stale_file_locks_nobody_out(locks, tmp_path):
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / f"{ID}.lock").touch()
    assert not locks.is_held(ID)
    with locks.hold(ID):
        assert locks.is_held(ID)


def test_another_process_holds_it_until_it_is_killed(locks, tmp_path, run_python):
    with run_python(HOLDER, tmp_path / "locks", ID) as process:
        assert process.stdout.readline() == "held\n"
        assert locks.is_held(ID)
        with pytest.raises(StoreBusyError), locks.hold(ID):
            pass
        process.kill()
        process.wait()
    assert not locks.is_held(ID)
    with locks.hold(ID):
        pass


def test_a_child_of_the_holder_does_not_keep_it(locks, run_python):
    with locks.hold(ID):
        child = run_python("import sys; print('up', flush=True); sys.stdin.readline()")
        assert child.stdout.readline() == "up\n"
    assert not locks.is_held(ID)
    child.communicate("")


@pytest.mark.parametrize("identifier", ["", "../../etc/passwd", "20261124"])
def test_what_is_no_inspection(locks, identifier):
    with pytest.raises(UsageError, match="no inspection"), locks.hold(identifier):
        pass
    with pytest.raises(UsageError):
        locks.is_held(identifier)


def test_a_folder_that_cannot_be_written():
    locks = InspectionLocks(Path("/proc/cloudprobe"))
    with pytest.raises(StoreError, match="/proc/cloudprobe"), locks.hold(ID):
        pass
    with pytest.raises(StoreError, match=f"{ID}.lock"), InspectionLocks(Path("/proc")).hold(ID):
        pass
    assert not locks.is_held(ID)
