"""Times people name in questions, as windows on the clock; a small grammar, exact or silent."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_UNITS = {
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "d": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_NUMBERS |= {"nine": 9, "ten": 10, "twelve": 12, "couple of": 2, "few": 3}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_AMOUNT = rf"(?P<amount>\d+|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>minute|min|hour|hr|h|day|d|week|month|year)s?"
_CLOCK = r"(?:(?:at |around )?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?)"
_DATE = r"(?P<date>\d{4}-\d{2}-\d{2})"
_DAY = rf"(?:{_DATE}|(?P<word>today|yesterday|this morning|midnight|noon|(?:last )?(?:{'|'.join(_WEEKDAYS)})))"

_DURATION = re.compile(rf"\b(?:last|past|previous)\s+(?:{_AMOUNT}\s*)?{_UNIT}\b", re.IGNORECASE)
_AGO = re.compile(rf"\b(?:since\s+)?(?:about\s+)?{_AMOUNT}\s*{_UNIT}\s+ago\b", re.IGNORECASE)
_SINCE = re.compile(rf"\bsince\s+{_DAY}?(?:(?:^|[ t,]*){_CLOCK}(?![\w-]))?", re.IGNORECASE)
_ON_DAY = re.compile(rf"\b(?:on\s+)?{_DAY}\b", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\b(?:between|from)\s+(?P<start>\d{1,2}(?::\d{2})?\s*(?:am|pm)?)\s+(?:and|to|until|till)\s+"
    r"(?P<end>\d{1,2}(?::\d{2})?\s*(?:am|pm)?)(?![\w-])",
    re.IGNORECASE,
)
_NOON = 12

_ZONES = {
    "UTC": "UTC", "GMT": "UTC", "WET": "Europe/Lisbon", "BST": "Europe/London", "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin", "EET": "Europe/Helsinki", "EST": "America/New_York", "EDT": "America/New_York",
    "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver", "MDT": "America/Denver",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
    "SGT": "Asia/Singapore", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
}  # fmt: skip
_ZONE = re.compile(rf"(?<=[\d\sm])({'|'.join(sorted(_ZONES, key=len, reverse=True))})\b")
_OFFSET = re.compile(r"\b(?:UTC|GMT)\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\b")
_PLACE = re.compile(r"\b([A-Za-z]+(?:[ _][A-Za-z]+)?) time\b")
_ZULU = re.compile(r"(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z\b")


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From ``start`` up to ``end``, in the time zone of the ``now`` it was resolved against."""

    start: datetime
    end: datetime


def time_window(question: str, *, now: datetime) -> TimeWindow | None:
    """The stretch of time a question is about: ``last 6 hours``, ``since yesterday 3 pm``, ``on 2026-11-20``.

    A time of day without a day is the latest such time before ``now``. A month is 30 days, a year 365. A zone that is
    named ("3 pm CET", "15:00 UTC+2", "Berlin time") is the one all of it is in, else that of ``now``.
    """
    question = _ZULU.sub(r"\1 UTC", question)
    zone = _zone(question)
    if zone is not None:
        now = now.astimezone(zone)
        question = _OFFSET.sub("", question)
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], TimeWindow | None]], ...] = (
        (_BETWEEN, _between),
        (_AGO, _ago),
        (_SINCE, _since),
        (_DURATION, _duration),
        (_ON_DAY, _on_day),
    )
    for pattern, read in readers:
        match = pattern.search(question)
        window = read(match, now) if match else None
        if window is not None and window.start < window.end:
            return window
    return None


def _zone(question: str) -> tzinfo | None:
    """The time zone a question names; None for none, and for one this machine has no data of."""
    offset = _OFFSET.search(question)
    if offset:
        away = timedelta(hours=min(int(offset["hours"]), 14), minutes=min(int(offset["minutes"] or 0), 59))
        return timezone(-away if offset["sign"] == "-" else away)
    named = _ZONE.search(question)
    places = (place.replace(" ", "_").lower() for match in _PLACE.finditer(question) for place in _endings(match[1]))
    name = _ZONES[named[1]] if named else next((_places()[place] for place in places if place in _places()), None)
    try:
        return ZoneInfo(name) if name else None
    except ZoneInfoNotFoundError:
        return None


