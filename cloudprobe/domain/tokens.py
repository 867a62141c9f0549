"""How many tokens a text has, where nobody who knows can be asked: an estimate that errs upwards."""

import re

_LETTERS = re.compile(r"[A-Za-z]+")
_OTHER = re.compile(r"[!-@\[-`{-~]")
_BLANKS = re.compile(r"\s+")


def estimate(text: str) -> int:
    """Tokens of a text, at most: two letters, one digit or sign, a run of blanks, one byte of anything else.

    English has four letters to a token, base64 about three characters to two, other scripts fewer tokens than bytes. Of
    a text that is put together from others it is at most the sum of theirs.
    """
    letters = sum((len(run) + 1) // 2 for run in _LETTERS.findall(text))
    others = len(_OTHER.findall(text))
    blanks = len(_BLANKS.findall(text))
    beyond = 0 if text.isascii() else sum(len(c.encode("utf-8", "replace")) for c in text if not c.isascii())
    return letters + others + blanks + beyond
