"""Times in questions become windows on the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from cloudprobe.templates.times import TimeWindow, time_window

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # a Tuesday


def at(day, hour=0, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("errors in the last 6 hours", at(24, 9, 30), NOW),
        ("in the past day", at(23, 15, 30), NOW),
        ("during the last hour", at(24, 14, 30), NOW),
        ("the last two weeks", at(10, 15, 30), NOW),
        ("last 30 min", at(24, 15), NOW),
        ("an hour ago", at(24, 14, 30), NOW),
        ("since 3 days ago", at(21, 15, 30), NOW),
        ("since yesterday", at(23), NOW),
        ("since yesterday 3 pm", at(23, 15), NOW),
        ("since yesterday at 09:15", at(23, 9, 15), NOW),
        ("since 2026-11-20", at(20), NOW),
        ("since 2026-11-20 14:05", at(20, 14, 5), NOW),
        ("since 2026-11-20T14:05", at(20, 14, 5), NOW),
        ("since monday", at(23), NOW),
        ("since tuesday", at(17), NOW),
        ("since midnight", at(24), NOW),
        ("since noon", at(24, 12), NOW),
        ("since 3 pm", at(24, 15), NOW),
        ("since 11:45 pm", at(23, 23, 45), NOW),
        ("since 12 am", at(24), NOW),
        ("what happened yesterday", at(23), at(24)),
        ("what failed today", at(24), NOW),
        ("on 2026-11-20", at(20), at(21)),
        ("last friday", at(20), at(21)),
        ("between 9 and 11:30", at(24, 9), at(24, 11, 30)),
        ("from 2pm to 6pm", at(24, 14), NOW),
        ("between 20:00 and 22:00", at(23, 20), at(23, 22)),
    ],
)
def test_times_people_name(text, start, end):
    assert time_window(text, now=NOW) == TimeWindow(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "since 2026-02-31",
        "since 25:00",
        "since 13 pm",
        "since ever",
        "on 2027-01-01",
        "between 9 and 99",
        "since 5",
        "a key 90 days old",
    ],
)
def test_what_is_no_time_gives_no_window(text):
    assert time_window(text, now=NOW) is None


def test_an_enormous_number_is_bounded():
    window = time_window("last 99999999999999999999 hours", now=NOW)
    assert window is not None
    assert window.start == NOW - timedelta(hours=10_000)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("since yesterday 3 pm CET", at(23, 14)),
        ("since yesterday 3 pm UTC", at(23, 15)),
        ("since yesterday 15:00 UTC+2", at(23, 13)),
        ("since 15:00 GMT-05:30", at(23, 20, 30)),
        ("since noon +02:00", at(24, 10)),
        ("since 15:00+02:00", at(24, 13)),
        ("since yesterday 9:30 Berlin time", at(23, 8, 30)),
        ("since yesterday 3 pm in New York time", at(23, 20)),
        ("since 2026-11-23T15:00Z", at(23, 15)),
        ("since 2026-07-20 15:00 CET", at(20, 13, month=7)),  # summer
        ("since yesterday 3 pm Gotham time", at(23, 15)),
        ("who deployed in the last 24h", at(23, 15, 30)),
    ],
)
def test_a_named_time_zone_is_heeded(text, start):
    window = time_window(text, now=NOW)
    assert window.start == start
    assert window.end == NOW


@pytest.mark.parametrize("text", ["the last time at 5", "IST it broken", "our EST server"])
def test_what_only_looks_like_a_zone_makes_no_window(text):
    assert time_window(text, now=NOW) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("everything broke at 3 pm", "2026-11-24T14:00", "2026-11-24T15:30"),
        ("everything broke at 4 pm", "2026-11-23T15:00", "2026-11-23T17:00"),
        ("what changed around 10:15", "2026-11-24T09:15", "2026-11-24T11:15"),
        ("yesterday at 3 pm the site went down", "2026-11-23T14:00", "2026-11-23T16:00"),
        ("who touched it on 20 November", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("since Nov 20th", "2026-11-20T00:00", "2026-11-24T15:30"),
        ("what changed on 2nd of December", "2025-12-02T00:00", "2025-12-03T00:00"),
        ("why did the alarm go off last night", "2026-11-23T18:00", "2026-11-24T06:00"),
        ("what fired overnight", "2026-11-23T18:00", "2026-11-24T06:00"),
        ("between 2 pm and 4 pm yesterday", "2026-11-23T14:00", "2026-11-23T16:00"),
        ("between 1 pm and 2 pm on Friday", "2026-11-20T13:00", "2026-11-20T14:00"),
        ("on 2026-11-20 from 9:00 to 11:00", "2026-11-20T09:00", "2026-11-20T11:00"),
        ("from 2026-11-20 08:00 to 2026-11-21 09:30", "2026-11-20T08:00", "2026-11-21T09:30"),
        ("between 2026-11-20 8:00 and 10:00", "2026-11-20T08:00", "2026-11-20T10:00"),
        ("in the last half hour", "2026-11-24T15:00", "2026-11-24T15:30"),
        ("half an hour ago", "2026-11-24T15:00", "2026-11-24T15:30"),
        ("errors this week", "2026-11-23T00:00", "2026-11-24T15:30"),
        ("what fired this month", "2026-11-01T00:00", "2026-11-24T15:30"),
        ("since 8 o'clock this morning", "2026-11-24T08:00", "2026-11-24T15:30"),
        ("since 3 pm yesterday", "2026-11-23T15:00", "2026-11-24T15:30"),
        ("since 9:15 on Friday", "2026-11-20T09:15", "2026-11-24T15:30"),
        ("yesterday evening", "2026-11-23T18:00", "2026-11-24T00:00"),
        ("between 1 and 3 pm", "2026-11-24T13:00", "2026-11-24T15:00"),
        ("it broke ~10am", "2026-11-24T09:00", "2026-11-24T11:00"),
    ],
)
def test_moments_nights_and_dates_as_people_write_them(text, start, end):
    window = time_window(text, now=NOW)
    assert [window.start.isoformat()[:16], window.end.isoformat()[:16]] == [start, end]


@pytest.mark.parametrize("text", ["on 31 February", "at 25:00", "may 5 functions run", "at 90 percent", "at 5"])
def test_what_no_calendar_or_clock_shows_is_no_time(text):
    assert time_window(text, now=NOW) is None
