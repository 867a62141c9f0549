"""Text that came from an account, a script or a person, made safe to show.

A name in an account may hold terminal escapes, characters that reorder a line, or characters nobody sees. Showing must
never obey them, and must never hide that they are there.
"""

import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks by category that leave no ink."""


def printable(text: str, *, lines: bool = False) -> str:
    r"""The text with everything that would act, hide or reorder written out, for example ``\x1b`` or ``\u202e``.

    Args:
        text: anything.
        lines: keep line ends and tabs; otherwise they are written out too, so that a value stays on its line.
    """
    if lines and "\r" in text:
        text = text.replace("\r\n", "\n")
    kept = "\n\t" if lines else ""
    return "".join(c if c in kept or _is_plain(c) else _written_out(c) for c in text)


def encodable(text: str) -> str:
    """The text as UTF-8 can carry it: what is left of bytes that were none is written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, ending in an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    if character in _BLANK_LETTERS or _is_variation_selector(character):
        return False
    return unicodedata.category(character) not in _HIDDEN_CATEGORIES


def _is_variation_selector(character: str) -> bool:
    """They choose between two looks of one letter, and can carry a message nobody sees."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _written_out(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
