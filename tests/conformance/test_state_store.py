"""Every ``StateStore`` behaves so."""

import threading

import pytest

from cloudprobe.adapters.local.sqlite_store import SqliteStateStore
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings, InspectionStatus, Outcome
from cloudprobe.errors import StoreBusyError, StoreError, UsageError
from cloudprobe.ports import StateStore
from cloudprobe.testing import InMemoryStateStore


@pytest.fixture(params=["sqlite", "memory"])
def store(request, tmp_path) -> StateStore:
    return SqliteStateStore(tmp_path / "data" / "state.sqlite") if request.param == "sqlite" else InMemoryStateStore()


def record(number=1, **changes) -> InspectionRecord:
    values = {
        "id": f"20261124-03420{number}-9f86d081",
        "question": "Are any buckets public? Ünïcode, 'quotes' and \x00 too.",
        "settings": InspectionSettings(regions=("eu-west-1", "us-east-1")),
        "created": f"2026-11-24T03:42:0{number}+00:00",
        "updated": f"2026-11-24T03:42:0{number}+00:00",
    }
    return InspectionRecord(**(values | changes))


def test_what_was_created_is_loaded(store):
    store.create(record())
    assert store.load(record().id) == record()


def test_an_id_is_taken_once(store):
    store.create(record())
    with pytest.raises(StoreError, match="already"):
        store.create(record(question="Another?"))
    assert store.load(record().id).question == record().question


def test_a_save_counts_and_is_stored(store):
    store.create(record())
    change = {"status": InspectionStatus.FINISHED, "outcome": Outcome.ANSWERED, "answer": "Two are."}
    saved = store.save(record().model_copy(update=change))
    assert saved.version == 1
    assert store.load(record().id) == saved
    assert store.save(saved).version == 2


def test_a_save_over_a_newer_version_is_refused(store):
    store.create(record())
    mine, theirs = store.load(record().id), store.load(record().id)
    store.save(theirs.model_copy(update={"answer": "theirs"}))
    with pytest.raises(StoreBusyError, match=record().id):
        store.save(mine.model_copy(update={"answer": "mine"}))
    assert store.load(record().id).answer == "theirs"


def test_of_many_writers_exactly_one_saves(store):
    store.create(record())
    results, barrier = [], threading.Barrier(8)

    def write(number):
        barrier.wait()
        try:
            results.append(store.save(record(answer=str(number))).answer)
        except StoreBusyError:
            results.append(None)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert [result for result in results if result] == [store.load(record().id).answer]


def test_the_newest_comes_first(store):
    for number in (2, 1, 3):
        store.create(record(number))
    assert [found.id for found in store.list()] == [record(number).id for number in (3, 2, 1)]


def test_an_empty_list(store):
    assert list(store.list()) == []


def test_what_is_deleted_is_gone(store):
    store.create(record(1))
    store.create(record(2))
    store.delete(record(1).id)
    assert [found.id for found in store.list()] == [record(2).id]
    store.create(record(1))


@pytest.mark.parametrize("identifier", ["20261124-034209-9f86d081", "", "../../etc/passwd", "' OR 1=1 --"])
def test_an_unknown_inspection(store, identifier):
    store.create(record())
    for use in (store.load, store.delete):
        with pytest.raises(UsageError, match="no inspection"):
            use(identifier)
    with pytest.raises(UsageError):
        store.save(record().model_copy(update={"id": identifier}))
    assert len(store.list()) == 1
