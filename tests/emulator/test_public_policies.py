"""S3's verdict on policies, and the block that rests on it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from tests.worlds.seeded import naming

VPCE = {"aws:SourceVpce": "vpce-0a1b2c3d"}


def _allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "{}/*", **more}


def _deny(**more: Any) -> dict[str, Any]:
    """Of what the cases allow and no more: the test itself must still be able to ask."""
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*Object", "Resource": ["{}", "{}/*"], **more}


CASES: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "for-everybody": ([_allow()], True),
    "for-one": ([_allow(Principal={"AWS": "arn:aws:iam::123456789012:root"})], False),
    "through-one-endpoint": ([_allow(Condition={"StringEquals": VPCE})], False),
    "if-it-exists": ([_allow(Condition={"StringEqualsIfExists": VPCE})], True),
    "denied": ([_allow(), _deny()], False),
    "denied-outside": ([_allow(), _deny(Condition={"StringNotEquals": VPCE})], False),
    "denied-outside-but-for-services": (
        [
            _allow(),
            _deny(Condition={"StringNotEqualsIfExists": VPCE, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
        ],
        False,
    ),
    "denied-but-for-one": (
        [_allow(), {**_deny(), "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}} | {"Principal": None}],
        False,
    ),
    "denied-without-tls": ([_allow(), _deny(Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
    "denied-to-one": ([_allow(), _deny(Principal={"AWS": "arn:aws:iam::123456789012:root"})], True),
    "other-action-denied": ([_allow(), _deny(Action="s3:PutObject")], True),
    "one-of-two-actions-denied": (
        [_allow(Action=["s3:GetObject", "s3:ListBucket"], Resource=["{}", "{}/*"]), _deny(Action="s3:GetObject")],
        True,
    ),
    "other-objects-denied": ([_allow(), _deny(Resource="{}/secret/*")], True),
}


@pytest.mark.parametrize("case", CASES)
def test_verdict_and_block_agree(clean_account: AccountAccess, case: str) -> None:
    statements, public = CASES[case]
    statements = [{name: value for name, value in s.items() if value is not None} for s in statements]
    name, s3 = naming("own")(case), clean_account.client("s3")
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}).replace("{}", f"arn:aws:s3:::{name}")
    s3.create_bucket(Bucket=name)
    if public:
        with pytest.raises(ClientError, match="BlockPublicPolicy"):
            s3.put_bucket_policy(Bucket=name, Policy=policy)
    s3.delete_public_access_block(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    assert s3.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"] is public
