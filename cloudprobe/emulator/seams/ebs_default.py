"""Encryption of EBS volumes by default: ministack knows none of its operations.

A region's volumes made while it is on are encrypted. Tested by ``tests/emulator/test_ebs_default.py``.
"""

from typing import Any

from ministack.services import ec2

_KEY = "EbsEncryptionByDefault"
_on = ec2.AccountRegionScopedDict()


def install() -> None:
    create = ec2._ACTION_MAP["CreateVolume"]

    def create_volume(parameters: Any) -> Any:
        if _on.get(_KEY):
            parameters = {**parameters, "Encrypted": ["true"]}
        return create(parameters)

    ec2._ACTION_MAP["CreateVolume"] = create_volume
    ec2._ACTION_MAP["GetEbsEncryptionByDefault"] = lambda _: _answer("GetEbsEncryptionByDefault")
    ec2._ACTION_MAP["EnableEbsEncryptionByDefault"] = lambda _: _switch("EnableEbsEncryptionByDefault", on=True)
    ec2._ACTION_MAP["DisableEbsEncryptionByDefault"] = lambda _: _switch("DisableEbsEncryptionByDefault", on=False)


def _switch(action: str, *, on: bool) -> Any:
    _on[_KEY] = on
    return _answer(action)


def _answer(action: str) -> Any:
    value = str(bool(_on.get(_KEY))).lower()
    return ec2._xml(200, f"{action}Response", f"<ebsEncryptionByDefault>{value}</ebsEncryptionByDefault>")
