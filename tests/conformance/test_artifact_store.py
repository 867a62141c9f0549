"""Every ``ArtifactStore`` behaves so."""

import threading

import pytest

from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.errors import StateCorruptedError, StoreError
from cloudprobe.ports import ArtifactStore
from cloudprobe.testing import InMemoryArtifactStore

RUN = "20261124-034200-9f86d081/1/1/0"


@pytest.fixture(params=["files", "memory"])
def store(request, tmp_path) -> ArtifactStore:
    return FileArtifactStore(tmp_path / "inspections") if request.param == "files" else InMemoryArtifactStore()


def test_what_was_put_is_got(store):
    store.put(f"{RUN}/outcome.json", b"\x00\xff one")
    assert store.get(f"{RUN}/outcome.json") == b"\x00\xff one"
    assert store.exists(f"{RUN}/outcome.json")


def test_put_replaces(store):
    store.put(f"{RUN}/a", b"first and longer")
    store.put(f"{RUN}/a", b"second")
    assert store.get(f"{RUN}/a") == b"second"


def test_an_empty_artefact_is_one(store):
    store.put(f"{RUN}/empty", b"")
    assert store.exists(f"{RUN}/empty")
    assert store.get(f"{RUN}/empty") == b""


def test_put_once_keeps_the_first(store):
    assert store.put_once(f"{RUN}/a", b"first") is True
    assert store.put_once(f"{RUN}/a", b"second") is False
    assert store.get(f"{RUN}/a") == b"first"


def test_of_many_writers_exactly_one_puts_once(store):
    written, barrier = [], threading.Barrier(8)

    def write(number):
        barrier.wait()
        if store.put_once(f"{RUN}/a", f"{number}".encode() * 10_000):
            written.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert store.get(f"{RUN}/a") == f"{written[0]}".encode() * 10_000


def test_nothing_there(store):
    assert not store.exists(f"{RUN}/a")
    with pytest.raises(StateCorruptedError, match="9f86d081/1/1/0/a"):
        store.get(f"{RUN}/a")


def test_a_prefix_is_no_artefact(store):
    store.put(f"{RUN}/a", b"x")
    assert not store.exists(RUN)
    with pytest.raises(StateCorruptedError):
        store.get(RUN)
    with pytest.raises(StateCorruptedError):
        store.get(f"{RUN}/a/below")


def test_delete_all_reaches_whole_segments(store):
    store.put("one/1/a", b"x")
    store.put("one/1/deep/er", b"x")
    store.put("one/10/a", b"stays")
    store.put("one/a", b"stays")
    store.delete_all("one/1")
    assert not store.exists("one/1/a")
    assert not store.exists("one/1/deep/er")
    assert store.get("one/10/a") == b"stays"
    assert store.get("one/a") == b"stays"
    store.delete_all("one")
    assert not store.exists("one/a")


def test_delete_all_of_nothing(store):
    store.delete_all("nothing/here")
    store.put("one/a", b"x")
    store.delete_all("one/a")
    assert store.exists("one/a")


def test_what_was_deleted_can_be_put_again(store):
    store.put(f"{RUN}/a", b"first")
    store.delete_all(RUN)
    assert store.put_once(f"{RUN}/a", b"second") is True
    assert store.get(f"{RUN}/a") == b"second"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "a/../../b",
        "a//b",
        "a/",
        "./a",
        "a/.hidden",
        "a\\b",
        "a\x00b",
        "a b",
        "é",
        "a" * 200,
    ],
)
def test_what_is_no_key_is_refused(store, key):
    for use in (
        store.get,
        store.exists,
        store.delete_all,
        lambda k: store.put(k, b"x"),
        lambda k: store.put_once(k, b"x"),
    ):
        with pytest.raises(StoreError, match="no key"):
            use(key)
