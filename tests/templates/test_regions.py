"""Regions in questions."""

import pytest

from cloudprobe.templates.regions import is_region, regions_in


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("public buckets in eu-west-1", ("eu-west-1",)),
        ("in US-EAST-1, and eu-central-1?", ("us-east-1", "eu-central-1")),
        ("in zone eu-west-1a", ("eu-west-1",)),
        ("in us-gov-west-1", ("us-gov-west-1",)),
        ("open groups in Frankfurt and Ireland", ("eu-central-1", "eu-west-1")),
        ("in the N. Virginia region", ("us-east-1",)),
        ("in northern virginia", ("us-east-1",)),
        ("for Canada", ("ca-central-1",)),
        ("the ohio region", ("us-east-2",)),
        ("in Beijing", ("cn-north-1",)),
        ("in all regions", ("*",)),
        ("in every enabled region", ("*",)),
        ("across our regions", ("*",)),
        ("worldwide", ("*",)),
        ("the bucket logs-eu-west-1 is public", ()),
        ("arn:aws:lambda:eu-west-1:123456789012:function:x", ()),
        ("s3://logs/eu-west-1/", ()),
        ("bucket in paris-photos", ()),
        ("the London function", ()),
        ("which region has most instances", ()),
        ("", ()),
        ("in euw1 or USEAST1", ("eu-west-1", "us-east-1")),
        ("rdp wide open, frankfurt", ("eu-central-1",)),
        ("in dublin", ("eu-west-1",)),
    ],
)
def test_regions_people_name(text, regions):
    assert regions_in(text) == regions


@pytest.mark.parametrize("text", ["in every region but {}", "in all regions, except for {}", "all regions without {}?"])
def test_a_region_that_is_left_out(text):
    found = regions_in(text.format("us-east-1"))
    assert "us-east-1" not in found
    assert {"us-east-2", "eu-west-1", "sa-east-1"} <= set(found)
    assert "*" not in found


def test_a_code_is_told_from_a_name():
    assert is_region("eu-west-1")
    assert not is_region("eu-west-1-logs")
