"""Recorded values, and whether a mark stands in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudprobe.guard import actions, models
from cloudprobe.reports.checking.marks import Mark, MarkKind

_MOST_VALUES = 200_000
"""More than any citation a person follows holds."""
_EXACT = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\.?\w*\d)")
_SCALES: Mapping[str, tuple[Decimal, ...]] = {
    unit: tuple(Decimal(str(scale)) for scale in scales)
    for unit, *scales in (
        ("%", "0.01"),
        ("second", 1_000),
        ("s", 1_000),
        ("ms", "0.001"),
        ("minute", 60, 60_000),
        ("min", 60, 60_000),
        ("hour", 3_600, 60, 3_600_000),
        ("h", 3_600, 60, 3_600_000),
        ("day", 86_400, 24, 86_400_000),
        ("week", 604_800, 7),
        ("kb", 1_000, 1_024),
        ("mb", 1_000_000, 1_048_576, 1_024, 1_000),
        ("gb", 1_000_000_000, 1_073_741_824, 1_024, 1_000),
        ("tb", 1_000_000_000_000, 1_099_511_627_776, 1_024, 1_000),
        ("kib", 1_024),
        ("mib", 1_048_576, 1_024),
        ("gib", 1_073_741_824, 1_024),
        ("tib", 1_099_511_627_776, 1_024),
    )
}
"""How many of a recorded unit one of the written unit may be: services say seconds and milliseconds, bytes and MiB."""


class Grounds:
    """What may be said because it was recorded.

    Args:
        values: recorded values, whole.
        figures: numbers that code counted: how many runs, calls, things of a kind.
        known: texts that are not recorded and still no claim: the question, names of regions that were asked.
        most: values looked at; what lies beyond them supports nothing.
    """

    def __init__(
        self,
        values: Iterable[Any],
        *,
        figures: Iterable[float] = (),
        known: Iterable[str] = (),
        most: int = _MOST_VALUES,
    ) -> None:
        self._texts: dict[str, None] = {}
        self._numbers: set[Decimal] = set()
        self._counts = {Decimal(str(figure)) for figure in figures}
        self._left = most
        for value in values:
            self._take(value)
        for text in known:
            self._text(text)
        self._joined: str | None = None
        self._moments: tuple[datetime, ...] | None = None

    def support(self, mark: Mark) -> bool:
        match mark.kind:
            case MarkKind.NUMBER:
                return self._has_number(mark)
            case MarkKind.MOMENT:
                return self.has_text(mark.text) or self._has_moment(mark.text)
            case MarkKind.NAME:
                return self.has_text(mark.text) or _is_vocabulary(mark.text) or self._has_place(mark.text)
            case _:
                return self.has_text(mark.text)

    def _take(self, value: Any) -> None:
        self._left -= 1
        if self._left < 0:
            return
        if isinstance(value, Mapping):
            self._counts.add(Decimal(len(value)))
            for key, item in value.items():
                self._text(str(key))
                self._take(item)
        elif isinstance(value, list | tuple):
            self._counts.add(Decimal(len(value)))
            for item in value:
                self._take(item)
        elif isinstance(value, bool) or value is None:
            self._text(str(value).lower())
        elif isinstance(value, int | float):
            self._number(str(value))
            self._text(str(value))
        else:
            self._text(value.isoformat() if isinstance(value, date) else str(value))

    def _text(self, text: str) -> None:
        if text in self._texts:
            return
        self._texts[text] = None
        for number in _EXACT.findall(text):
            self._number(number)

    def _number(self, text: str) -> None:
        with suppress(InvalidOperation):
            number = Decimal(text)
            if number.is_finite():
                self._numbers.add(number)

    def has_text(self, text: str) -> bool:
        """Whether it stands there as a whole word: ``prod`` does not stand in ``production``."""
        if text in self._texts:
            return True
        if self._joined is None:
            self._joined = "\n".join(self._texts).lower()
        whole = rf"(?<![\w-]){re.escape(text.lower())}(?![\w-])"
        return text.lower() in self._joined and re.search(whole, self._joined) is not None

    def _has_place(self, text: str) -> bool:
        """A host or an instance, with a port that was recorded apart from it."""
        name, _, port = text.rpartition(":")
        return bool(name) and port.isdecimal() and self.has_text(name) and Decimal(port) in self._numbers

    def _has_number(self, mark: Mark) -> bool:
        written = mark.text.lstrip("$€").replace(",", "")
        try:
            number = Decimal(written)
        except InvalidOperation:
            return False
        measured = mark.unit in _SCALES
        if number in self._numbers or (number in self._counts and not measured):
            return True
        half = Decimal(5).scaleb(-len(written.partition(".")[2]) - 1)
        scales = (Decimal(1), *_SCALES.get(mark.unit, ()))
        # A written number is the recorded one rounded; a whole one without unit has to be the recorded one itself.
        exact = "." not in written and not measured
        return any(
            number == recorded if exact else abs(number * scale - recorded) <= half * scale
            for scale in scales
            for recorded in self._numbers
        )

    def _has_moment(self, text: str) -> bool:
        if self._moments is None:
            self._moments = tuple(_moments(self._texts))
        spoken = text.replace(" UTC", "Z").replace("UTC", "Z")
        if ":" in spoken and "-" not in spoken:
            return any(
                moment.strftime("%H:%M:%S").lstrip("0").startswith(spoken.lstrip("0")) for moment in self._moments
            )
        wanted = _moment(spoken)
        if wanted is None:
            return False
        if ":" not in spoken:
            return any(moment.date() == wanted.date() for moment in self._moments)
        precision = timedelta(minutes=1) if spoken.count(":") == 1 else timedelta(seconds=1)
        return any(timedelta(0) <= moment - wanted < precision for moment in self._moments)


def _moments(texts: Iterable[str]) -> Iterator[datetime]:
    """Times among recorded texts; numbers of that size are seconds or milliseconds since 1970."""
    for text in texts:
        if (moment := _moment(text)) is not None:
            yield moment
        elif text.isdecimal() and len(text) in (10, 13):
            yield datetime.fromtimestamp(int(text) / (1 if len(text) == 10 else 1000), UTC)  # noqa: PLR2004 - as above


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "T", 1).replace("TZ", "Z"))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _is_vocabulary(name: str) -> bool:
    """An IAM action, an operation or a service that AWS has: a word of the field, and no claim about the account."""
    prefix, separator, action = name.partition(":")
    if separator:
        return action.lower() in actions.actions_of(prefix.lower()) if prefix.isalnum() else False
    return name in models.services() or (name[:1].isupper() and bool(models.services_with(name.lower())))
