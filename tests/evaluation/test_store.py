"""What is written is read again, what a kill leaves does no harm, and what is no result is told."""

import pytest

from cloudprobe.errors import UsageError
from cloudprobe.evaluation import store
from tests.evaluation.conftest import a_case, a_plan, a_run


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "run"
    store.begin(place, a_plan())
    store.add(place, a_case("one"))
    store.add(place, a_case("two", right=False, complaints=("missing: x",)))
    return place


def test_what_was_written_is_read(folder):
    found = store.read(folder)
    assert (found.plan, [case.key.question for case in found.cases], found.totals) == (a_plan(), ["one", "two"], None)
    end = a_run(*found.cases).totals
    store.add(folder, end)
    assert store.read(folder).totals == end


def test_the_last_word_on_a_case_counts(folder):
    store.add(folder, a_case("one", right=False))
    assert [(case.key.question, case.right) for case in store.read(folder).cases] == [("one", False), ("two", False)]


@pytest.mark.parametrize("torn", ['{"kind":"case","key":{"wor', '{"kind":"case"}', "\u00e4"])
def test_a_line_without_its_end_is_none(folder, torn):
    with (folder / store.FILE).open("a", encoding="utf-8") as file:
        file.write(torn)
    assert len(store.read(folder).cases) == 2
    assert len(store.reopen(folder).cases) == 2
    store.add(folder, a_case("three"))
    assert [case.key.question for case in store.read(folder).cases] == ["one", "two", "three"]


def test_taking_a_run_up_drops_its_totals(folder):
    store.add(folder, a_run(a_case("one")).totals)
    assert store.reopen(folder).totals is not None
    assert store.read(folder).totals is None


def test_results_are_not_written_over(folder):
    before = (folder / store.FILE).read_bytes()
    with pytest.raises(UsageError, match="holds results already") as caught:
        store.begin(folder, a_plan())
    assert "--resume" in caught.value.hint
    assert (folder / store.FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not whole"),
        ("{}\n", "no line of results"),
        ("3\n", "no line of results"),
        ("not json\n", "no line of results"),
        ('{"kind":"else"}\n', "no line of results"),
        ('{"kind":"evaluation","version":2}\n', "version 2"),
        ('{"kind":"evaluation","version":1}\n', "cloudprobe_version"),
        ("[" * 100_000 + "\n", "no line of results"),
        (a_case().model_dump_json() + "\n", "does not say what was asked"),
        (a_plan().model_dump_json() + '\n{"kind":"case","right":3}\n', "Line 2"),
        (a_plan().model_dump_json() + "\n" + a_plan().model_dump_json() + "\n", ""),
    ],
)
def test_what_is_no_result_is_told(tmp_path, text, said):
    (tmp_path / store.FILE).write_text(text)
    if not said:  # a second first line says nothing new
        assert store.read(tmp_path).cases == ()
        return
    with pytest.raises(UsageError, match=said):
        store.read(tmp_path)


def test_bytes_that_are_no_text_are_told(tmp_path):
    (tmp_path / store.FILE).write_bytes(b"\xff\xfe\n")
    with pytest.raises(UsageError, match="no text"):
        store.read(tmp_path)


def test_a_folder_without_results_is_told(tmp_path):
    for read in (store.read, store.reopen):
        with pytest.raises(UsageError, match="holds no results"):
            read(tmp_path)
