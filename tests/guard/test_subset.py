"""What is taken for narrower is narrower; what cannot be told is not."""

import pytest

from cloudprobe.guard.subset import allows_no_more


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions, resource="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


WIDE = policy(
    allow("s3:GetBucketAcl", "s3:ListAllMyBuckets"), allow("dynamodb:Scan", resource="arn:aws:dynamodb:*:*:table/a*")
)
CONDITION = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


@pytest.mark.parametrize(
    "narrower",
    [
        WIDE,
        policy(allow("s3:ListAllMyBuckets")),
        policy(allow("S3:listallmybuckets")),
        policy(allow("s3:GetBucketAcl", resource=["arn:aws:s3:::a", "arn:aws:s3:::b"])),
        policy(allow("dynamodb:Scan", resource="arn:aws:dynamodb:*:*:table/accounts")),
        policy(allow("s3:ListAllMyBuckets", Condition=CONDITION)),
        policy(),
    ],
)
def test_narrower(narrower):
    assert allows_no_more(narrower, WIDE)


@pytest.mark.parametrize(
    "wider",
    [
        policy(allow("s3:GetBucketPolicy")),
        policy(allow("s3:*")),
        policy(allow("s3:ListAllMyBuckets", "iam:ListUsers")),
        policy(allow("dynamodb:Scan")),
        policy(allow("dynamodb:Scan", resource="arn:aws:dynamodb:*:*:table/*")),
        policy(allow("dynamodb:Scan", resource="arn:aws:dynamodb:*:*:table/A1")),
        policy(allow("dynamodb:Scan", resource="arn:aws:dynamodb:*:*:table/?1")),
        policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "NotResource": "x"}),
        policy({"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"}),
        policy({"Effect": "Allow", "Action": "s3:ListAllMyBuckets"}),
        {"Version": "2012-10-17", "Statement": ["x"]},
        {"Version": "2012-10-17", "Statement": 3},
    ],
)
def test_not_narrower(wider):
    assert not allows_no_more(wider, WIDE)


def test_a_condition_that_was_approved_must_stay():
    limited = policy(allow("s3:ListAllMyBuckets", Condition=CONDITION))
    assert allows_no_more(limited, limited)
    assert not allows_no_more(policy(allow("s3:ListAllMyBuckets")), limited)


def test_nothing_is_narrower_than_what_cannot_be_told():
    strange = policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, allow("s3:ListAllMyBuckets"))
    assert not allows_no_more(policy(allow("s3:ListAllMyBuckets")), strange)
