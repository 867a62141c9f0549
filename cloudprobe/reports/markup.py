"""Markdown that says exactly the text it is given, whatever that text holds: no link, no HTML, no broken table."""

import re
from collections.abc import Iterable, Sequence

from cloudprobe.domain.text import printable

_SPECIAL = re.compile(r"[\\`*\[\]<>~&$]")
_EDGE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_BLOCK_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|[#+\-=](?=[#+\-=\s]|$)|:(?=-))")
_LINK_LIKE = re.compile(r"://|@|^\W*www\.|^\W*(?:mailto|xmpp):", re.IGNORECASE)
"""What readers of Markdown turn into links or mentions by themselves; only a code span keeps them from it."""


def prose(text: str) -> str:
    """Untrusted text within a sentence, a heading, a list item or a cell; always one line."""
    # Readers disagree on how a backslash before a bar counts in a table; none of them splits a row at an entity.
    parts = printable(text).strip(" ").split("|")
    return _shielded("&#124;".join(" ".join(map(_word, part.split(" "))) for part in parts))


def code(text: str) -> str:
    """Untrusted text as a code span; a dash where there is none."""
    shown = printable(text)
    if not shown:
        return "-"
    ticks = "`" * (_longest_run(shown) + 1)
    # Readers take one space off at each end where both ends have one.
    pad = " " if "`" in (shown[0], shown[-1]) or (shown[0] == shown[-1] == " " and shown.strip()) else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fence(text: str, *, language: str = "", indent: int = 0) -> list[str]:
    """Lines of a code block, for untrusted text of many lines.

    Args:
        text: its content.
        language: ours, never the account's.
        indent: spaces before every line, to stand within a list item.
    """
    ticks = "`" * max(3, _longest_run(text) + 1)
    margin = " " * indent
    body = printable(text.rstrip("\n"), lines=True).split("\n")
    return [f"{margin}{ticks}{language}", *(f"{margin}{line}".rstrip() for line in body), f"{margin}{ticks}"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table. Cells are Markdown already: made by ``prose``, ``cell_code`` or us."""
    return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]


def cell_code(text: str) -> str:
    """A code span that may stand in a table; as prose where a bar in it would end the cell."""
    return prose(text) if "|" in text else code(text)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _word(word: str) -> str:
    if _LINK_LIKE.search(word):
        return code(word)
    return _EDGE_UNDERSCORE.sub(r"\\_", _SPECIAL.sub(r"\\\g<0>", word))


def _shielded(text: str) -> str:
    """Text that cannot open a list, a heading or a rule where it starts a line."""
    return _BLOCK_START.sub(lambda m: f"{m[0]}\\" if m[0].isdigit() else f"\\{m[0]}", text)


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
