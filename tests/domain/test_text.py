import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.text import encodable, printable, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcödé 日本 ✓", "plain ünïcödé 日本 ✓"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\x9b2J"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("invoice\u202egpj.exe", r"invoice\u202egpj.exe"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("two\nlines\tand\rmore", r"two\nlines\tand\rmore"),
        ("line\u2028separator", r"line\u2028separator"),
        ("hidden\U000e0041tag", r"hidden\U000e0041tag"),
        ("selector\ufe0f", r"selector\ufe0f"),
        ("half\ud800", r"half\ud800"),
        ("blank\u3164letter", r"blank\u3164letter"),
    ],
)
def test_what_would_act_or_hide_is_written_out(text, shown):
    assert printable(text) == shown


def test_line_ends_and_tabs_stay_where_lines_are_wanted_and_nothing_else_does():
    assert printable("a\r\nb\tc\rd\x1be", lines=True) == "a\nb\tc\\rd\\x1be"


@given(st.text())
def test_printable_text_is_one_line_that_hides_nothing(text):
    shown = printable(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in shown)
    assert printable(shown) == shown


@given(st.text(alphabet=st.characters()))
def test_every_text_can_be_encoded_and_what_already_could_stays(text):
    encodable(text).encode()
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert encodable(text) == text


def test_what_is_cut_says_so():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdef", 5) == "abcd…"
