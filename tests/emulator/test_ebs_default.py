"""Encryption of volumes by default, which ministack does not know."""

import pytest
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import allow
from tests.templates.probe_runs import restricted


def test_is_switched_for_one_region_of_one_account(
    clean_account: AccountAccess, embedded_account: EmbeddedAccount
) -> None:
    here, there = (clean_account.client("ec2", region) for region in ("us-east-1", "eu-west-1"))
    assert here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert here.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert here.create_volume(AvailabilityZone="us-east-1a", Size=1)["Encrypted"]
    assert not there.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert not there.create_volume(AvailabilityZone="eu-west-1a", Size=1)["Encrypted"]
    other = embedded_account.second_account().client("ec2")
    assert not other.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    here.disable_ebs_encryption_by_default()
    assert not here.create_volume(AvailabilityZone="us-east-1a", Size=1)["Encrypted"]


def test_asks_for_permission(clean_account: AccountAccess) -> None:
    reader = restricted(clean_account, "reader", allow("ec2:GetEbsEncryptionByDefault", "*")).client("ec2")
    assert not reader.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    with pytest.raises(ClientError, match=r"UnauthorizedOperation|AccessDenied"):
        reader.enable_ebs_encryption_by_default()
