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
_HALF_HOUR = re.compile(r"\b(?:half an?|half|1/2|0\.5) hours?\b", re.IGNORECASE)
_QUARTER_HOUR = re.compile(r"\b(?:a )?quarter (?:of an )?hour\b", re.IGNORECASE)
_NIGHTS = frozenset({"last night", "overnight"})
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_AMOUNT = rf"(?P<amount>\d+|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>minute|min|hour|hr|h|day|d|week|month|year)s?"
_CLOCK = r"(?:(?:at |around )?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?"
_CLOCK += r"(?P<oclock>\s*o'?clock)?)"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DATE = (
    rf"(?P<date>\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}|"
    rf"(?!may){_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?![\d:]))"
)
_DAY = (
    rf"(?:{_DATE}|(?P<word>today|yesterday|this morning|last night|overnight|midnight|noon|"
    rf"(?:last )?(?:{'|'.join(_WEEKDAYS)})))"
)

_BARE_DAY = rf"today|yesterday|this morning|(?:(?:on|last) )?(?:{'|'.join(_WEEKDAYS)})"
_DURATION = re.compile(rf"\b(?:last|past|previous)\s+(?:{_AMOUNT}\s*)?{_UNIT}\b", re.IGNORECASE)
_THIS = re.compile(r"\b(?:this|current)\s+(?P<unit>hour|week|month|year)\b", re.IGNORECASE)
_AGO = re.compile(rf"\b(?:since\s+)?(?:about\s+)?{_AMOUNT}\s*{_UNIT}\s+ago\b", re.IGNORECASE)
_SINCE = re.compile(
    rf"\bsince\s+{_DAY}?(?:(?:^|[ t,]*){_CLOCK}(?![\w-]))?(?:\s+(?P<behind>{_BARE_DAY})\b)?", re.IGNORECASE
)
_ON_DAY = re.compile(rf"\b(?:on\s+)?{_DAY}\b", re.IGNORECASE)
_MOMENT = r"(?:\d{4}-\d{2}-\d{2}[ tT]+)?\d{1,2}:\d{2}"
_FROM_DATES = re.compile(
    r"\b(?:between|from|since)\s+(?P<start>\d{4}-\d{2}-\d{2}[ tT]+\d{1,2}:\d{2})\s*(?:and|to|until|till|-)\s*"
    rf"(?P<end>{_MOMENT})(?![\w:-])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|from)\s+(?P<start>\d{1,2}(?::\d{2})?\s*(?:am|pm)?)\s+(?:and|to|until|till)\s+"
    r"(?P<end>\d{1,2}(?::\d{2})?\s*(?:am|pm)?)(?![\w-])",
    re.IGNORECASE,
)
_AT = re.compile(
    rf"(?:\b{_DAY},?\s+)?(?:\b(?:at|around|about|before|after|circa|ca)\s+|~\s?)(?P<hour>\d{{1,2}})(?:"
    r":(?P<minute>\d{2})\s*(?P<half>am|pm)?|\s*(?P<half_only>am|pm))(?![\w-])",
    re.IGNORECASE,
)
_PART_OF_DAY = re.compile(
    rf"\b(?P<day>yesterday|this|(?:last )?(?:{'|'.join(_WEEKDAYS)}))\s+(?P<part>morning|afternoon|evening|night)\b",
    re.IGNORECASE,
)
_PARTS_OF_DAY = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30)}
_ANY_DAY = re.compile(rf"\b{_DAY}\b", re.IGNORECASE)
_NOON = 12
_NIGHT = timedelta(hours=6)
_AROUND = timedelta(hours=1)

