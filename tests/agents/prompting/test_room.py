import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudprobe.agents.prompting.composing import compose
from cloudprobe.agents.prompting.room import Section, fitted
from cloudprobe.domain.tokens import estimate
from cloudprobe.errors import ModelOverflowError

SECTIONS = ("known", "concluded", "missing")


def section(count, size=10, **given):
    return Section(tuple(f"{n} {'x' * size}" for n in range(count)), **given)


def test_what_fits_is_told_whole():
    texts = fitted({"a": section(3), "b": section(0)}, fixed=("f",), room=1000)
    assert texts["a"].splitlines() == ["0 xxxxxxxxxx", "1 xxxxxxxxxx", "2 xxxxxxxxxx"]
    assert texts["b"] == "(nothing)"


def test_what_does_not_fit_is_said_to_be_missing_from_the_end():
    text = fitted({"a": section(1000, rest="Ask.")}, fixed=(), room=200)["a"].splitlines()
    assert text[0].startswith("0 ")
    assert text[-1] == f"[{1000 - len(text) + 1:,} of 1,000 lines are left out for lack of room. Ask.]"


def test_room_that_one_does_not_need_the_others_get():
    texts = fitted({"few": section(2), "many": section(1000)}, fixed=(), room=1000)
    assert "left out" not in texts["few"]
    assert estimate(texts["many"]) > 800


def test_heavier_sections_get_more():
    texts = fitted({"a": section(500, weight=3), "b": section(500)}, fixed=(), room=2000)
    assert 2 < len(texts["a"]) / len(texts["b"]) < 4


def test_a_model_too_small_for_the_fixed_part_is_named():
    with pytest.raises(ModelOverflowError, match="room for 50"):
        fitted({}, fixed=("x" * 1000,), room=50)


lines = st.lists(st.text(max_size=400), max_size=120).map(tuple)
sections = st.builds(Section, lines=lines, weight=st.integers(1, 6), fence=st.booleans())


@settings(max_examples=40, deadline=None)
@given(
    parts=st.fixed_dictionaries(dict.fromkeys(SECTIONS, sections)),
    question=st.text(max_size=4000),
    room=st.integers(10, 20_000),
)
def test_a_prompt_is_never_larger_than_the_room(parts, question, room):
    fixed = {"question": question, "circumstances": "Now."}
    try:
        prompt = compose("orchestrator_conclude", fixed=fixed, sections=parts, room=room)
    except ModelOverflowError:
        assert room < 10_000, "the fixed part of this prompt is smaller"
        return
    assert estimate(prompt.system) + estimate(prompt.user) <= room
    for name in SECTIONS:
        shown = [line for line in parts[name].lines if line and line in prompt.user]
        assert len(shown) == len([line for line in parts[name].lines if line]) or "are left out" in prompt.user
