import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.reports.values import cut, plain

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters())
    | st.binary()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(alphabet=st.characters()) | st.integers(), inner) | st.tuples(inner)
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_whatever_was_recorded_becomes_json_that_any_store_can_write(value):
    for made in (plain(value), cut(value, limit=2_000)):
        text = json.dumps(made, allow_nan=False, ensure_ascii=False)
        assert json.loads(text.encode()) == made


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
        (b"\xff\x00", "/wA="),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (2**300, hex(2**300)),
        ({1: (True, None)}, {"1": [True, None]}),
        ("\ud800", "\\ud800"),
        (1.5, 1.5),
        (object, "<class 'object'>"),
    ],
)
def test_plain_json(value, made):
    assert plain(value) == made


def test_a_long_text_is_cut_and_says_how_long_it_was():
    assert cut("x" * 5_000, limit=100) == "x" * 100 + "… (5,000 characters)"


def test_a_long_list_is_cut_and_says_how_much_is_missing():
    assert cut(list(range(200)), limit=10_000) == [*range(50), "… and 150 more"]


def test_a_wide_object_is_cut_and_says_how_much_is_missing():
    made = cut({f"key{n:03}": "value" for n in range(100)}, limit=100)
    missing = 100 - (len(made) - 1)
    assert 0 < len(made) < 20
    assert made["…"] == f"and {missing} more"


def test_what_fits_is_left_as_it_is():
    value = {"Statement": [{"Effect": "Allow", "Action": ["s3:*"], "n": 3}]}
    assert cut(value, limit=2_000) == value


def test_a_deep_value_ends_somewhere():
    value: object = "bottom"
    for _ in range(5_000):
        value = [value]
    assert len(json.dumps(cut(value, limit=2_000))) < 200


@given(ANYTHING, st.integers(0, 300))
def test_a_cut_value_is_about_as_long_as_asked(value, limit):
    assert len(json.dumps(cut(value, limit=limit), ensure_ascii=False)) < limit * 8 + 3_000
