import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cloudprobe.domain.text import printable
from cloudprobe.reports.markup import cell_code, code, fence, prose, table

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
NASTY = st.lists(
    st.sampled_from([*"|`\\*_[]()<>#+-.!~&:;=@$%\"' \n\t\r{}0123abcé\x1b\u202e", "![", "](", "```", "---", "<!--"])
    | st.characters(),
    max_size=20,
).map("".join)


def inline(text):
    """The text a reader shows of one paragraph, and the kinds of its parts."""
    tokens = READER.parse(text)
    kinds = [token.type for token in tokens]
    parts = [child for token in tokens for child in token.children or ()]
    return "".join(part.content for part in parts), kinds, {part.type for part in parts}


def in_cell(text):
    """The text a reader shows of a cell, in which nothing opens a block."""
    return "".join(part.content for token in READER.parseInline(text) for part in token.children)


@given(NASTY)
def test_prose_shows_the_very_text_and_nothing_becomes_markup(text):
    shown, kinds, parts = inline(prose(text))
    expected = printable(text).strip()  # readers take any blank off the ends
    assert kinds in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert parts <= {"text", "code_inline"}
    assert shown.strip() == expected


@given(NASTY)
def test_a_code_span_shows_the_very_text(text):
    shown, kinds, parts = inline(f"x {code(text)} y")
    assert parts <= {"text", "code_inline"}
    assert len(kinds) == 3
    assert shown == f"x {printable(text) or '-'} y"


@given(NASTY)
def test_a_fence_holds_its_text_and_ends_where_it_ends(text):
    tokens = READER.parse("\n".join([*fence(text), "after"]))
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    expected = printable(text.rstrip("\n"), lines=True)
    assert tokens[0].content.rstrip("\n") == "\n".join(line.rstrip() for line in expected.split("\n")).rstrip("\n")


@given(NASTY)
def test_a_fence_in_a_list_item_stays_in_it(text):
    tokens = READER.parse("\n".join(["- item:", *fence(text, indent=2), "- next"]))
    kinds = [token.type for token in tokens]
    assert kinds.count("fence") == 1
    assert kinds.count("bullet_list_open") == 1
    assert kinds.count("list_item_open") == 2


@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=3))
def test_a_table_keeps_its_columns_whatever_stands_in_it(rows):
    lines = table(("A", "B"), ((prose(left), cell_code(right)) for left, right in rows))
    tokens = READER.parse("\n".join(lines))
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == len(rows) + 1
    assert kinds.count("td_open") == 2 * len(rows)
    cells = [token.content for token in tokens if token.type == "inline"][2:]
    for (left, right), (shown_left, shown_right) in zip(rows, zip(cells[::2], cells[1::2], strict=True), strict=True):
        assert in_cell(shown_left).strip() == printable(left).strip()
        assert in_cell(shown_right).strip() == (printable(right) or "-").strip()
    # Without a parser: a bar that is not ours would split a row for readers that know no escape.
    assert all(line.count("|") == 3 for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "https://evil.example/a",
        "see www.evil.example now",
        "ask bob@corp.example",
        "mailto:bob",
        "<https://evil.example>",
        "<img src=x onerror=alert(1)>",
        "![x](http://evil.example/pixel)",
        "@team look",
        "a&colon;//b",
    ],
)
def test_no_reader_makes_a_link_of_a_name(text):
    shown, _, parts = inline(prose(text))
    assert parts <= {"text", "code_inline"}
    assert shown == text
    for word in prose(text).split(" "):
        assert ("://" not in word and "@" not in word and "www." not in word) or word.startswith("`")


@pytest.mark.parametrize(
    "text", ["my_bucket_name", "10.0.0.0/8", "1.8 s", "arn:aws:s3:::a-b", "2026-01-01 00:00:00 UTC", "-5"]
)
def test_ordinary_text_is_left_readable(text):
    assert prose(text) == text
