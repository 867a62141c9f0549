"""Grounds: a mark is supported by a recorded value, never by something that looks like one."""

import pytest

from cloudprobe.reports.checking.grounds import Grounds
from cloudprobe.reports.checking.marks import marks

RECORDED = {
    "FunctionName": "orders-production",
    "MemorySize": 128,
    "Timeout": 3,
    "CodeSize": 5_583_457_484,
    "LastModified": "2026-11-24T10:00:05.123+0000",
    "Epoch": 1_795_514_405,
    "Rate": 0.4517,
    "Layers": ["a", "b", "c", "d"],
    "Duration": 3003.46,
    "State": True,
    "Message": "Task timed out after 7.25 seconds",
    "Role": "arn:aws:iam::123456789012:role/orders-writer",
}


@pytest.fixture(scope="module")
def grounds():
    return Grounds([RECORDED], figures=[41], known=["why does shop-front fail?"])


@pytest.mark.parametrize(
    "said",
    [
        "`orders-production`",
        "128 MB",
        "3 seconds",
        "4 layers",
        "four layers",
        "5.58 GB",
        "5.2 GiB",
        "45% of calls",
        "45.2%",
        "41 things",
        "7.25 seconds",
        "3.0 seconds",
        "3.00346 s",
        "at 10:00",
        "at 10:00:05 UTC",
        "on 2026-11-24",
        "2026-11-24 10:00 UTC",
        "2026-11-24T10:00:05Z",
        "arn:aws:iam::123456789012:role/orders-writer",
        "the role orders-writer",
        "account 123456789012",
        "shop-front",
        "the action s3:PutObject",
        "the operation GetBucketPolicy",
        "orders-production:128",
    ],
)
def test_what_was_recorded_counted_or_asked_is_supported(grounds, said):
    found = list(marks(said))
    assert found
    assert all(grounds.support(mark) for mark in found), found


@pytest.mark.parametrize(
    "said",
    [
        "`orders`x",
        "production-orders",
        "129 MB",
        "12 MB",
        "13 seconds",
        "5.59 GB",
        "46% of calls",
        "42 things",
        "5 layers",
        "7.1 things",
        "at 10:01",
        "on 2026-11-25",
        "2026-11-24 11:00 UTC",
        "arn:aws:iam::123456789012:role/orders",
        "orders-prod",
        "123456789013",
        "s3:PutObjekt",
        "FrobnicateBuckets",
        "orders-production:443",
        "10.0.0.0/8",
    ],
)
def test_what_was_not_recorded_is_not(grounds, said):
    assert not all(grounds.support(mark) for mark in marks(said))


def test_beyond_its_bound_nothing_is_supported():
    grounds = Grounds([["first-name", "last-name-1"]], most=2)
    assert grounds.has_text("first-name")
    assert not grounds.has_text("last-name-1")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, b"\xff", "9" * 5_000, "1e999999", {"": []}, -1])
def test_any_recorded_value_can_be_taken(value):
    assert not Grounds([value]).has_text("anything")
