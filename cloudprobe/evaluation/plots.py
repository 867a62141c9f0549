"""Plots as numbers: where bars, dots and whiskers stand, for a page to dress."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloudprobe.evaluation.results import Case, Group, Rate, Summary

WIDTH = 760
_LABEL, _RIGHT, _TOP = 176, 64, 8
"""Room left of what is drawn, right of it, and above."""
_ROW = 24
_DOT_ROW = 26
_SPAN = WIDTH - _LABEL - _RIGHT
_NAME = 24
_LOWEST = 0.1
"""Of a logarithmic scale; what is less stands there."""
_LANES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what was right, and what was not."""

    label: str
    note: str
    y: float
    x: float
    right: float
    wrong: float
    """Widths."""


@dataclass(frozen=True, slots=True)
class Whisker:
    """A rate and its interval."""

    label: str
    note: str
    y: float
    x: float
    low: float
    high: float
    model: int
    """Number of the model, from 0, by which it is coloured."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    right: bool
    model: int
    """Number of the model, from 0, by which it is coloured."""
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    height: float
    ticks: tuple[Tick, ...] = ()
    labels: tuple[Label, ...] = ()
    bars: tuple[Bar, ...] = ()
    whiskers: tuple[Whisker, ...] = ()
    dots: tuple[Dot, ...] = ()
    width: int = WIDTH
    left: int = _LABEL
    right: int = WIDTH - _RIGHT


RATES: tuple[tuple[str, Callable[[Summary], Rate]], ...] = (
    ("right answers", lambda summary: summary.right),
    ("facts found", lambda summary: summary.facts),
    ("claims with proof", lambda summary: summary.claims_cited),
    ("citations that resolve", lambda summary: summary.citations),
    ("rightly abstained", lambda summary: summary.abstained),
)


def rates(models: Sequence[Group]) -> Plot:
    """Shares of each model with their intervals; what nothing is known of has no row."""
    whiskers, labels, y = [], [], float(_TOP)
    for name, of in RATES:
        known = [(number, of(group.summary)) for number, group in enumerate(models) if of(group.summary).of]
        if not known:
            continue
        labels.append(Label(name, y + _ROW * len(known) / 2 + 4))
        for number, rate in known:
            note = f"{rate.count}/{rate.of}"
            places = (_LABEL + _SPAN * share for share in (rate.count / rate.of, rate.low, rate.high))
            x, low, high = (round(place, 1) for place in places)
            whiskers.append(Whisker(label=name, note=note, y=y + _ROW / 2, x=x, low=low, high=high, model=number))
            y += _ROW
        y += _TOP
    ticks = tuple(Tick(_LABEL + _SPAN * share / 4, f"{25 * share} %") for share in range(5))
    return Plot(height=y + _ROW, ticks=ticks, labels=tuple(labels), whiskers=tuple(whiskers))


def worlds(groups: Sequence[Group], *, most: int) -> Plot:
    """A bar a world, as long as it has questions; ``most`` of them fill the row."""
    bars = []
    for number, group in enumerate(groups):
        right, cases = group.summary.right.count, group.summary.cases
        scale = _SPAN / max(most, 1)
        bars.append(
            Bar(
                label=_short(group.world),
                note=f"{right}/{cases}",
                y=_TOP + number * _ROW,
                x=_LABEL,
                right=round(right * scale, 1),
                wrong=round((cases - right) * scale, 1),
            )
        )
    return Plot(height=2 * _TOP + len(groups) * _ROW, bars=tuple(bars))


def strip(cases: Sequence[Case], value: Callable[[Case], float], unit: str) -> Plot:
    """A dot a case in the row of its world, on a logarithmic scale."""
    names = sorted({case.key.world for case in cases})
    models = list(dict.fromkeys(case.key.model for case in cases))
    decades = _decades([value(case) for case in cases])
    dots = []
    for row, name in enumerate(names):
        of_world = sorted((case for case in cases if case.key.world == name), key=value)
        for number, case in enumerate(of_world):
            # Neighbours stand in lanes, so that equal ones do not hide each other.
            lane = (number % _LANES - _LANES // 2) * 3
            title = f"{case.key.question}, {case.key.model}: {value(case):g} {unit}"
            y = _TOP + (row + 0.5) * _DOT_ROW + lane
            model = models.index(case.key.model)
            dots.append(Dot(x=_along(value(case), decades), y=y, right=case.right, model=model, title=title))
    ticks = tuple(Tick(_along(10.0**d, decades), f"{10.0**d:g} {unit}") for d in range(decades[0], decades[1] + 1))
    labels = tuple(Label(_short(name), _TOP + (row + 0.5) * _DOT_ROW + 4) for row, name in enumerate(names))
    return Plot(height=_TOP + len(names) * _DOT_ROW + _ROW, ticks=ticks, labels=labels, dots=tuple(dots))


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten that hold all values; at least one apart."""
    known = [max(value, _LOWEST) for value in values] or [1.0]
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    return low, max(high, low + 1)


def _along(value: float, decades: tuple[int, int]) -> float:
    low, high = decades
    share = (math.log10(max(value, _LOWEST)) - low) / (high - low)
    return round(_LABEL + _SPAN * min(max(share, 0.0), 1.0), 1)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"
