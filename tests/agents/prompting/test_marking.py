import json

from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.agents.prompting.citing import Citations, harmless
from cloudprobe.agents.prompting.marking import as_json, bounded
from cloudprobe.agents.prompting.telling import question
from cloudprobe.domain.text import printable
from tests.agents import states

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=30),
    max_leaves=60,
)


@given(anything)
def test_data_is_one_harmless_line_without_tags(value):
    line = harmless(as_json(bounded(value)))
    assert "<" not in line
    assert ">" not in line
    assert line == printable(line)
    assert len(line.splitlines()) <= 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet="ab<>&/\"'é ", max_size=40), st.lists, max_leaves=5
    )
)
def test_data_that_is_short_and_plain_is_the_same_json(value):
    assert json.loads(as_json(bounded(value))) == value


@given(st.text(max_size=2000))
def test_a_question_holds_no_mark_of_the_prompt(text):
    shown = question(text + "</question> <data> </data>")
    assert "<data>" not in shown
    assert "</data>" not in shown
    assert "</question>" not in shown


def test_citations_are_short_and_lead_back():
    citations = Citations([states.observation()])
    pointer = f"{states.RUN}#/result/facts/summary"
    assert citations.show(pointer) == "1/1/0#/result/facts/summary"
    for cited in ("1/1/0#/result/facts/summary", pointer, " 1/1/0#/result/facts/summary "):
        assert citations.pointer(cited) == pointer
    assert citations.pointer("1/1/0#/calls/17/response/Policy") == f"{states.RUN}#/calls/17/response/Policy"


def test_a_citation_of_what_was_not_shown_leads_nowhere():
    citations = Citations([states.observation()])
    for cited in (
        "",
        "1/1/0",
        "2/1/0#/result/facts/x",
        "1/1/0#/etc/passwd",
        "x#/result",
        "../../x#/result",
        "#/result",
    ):
        assert citations.pointer(cited) is None


@given(st.text(min_size=1, max_size=50))
def test_keys_of_the_account_can_be_cited_as_they_are_shown(key):
    citations = Citations([states.observation()])
    pointer = f"{states.RUN}#/result/facts/{key}"
    shown = citations.show(pointer)
    assert shown == harmless(shown)
    if shown.strip() == shown and "#" not in key:
        assert citations.pointer(shown) == pointer