_ZONES = {
    "UTC": "UTC", "GMT": "UTC", "WET": "Europe/Lisbon", "BST": "Europe/London", "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin", "EET": "Europe/Helsinki", "EST": "America/New_York", "EDT": "America/New_York",
    "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver", "MDT": "America/Denver",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
    "SGT": "Asia/Singapore", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
}  # fmt: skip
_ZONE = re.compile(rf"(?<=[\d\sm])({'|'.join(sorted(_ZONES, key=len, reverse=True))})\b")
_OFFSET = re.compile(r"\b(?:UTC|GMT)\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\b")
_BARE_OFFSET = re.compile(r"(?P<clock>\d|noon|midnight|[ap]m)\s?(?P<offset>[+-]\d{2}:\d{2})(?![\w:-])", re.IGNORECASE)
_PLACE = re.compile(r"\b([A-Za-z]+(?:[ _][A-Za-z]+)?) time\b")
_ZULU = re.compile(r"(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z\b")


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From ``start`` up to ``end``, in the time zone of the ``now`` it was resolved against."""

    start: datetime
    end: datetime


def time_window(question: str, *, now: datetime) -> TimeWindow | None:
    """The stretch of time a question is about: ``last 6 hours``, ``since yesterday 3 pm``, ``on 2026-11-20``.

    A time of day without a day is the latest such time before ``now``; a moment stands for the hours before and after
    it, a night for 18:00 to 6:00. A month is 30 days, a year 365. A zone that is
    named ("3 pm CET", "15:00 UTC+2", "Berlin time") is the one all of it is in, else that of ``now``.
    """
    question = _ZULU.sub(r"\1 UTC", question)
    question = _BARE_OFFSET.sub(r"\g<clock> UTC\g<offset>", question)
    question = _QUARTER_HOUR.sub("15 minutes", _HALF_HOUR.sub("30 minutes", question))
    zone = _zone(question)
    if zone is not None:
        now = now.astimezone(zone)
        question = _OFFSET.sub("", question)
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], TimeWindow | None]], ...] = (
        (_FROM_DATES, _from_dates),
        (_BETWEEN, _between),
        (_AGO, _ago),
        (_SINCE, _since),
        (_DURATION, _duration),
        (_THIS, _this),
        (_AT, _around),
        (_PART_OF_DAY, _part_of_day),
        (_ON_DAY, _on_day),
    )
    for pattern, read in readers:
        match = pattern.search(question)
        window = read(match, now) if match else None
        if window and pattern is _BETWEEN:
            window = _on_named_day(window, question, now)
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


def _this(match: re.Match[str], now: datetime) -> TimeWindow:
    """``this week``: from its beginning, a Monday, on."""
    unit, today = match["unit"].lower(), _midnight(now)
    starts = {
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "week": today - timedelta(days=now.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    return TimeWindow(starts[unit], now)


def _part_of_day(match: re.Match[str], now: datetime) -> TimeWindow | None:
    """``yesterday evening``; ``this morning`` is all of today until noon."""
    word, part = match["day"].lower().removeprefix("last "), match["part"].lower()
    today = _midnight(now)
    first, last = _PARTS_OF_DAY[part]
    if word == "this":
        day, first = today, 0 if part == "morning" else first
    else:
        back = 1 if word == "yesterday" else (now.weekday() - _WEEKDAYS.index(word)) % 7 or 7
        day = today - timedelta(days=back)
    start, end = day + timedelta(hours=first), day + timedelta(hours=last)
    return TimeWindow(start, min(end, now)) if start < now else None


def _from_dates(match: re.Match[str], now: datetime) -> TimeWindow | None:
    """``from 2026-11-20 08:00 to 2026-11-21 09:30``, or to a time of the same day."""
    try:
        start = datetime.fromisoformat(_iso(match["start"])).replace(tzinfo=now.tzinfo)
        end_text = match["end"] if "-" in match["end"] else f"{match['start'][:10]} {match['end']}"
        end = datetime.fromisoformat(_iso(end_text)).replace(tzinfo=now.tzinfo)
    except ValueError:
        return None
    return TimeWindow(start, min(end, now)) if start < now else None


def _iso(text: str) -> str:
    date, clock = re.split(r"[ tT]+", text.strip(), maxsplit=1)
    return f"{date}T{clock:0>5}"


def _since(match: re.Match[str], now: datetime) -> TimeWindow | None:
    behind = _ANY_DAY.search(match["behind"] or "")
    day = _day(behind or match, now)
    names_day = match["date"] or match["word"] or behind
    names_time = match["hour"] and (match["minute"] or match["half"] or match["oclock"] or behind)
    if day is None or not (names_day or names_time):
        return None
    if not names_time:
        return TimeWindow(day if day <= now else day - timedelta(days=1), now)
    start = _at(day, match["hour"], match["minute"], match["half"])
    if start is not None and start > now and not names_day:
        start -= timedelta(days=1)
    return TimeWindow(start, now) if start else None


def _on_day(match: re.Match[str], now: datetime) -> TimeWindow | None:
    day = _day(match, now)
    if day and (match["word"] or "").lower() in _NIGHTS:
        return TimeWindow(day, min(day + 2 * _NIGHT, now))
    return TimeWindow(day, min(day + timedelta(days=1), now)) if day else None


def _around(match: re.Match[str], now: datetime) -> TimeWindow | None:
    day = _day(match, now)
    moment = _at(day, match["hour"], match["minute"], match["half"] or match["half_only"]) if day else None
    if moment is None:
        return None
    if moment > now and not (match["date"] or match["word"]):
        moment -= timedelta(days=1)
    return TimeWindow(moment - _AROUND, min(moment + _AROUND, now))


def _on_named_day(window: TimeWindow, question: str, now: datetime) -> TimeWindow:
    """The same hours of the day a question names beside them: ``between 2 pm and 4 pm yesterday``."""
    named = _ANY_DAY.search(question)
    day = _day(named, now) if named and (named["word"] or "").lower() not in {*_NIGHTS, "noon", "midnight"} else None
    if day is None:
        return TimeWindow(window.start, min(window.end, now))
    away = _midnight(day) - _midnight(window.start)
    return TimeWindow(window.start + away, min(window.end + away, now))


def _between(match: re.Match[str], now: datetime) -> TimeWindow | None:
    times = []
    half = re.search(r"[ap]m", match["end"], re.IGNORECASE)
    alike = half is not None and not re.search(r"[ap]m", match["start"], re.IGNORECASE)
    for text in (match["start"] + (half.group() if half and alike else ""), match["end"]):
        parts = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?", text.strip(), re.IGNORECASE)
        time = _at(_midnight(now), parts[1], parts[2], parts[3]) if parts else None
        if time is None:
            return None
        times.append(time)
    start, end = times
    back = timedelta(days=1) if start >= now else timedelta()
    return TimeWindow(start - back, end - back)


def _day(match: re.Match[str], now: datetime) -> datetime | None:
    """Midnight of the day that is named; of today when none is. None for a date no calendar has."""
    if match["date"]:
        return _date(match["date"], now)
    if (match["word"] or "").lower() in _NIGHTS:
        return _midnight(now) - _NIGHT
    word, today = (match["word"] or "today").lower().removeprefix("last "), _midnight(now)
    if word == "yesterday":
        return today - timedelta(days=1)
    if word in _WEEKDAYS:
        return today - timedelta(days=(now.weekday() - _WEEKDAYS.index(word)) % 7 or 7)
    return today + timedelta(hours=_NOON) if word == "noon" else today


def _date(text: str, now: datetime) -> datetime | None:
    """``2026-11-20``, ``20 November``, ``Nov 20th``; the latest such day. None for one no calendar has."""
    try:
        if "-" in text:
            return datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
        month = next(i for i, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}", text.lower()))
        day = _midnight(now).replace(month=month, day=int(re.findall(r"\d+", text)[0]))
        return day if day <= now else day.replace(year=day.year - 1)
    except ValueError:
        return None


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
