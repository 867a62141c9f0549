"""Every ``Clock`` behaves so."""

from datetime import UTC, timedelta

import pytest

from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.ports import Clock
from cloudprobe.testing import FakeClock


@pytest.fixture(params=[SystemClock, FakeClock])
def clock(request) -> Clock:
    return request.param()


def test_now_is_utc_and_aware(clock):
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.now().tzinfo is UTC


def test_sleep_moves_monotonic_on(clock):
    before = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01


def test_time_does_not_go_back(clock):
    first = clock.now()
    clock.sleep(0)
    assert clock.now() >= first
