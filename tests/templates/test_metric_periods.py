"""CloudWatch keeps points of a minute for 15 days, of 5 minutes for 63, of an hour for longer, and refuses finer ones."""

import runpy
from datetime import UTC, datetime, timedelta

import pytest

from cloudprobe.templates.registry import BUILTIN_FOLDER

TEMPLATES = ("lambda_errors", "sqs_queue_backlog")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("age", "step"),
    [
        (timedelta(hours=6), 60),
        (timedelta(days=14), 60),
        (timedelta(days=15, minutes=1), 300),
        (timedelta(days=23), 300),
        (timedelta(days=62), 300),
        (timedelta(days=63, minutes=1), 3600),
        (timedelta(days=400), 3600),
    ],
)
@pytest.mark.parametrize("wanted", [7.5, 300, 420, 1000.1, 4000, 90000])
def test_a_point_has_a_length_that_is_kept(template: str, age: timedelta, step: int, wanted: float) -> None:
    period_of = runpy.run_path(str(BUILTIN_FOLDER / template / "probe.py"), run_name="probe")["period_of"]
    period = period_of(datetime.now(UTC) - age, wanted)  # noqa: TID251 - as a probe, which has no port
    assert period % step == 0
    assert max(300, wanted) <= period < max(300, wanted) + step
