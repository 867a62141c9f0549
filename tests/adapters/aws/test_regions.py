import pytest

from cloudprobe.adapters.aws.regions import check_region, known_regions
from cloudprobe.errors import UsageError


def test_every_partition_has_its_regions():
    assert {"us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"} <= known_regions()
    assert not any("global" in name for name in known_regions())


@pytest.mark.parametrize("name", ["us-east-1", "cn-north-1"])
def test_a_region_there_is(name):
    check_region(name)


@pytest.mark.parametrize(
    ("name", "nearest"), [("us-east1", "us-east-1"), ("EU-WEST-1", "eu-west-1"), ("", "like eu-west-1")]
)
def test_a_region_there_is_not(name, nearest):
    with pytest.raises(UsageError, match="no region") as caught:
        check_region(name)
    assert nearest in caught.value.hint


def test_a_very_long_name_is_cut():
    with pytest.raises(UsageError) as caught:
        check_region("x" * 10_000)
    assert len(caught.value.message) < 200
