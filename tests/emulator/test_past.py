"""Dates of the embedded account: what ministack does, and what the seam makes of it."""

import datetime as dt
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.worlds.building.past import HEADER, days_ago


def _key(iam: Any, user: str, days: int = 0) -> dict[str, Any]:
    iam.create_user(UserName=user)
    with days_ago(iam, days):
        key: dict[str, Any] = iam.create_access_key(UserName=user)["AccessKey"]
    return key


def _last_used(iam: Any, key: dict[str, Any]) -> dict[str, Any]:
    used: dict[str, Any] = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    return used


def _sts(access: AccountAccess, key: dict[str, Any], region: str = "us-east-1") -> Any:
    return boto3.client(
        "sts",
        region_name=region,
        endpoint_url=access.endpoint_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def _days(since: dt.datetime, now: dt.datetime) -> int:
    return (now - since).days


def test_things_may_be_dated_back(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    key = _key(iam, "worker", 400)
    listed = iam.list_access_keys(UserName="worker")["AccessKeyMetadata"][0]
    today = iam.get_user(UserName="worker")["User"]["CreateDate"]
    assert _days(key["CreateDate"], today) == _days(listed["CreateDate"], today) == 400


def test_volumes_and_snapshots_may_be_dated_back(clean_account: AccountAccess) -> None:
    ec2 = clean_account.client("ec2")
    with days_ago(ec2, 40):
        old = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, VolumeType="gp3")
    new = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, VolumeType="gp3")
    with days_ago(ec2, 30):
        snapshot = ec2.create_snapshot(VolumeId=old["VolumeId"])
    assert _days(old["CreateTime"], new["CreateTime"]) == 40
    assert _days(snapshot["StartTime"], new["CreateTime"]) == 30


def test_a_key_remembers_its_last_use(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    key = _key(iam, "worker")
    assert _last_used(iam, key) == {"ServiceName": "N/A", "Region": "N/A"}
    sts = _sts(clean_account, key, "eu-west-1")
    with days_ago(sts, 30):
        sts.get_caller_identity()
    used = _last_used(iam, key)
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-west-1")
    assert _days(used["LastUsedDate"], key["CreateDate"]) in (29, 30)
    sts.get_caller_identity()
    assert _days(key["CreateDate"], _last_used(iam, key)["LastUsedDate"]) == 0


def test_a_refused_signature_is_no_use(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    key = _key(iam, "worker")
    with pytest.raises(ClientError):
        _sts(clean_account, {**key, "SecretAccessKey": "wrong"}).get_caller_identity()
    assert "LastUsedDate" not in _last_used(iam, key)


@pytest.mark.parametrize("nonsense", ["-5", "tomorrow", "1e3", "", "²"])
def test_nonsense_means_today(clean_account: AccountAccess, nonsense: str) -> None:
    iam = clean_account.client("iam")

    def header(request: Any, **_: Any) -> None:
        request.headers[HEADER] = nonsense.encode().decode("latin-1")

    iam.meta.events.register("before-sign.*.*", header)
    made = iam.create_user(UserName="worker")["User"]["CreateDate"]
    assert _days(made, dt.datetime.now(dt.UTC)) == 0  # noqa: TID251 - compared with the emulator's clock, the machine's


def test_no_date_lies_before_dates_begin(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    with days_ago(iam, 10**12):
        made = iam.create_user(UserName="worker")["User"]["CreateDate"]
    assert made.year < 1970 + 100


def test_only_the_root_users_own_device_counts_as_its(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    iam.create_user(UserName="worker")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="worker")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="worker", SerialNumber=serial, **codes)
    assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 0
    iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
    assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1


def test_an_unknown_key_is_still_an_error(clean_account: AccountAccess) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        clean_account.client("iam").get_access_key_last_used(AccessKeyId="AKIA0000000000000000")
