import pytest

from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.errors import StateCorruptedError, StoreError


def test_an_artefact_is_a_file_at_its_key(tmp_path):
    FileArtifactStore(tmp_path / "inspections").put("one/1/report.json", b"{}")
    assert (tmp_path / "inspections" / "one" / "1" / "report.json").read_bytes() == b"{}"


def test_a_missing_artefact_names_file_and_next_step(tmp_path):
    with pytest.raises(StateCorruptedError, match=str(tmp_path / "one")) as caught:
        FileArtifactStore(tmp_path).get("one/report.json")
    assert "cloudprobe delete" in caught.value.hint


def test_a_full_disk(tmp_path, full_disk):
    store = FileArtifactStore(tmp_path)
    with full_disk(1000):
        with pytest.raises(StoreError, match="no room left"):
            store.put("one/a", b"x" * 100_000)
        with pytest.raises(StoreError, match="no room left"):
            store.put_once("one/b", b"x" * 100_000)
    assert not store.exists("one/a")
    assert not store.exists("one/b")
    assert store.put_once("one/b", b"x" * 100_000)


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "inspections").write_text("")
    store = FileArtifactStore(tmp_path / "inspections")
    with pytest.raises(StoreError, match=str(tmp_path / "inspections")):
        store.put("one/a", b"x")
    assert not store.exists("one/a")
    store.delete_all("one")


def test_a_deletion_that_was_killed_is_completed_by_the_next(tmp_path):
    left = tmp_path / ".deleted-0123"
    left.mkdir()
    (left / "a").write_text("x")
    FileArtifactStore(tmp_path).delete_all("anything")
    assert not left.exists()


def test_what_is_no_regular_file_is_no_artefact(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "loop").symlink_to("loop")
    store = FileArtifactStore(tmp_path)
    assert not store.exists("one/loop")
    with pytest.raises(StoreError, match="loop"):
        store.get("one/loop")
