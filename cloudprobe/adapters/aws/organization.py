"""The accounts of an organisation's unit, asked with the caller's own credentials."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cloudprobe.adapters.aws.failures import translated
from cloudprobe.adapters.aws.session import AwsSession


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAccounts:
    """What stands below a unit, at any depth; twelve digits each, sorted."""

    active: tuple[str, ...]
    inactive: tuple[str, ...]
    """Suspended or being closed: nobody can look into them."""


def accounts_below(session: AwsSession, unit: str) -> UnitAccounts:
    """Walk a unit.

    Args:
        session: of the management account or a delegated administrator.
        unit: id of an organisational unit (``ou-…``) or root (``r-…``).

    Raises:
        AccessError: the caller may not ask, or there is no such unit.
    """
    with translated(session.endpoint):
        found = {account["Id"]: _is_active(account) for account in _accounts(session.client("organizations"), unit)}
    return UnitAccounts(
        active=tuple(sorted(account for account, active in found.items() if active)),
        inactive=tuple(sorted(account for account, active in found.items() if not active)),
    )


def _accounts(organizations: Any, unit: str) -> Iterator[dict[str, Any]]:
    waiting, seen = [unit], {unit}
    while waiting:
        parent = waiting.pop()
        for page in organizations.get_paginator("list_accounts_for_parent").paginate(ParentId=parent):
            yield from page["Accounts"]
        for page in organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent):
            below = [child["Id"] for child in page["OrganizationalUnits"] if child["Id"] not in seen]
            seen.update(below)
            waiting += below


def _is_active(account: dict[str, Any]) -> bool:
    """``State`` takes the place of ``Status``; whichever an answer has."""
    return str(account.get("State") or account.get("Status")) == "ACTIVE"
