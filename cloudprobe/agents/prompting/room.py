"""A prompt is never larger than the model has room for, and says of itself what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloudprobe.domain.tokens import estimate
from cloudprobe.errors import ModelOverflowError

_OVERHEAD = 16
"""Tokens a provider's envelope may add."""
_LINE_END = 1
_FRAME = 24
"""Tokens of the marks around data, and of what joins the parts."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a prompt that may be cut: lines, the most important first."""

    lines: tuple[str, ...]
    rest: str = "The rest stands in the stored results; ask for it with a probe of its own."
    """Said behind the number of lines that were left out."""
    weight: int = 1
    """Of the shares in which room is given out where there is too little."""
    fence: bool = False
    """Whether the lines come from the account."""


def fitted(sections: Mapping[str, Section], *, fixed: Sequence[str], room: int) -> dict[str, str]:
    """Each section as text, together with the fixed texts no larger than the room.

    Args:
        sections: by the variable they fill in.
        fixed: what is in the prompt whatever happens.
        room: tokens the prompt may have.

    Raises:
        ModelOverflowError: not even the fixed part fits.
    """
    needed = sum(estimate(text) for text in fixed) + _OVERHEAD
    needed += sum(estimate(_text(section, 0)) + _FRAME for section in sections.values())
    left = room - needed
    if left < 0:
        raise ModelOverflowError(
            f"A prompt needs at least {needed:,} tokens, and the model has room for {room:,}.",
            hint="Choose a model with a larger context window.",
        )
    shares = _shares({name: (_cost(s), s.weight) for name, s in sections.items()}, left)
    return {name: _text(section, _most(section, shares[name])) for name, section in sections.items()}


def _cost(section: Section) -> int:
    return sum(estimate(line) + _LINE_END for line in section.lines)


def _shares(wanted: Mapping[str, tuple[int, int]], left: int) -> dict[str, int]:
    """Room given out by weight; what one does not need the others get."""
    shares: dict[str, int] = {}
    open_ = dict(wanted)
    while open_:
        total = sum(weight for _, weight in open_.values())
        content = {name: cost for name, (cost, weight) in open_.items() if cost <= left * weight // total}
        if not content:
            return {**shares, **{name: left * weight // total for name, (_, weight) in open_.items()}}
        for name, cost in content.items():
            shares[name] = cost
            left -= cost
            del open_[name]
    return shares


def _most(section: Section, share: int) -> int:
    """How many lines fit into a share."""
    used = 0
    for number, line in enumerate(section.lines):
        used += estimate(line) + _LINE_END
        if used > share:
            return number
    return len(section.lines)


def _text(section: Section, count: int) -> str:
    shown = [line for line in section.lines[:count] if line]
    if section.fence and shown:
        shown = ["<data>", *shown, "</data>"]
    missing = len(section.lines) - count
    if missing:
        shown.append(f"[{missing:,} of {len(section.lines):,} lines are left out for lack of room. {section.rest}]")
    return "\n".join(shown) or "(nothing)"
