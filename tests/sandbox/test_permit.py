import json

import pytest

from cloudprobe.errors import RefusedError
from cloudprobe.sandbox.permit import AllowedOperation, Budgets, Permit

PERMIT = Permit(
    operations=(AllowedOperation(service="s3", operation="ListBuckets"),),
    accounts=("123456789012",),
    regions=("eu-west-1",),
    budgets=Budgets(calls=5),
    script_digest="a" * 64,
    policy_digest="b" * 64,
)


def test_a_permit_survives_being_stored():
    assert Permit.from_json(json.loads(json.dumps(PERMIT.to_json()))) == PERMIT


def test_it_allows_what_it_names_and_nothing_else():
    assert PERMIT.allows("s3", "ListBuckets")
    assert not PERMIT.allows("s3", "DeleteBucket")
    assert not PERMIT.allows("ec2", "ListBuckets")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"operations": [{"service": "s3"}]},
        {"operations": None},
        {"unknown": 1},
        {"budgets": {"calls": 1, "coins": 2}},
    ],
)
def test_a_permit_that_is_not_understood_is_refused(change):
    with pytest.raises(RefusedError):
        Permit.from_json({**PERMIT.to_json(), **change})
