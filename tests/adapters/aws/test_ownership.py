import json

import pytest

from cloudprobe.adapters.aws.ownership import account_ownership
from cloudprobe.adapters.aws.session import Keys
from cloudprobe.errors import AccessError


@pytest.fixture
def listings(session):
    """Counts calls of ListBuckets."""
    calls = []
    session.client("s3").meta.events.register("before-call.s3.ListBuckets", lambda **_: calls.append(1))
    return calls


def test_the_account_and_its_buckets_are_owned(session, listings):
    for name in ("acme-alpha", "acme-beta"):
        session.client("s3").create_bucket(Bucket=name)
    ownership = account_ownership(session, session.identify())
    assert ownership.accounts() == {session.identify().account}
    assert ownership.owns_bucket("acme-alpha")
    assert ownership.owns_bucket("acme-beta")
    assert len(listings) == 1


def test_another_account_s_buckets_are_not(session, embedded_account, models_read_once):
    other = embedded_account.second_account()
    models_read_once.with_keys(Keys(other.access_key_id, other.secret_access_key)).client("s3").create_bucket(
        Bucket="acme-of-another"
    )
    assert not account_ownership(session, session.identify()).owns_bucket("acme-of-another")


def test_a_bucket_made_meanwhile_is_found(session, listings):
    ownership = account_ownership(session, session.identify())
    assert not ownership.owns_bucket("acme-new")
    session.client("s3").create_bucket(Bucket="acme-new")
    assert ownership.owns_bucket("acme-new")


def test_a_script_cannot_make_us_list_for_ever(session, listings):
    ownership = account_ownership(session, session.identify())
    for number in range(20):
        assert not ownership.owns_bucket(f"guess-{number}")
    assert len(listings) <= 3


def test_who_may_not_list_buckets_owns_none_for_certain(session, open_as):
    iam = session.client("iam")
    iam.create_user(UserName="blind")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="blind", PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="blind")["AccessKey"]
    blind = open_as(Keys(key["AccessKeyId"], key["SecretAccessKey"]))
    with pytest.raises(AccessError, match="s3:ListAllMyBuckets"):
        account_ownership(blind, blind.identify()).owns_bucket("any")
