"""IAM users, their passwords, devices and keys."""

from dataclasses import dataclass
from typing import Any

from cloudprobe.emulator.worlds.building.past import days_ago
from cloudprobe.emulator.worlds.building.patience import patiently
from cloudprobe.emulator.worlds.building.site import Site

_CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key made ``age`` days ago and used ``used`` days ago, if ever."""

    age: int = 0
    used: int | None = None
    active: bool = True


def user(
    site: Site,
    logical: str,
    *,
    password: bool = False,
    mfa: bool = False,
    keys: tuple[AccessKey, ...] = (),
) -> None:
    """Make a user. On an account other than the embedded one every key is of today, and so is its use."""
    iam = site.client("iam")
    name = site.name(logical)
    site.arns[logical] = iam.create_user(UserName=name)["User"]["Arn"]
    if password:
        iam.create_login_profile(UserName=name, Password=f"Aa1!{site.name('password')}-{name}"[:64])
    if mfa:
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, **_CODES)
    for key in keys:
        _key(site, iam, name, key)


def _key(site: Site, iam: Any, name: str, key: AccessKey) -> None:
    with days_ago(iam, key.age):
        made = iam.create_access_key(UserName=name)["AccessKey"]
    if key.used is not None:
        _use(site, made, key.used)
    if not key.active:
        iam.update_access_key(UserName=name, AccessKeyId=made["AccessKeyId"], Status="Inactive")


def _use(site: Site, made: dict[str, Any], ago: int) -> None:
    """Ask who the key belongs to, with the key."""
    import boto3  # noqa: PLC0415 - the command line must start without loading the SDK

    sts = site.client("sts")
    own = boto3.client(
        "sts",
        region_name=sts.meta.region_name,
        endpoint_url=sts.meta.endpoint_url,
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    with days_ago(own, ago):
        patiently(own.get_caller_identity, "InvalidClientTokenId")


def root_mfa(site: Site) -> None:
    """Give the root user a device. Only the embedded account takes this from somebody who is not root."""
    site.client("iam").create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