def _endings(words: str) -> tuple[str, ...]:
    """``new york`` of "in New York time", ``berlin`` of "9:30 Berlin time"."""
    return words, words.rsplit(" ", maxsplit=1)[-1]


@cache
def _places() -> dict[str, str]:
    """``berlin`` → ``Europe/Berlin``."""
    return {name.rpartition("/")[2].lower(): name for name in sorted(available_timezones()) if "/" in name}


def days_named(question: str) -> int | None:
    """A number of days named as an age: ``older than 90 days``, ``3 months old``."""
    match = re.search(rf"\b{_AMOUNT}\s*-?\s*(?P<unit>day|week|month|year)s?\b", question, re.IGNORECASE)
    return (_count(match["amount"]) * _UNITS[match["unit"].lower()]).days if match else None


def _count(text: str) -> int:
    return int(text[:6]) if text.isdigit() else _NUMBERS[text.lower()]


def _length(match: re.Match[str]) -> timedelta:
    return min(_count(match["amount"] or "1"), 10_000) * _UNITS[match["unit"].lower()]


def _duration(match: re.Match[str], now: datetime) -> TimeWindow:
    return TimeWindow(now - _length(match), now)


def _ago(match: re.Match[str], now: datetime) -> TimeWindow:
    return TimeWindow(now - _length(match), now)


def _since(match: re.Match[str], now: datetime) -> TimeWindow | None:
    day = _day(match, now)
    names_day, names_time = match["date"] or match["word"], match["minute"] or match["half"]
    if day is None or not (names_day or names_time):
        return None
    if not names_time:
        return TimeWindow(day, now)
    start = _at(day, match["hour"], match["minute"], match["half"])
    if start is not None and start > now and not names_day:
        start -= timedelta(days=1)
    return TimeWindow(start, now) if start else None


def _on_day(match: re.Match[str], now: datetime) -> TimeWindow | None:
    day = _day(match, now)
    return TimeWindow(day, min(day + timedelta(days=1), now)) if day else None


def _between(match: re.Match[str], now: datetime) -> TimeWindow | None:
    times = []
    for text in (match["start"], match["end"]):
        parts = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?", text.strip(), re.IGNORECASE)
        time = _at(_midnight(now), parts[1], parts[2], parts[3]) if parts else None
        if time is None:
            return None
        times.append(time)
    start, end = times
    back = timedelta(days=1) if start >= now else timedelta()
    return TimeWindow(start - back, min(end - back, now))


def _day(match: re.Match[str], now: datetime) -> datetime | None:
    """Midnight of the day that is named; of today when none is. None for a date no calendar has."""
    if match["date"]:
        try:
            return datetime.fromisoformat(match["date"]).replace(tzinfo=now.tzinfo)
        except ValueError:
            return None
    word, today = (match["word"] or "today").lower().removeprefix("last "), _midnight(now)
    if word == "yesterday":
        return today - timedelta(days=1)
    if word in _WEEKDAYS:
        return today - timedelta(days=(now.weekday() - _WEEKDAYS.index(word)) % 7 or 7)
    return today + timedelta(hours=_NOON) if word == "noon" else today


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _at(day: datetime, hour: str, minute: str | None, half: str | None) -> datetime | None:
    """A time of a day; None for one no clock shows."""
    value = int(hour)
    if half:
        if not 1 <= value <= _NOON:
            return None
        value = value % _NOON + (_NOON if half.lower().startswith("p") else 0)
    try:
        return day.replace(hour=value, minute=int(minute or 0))
    except ValueError:
        return None
