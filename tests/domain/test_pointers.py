import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.pointers import EvidencePointer, UnresolvedPointerError, escape, resolve, split

RUN = "20261124-034200-9f86d081/1/1/0"


@given(st.lists(st.text(), min_size=1))
def test_any_path_survives_its_text(path):
    pointer = EvidencePointer(RUN, tuple(path))
    assert EvidencePointer.parse(str(pointer)) == pointer


@given(st.lists(st.text()))
def test_escaping_is_undone_by_splitting(path):
    assert split("".join("/" + escape(token) for token in path)) == tuple(path)


def test_a_path_leads_through_objects_and_lists():
    assert resolve({"a": [{"b/c": 1}]}, split("/a/0/b~1c")) == 1


@pytest.mark.parametrize("path", ["/a/1", "/a/-1", "/a/01", "/b", "/a/0/x", "/a/0/b/0"])
def test_a_path_that_leads_nowhere_is_said_to(path):
    with pytest.raises(UnresolvedPointerError):
        resolve({"a": [{"b": 1}]}, split(path))


@pytest.mark.parametrize("text", ["", "no-hash", "x#/result", f"{RUN}#result"])
def test_what_is_not_a_pointer_is_not_read_as_one(text):
    with pytest.raises(UnresolvedPointerError):
        EvidencePointer.parse(text)
