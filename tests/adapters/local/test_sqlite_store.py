import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cloudprobe.adapters.local.sqlite_store import SqliteStateStore
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings
from cloudprobe.errors import StateCorruptedError, StoreBusyError, StoreError

ID = "20261124-034200-9f86d081"


def record(identifier=ID, **changes) -> InspectionRecord:
    stamp = "2026-11-24T03:42:00+00:00"
    values = {"id": identifier, "question": "?", "settings": InspectionSettings(), "created": stamp, "updated": stamp}
    return InspectionRecord(**(values | changes))


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "state.sqlite"


def test_it_survives_the_store(path):
    SqliteStateStore(path).create(record())
    assert SqliteStateStore(path).load(ID) == record()


def test_readers_do_not_wait_for_writers(path):
    store = SqliteStateStore(path)
    store.create(record())
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE inspections SET version = 7")
        assert store.load(ID).version == 0
        assert len(store.list()) == 1


@pytest.mark.parametrize(
    "content",
    [b"this is no database, and never was one " * 100, b"SQLite format 3\x00" + b"\x07" * 5000, b"\x00" * 4096],
)
def test_a_file_that_is_no_database(path, content):
    path.write_bytes(content)
    store = SqliteStateStore(path)
    for use in (store.list, lambda: store.load(ID), lambda: store.create(record()), lambda: store.delete(ID)):
        with pytest.raises(StateCorruptedError, match=r"state\.sqlite") as caught:
            use()
        assert "Move the file away" in caught.value.hint
    assert path.read_bytes() == content


def test_a_database_damaged_later(path):
    store = SqliteStateStore(path)
    for number in range(200):
        store.create(record(f"20261124-034200-{number:08x}", question="?" * 500))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
    path.write_bytes(content)
    with pytest.raises(StateCorruptedError, match=r"state\.sqlite"):
        store.list()


def test_a_database_without_its_table(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(StateCorruptedError, match=r"state\.sqlite"):
        SqliteStateStore(path).list()


def test_a_database_of_another_version(path):
    SqliteStateStore(path).create(record())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(StateCorruptedError, match="format 9"):
        SqliteStateStore(path).list()


def test_a_record_that_cannot_be_read_names_itself_and_can_be_deleted(path):
    store = SqliteStateStore(path)
    store.create(record())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE inspections SET record = '{\"id\": 1}'")
    for read in (store.list, lambda: store.load(ID)):
        with pytest.raises(StateCorruptedError, match=ID) as caught:
            read()
        assert f"cloudprobe delete {ID}" in caught.value.hint
    store.delete(ID)
    assert list(store.list()) == []


def test_a_folder_in_its_place(path):
    path.mkdir()
    with pytest.raises(StoreError, match=r"state\.sqlite") as caught:
        SqliteStateStore(path).list()
    assert "--data-dir" in caught.value.hint


@pytest.mark.parametrize("folder", ["/proc/cloudprobe", "/dev/null/cloudprobe"])
def test_a_data_folder_that_cannot_be_written(folder):
    with pytest.raises(StoreError, match=folder.split("/cloudprobe")[0]) as caught:
        SqliteStateStore(Path(folder) / "state.sqlite").create(record())
    assert "--data-dir" in caught.value.hint


def test_a_database_that_may_only_be_read(path):
    """As sqlite puts it for a file system that is mounted read-only."""
    store = SqliteStateStore(path)
    store.create(record())
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY
    assert "Make the file and its folder writable" in store._store_error(error).hint


def test_a_full_disk_keeps_what_was_there(path, full_disk):
    store = SqliteStateStore(path)
    store.create(record())
    with full_disk(8192), pytest.raises(StoreError) as caught:
        store.save(record(question="x" * 1_000_000))
    assert str(path) in caught.value.message
    assert "--data-dir" in caught.value.hint
    assert store.load(ID) == record()
    assert store.save(record(question="x" * 1_000_000)).version == 1


def test_a_full_disk_by_name(path):
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    assert "no room left" in SqliteStateStore(path)._store_error(error).message


def test_a_database_locked_for_long(path):
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert isinstance(SqliteStateStore(path)._store_error(error), StoreBusyError)


def test_processes_share_it_from_its_first_moment(path, run_python):
    program = (
        "import sys; from pathlib import Path\n"
        "from cloudprobe.adapters.local.sqlite_store import SqliteStateStore\n"
        "from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings\n"
        "store, who = SqliteStateStore(Path(sys.argv[1])), sys.argv[2]\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for n in range(20):\n"
        "    r = InspectionRecord(id=f'20261124-034200-{who}{n:07x}', question='?', settings=InspectionSettings(),\n"
        "                         created='2026', updated='2026')\n"
        "    store.create(r); store.save(r.model_copy(update={'answer': who}))\n"
    )
    processes = [run_python(program, path, who) for who in "abc"]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    records = SqliteStateStore(path).list()
    assert len(records) == 60
    assert all(found.version == 1 and found.answer for found in records)
