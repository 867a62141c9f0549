"""How ``inspect`` gets into the account or accounts it is asked about, and what it says of that before it begins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.text import Text

from cloudprobe.bootstrap import Account
from cloudprobe.domain.inspection import AccessSettings, InspectionSettings
from cloudprobe.domain.run import AccessPath
from cloudprobe.domain.text import printable
from cloudprobe.errors import UsageError

MOST_ACCOUNTS = 200
_ACCOUNT = re.compile(r"\d{12}")
_UNIT = re.compile(r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}")
_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What the options say of the way in."""

    access: AccessSettings
    accounts: tuple[str, ...] = ()
    unit: str = ""

    def into(self, account: Account, console: Console) -> Account:
        """The account with those of the organisation's unit, where one is named.

        Args:
            account: that answers.
            console: told which accounts of the unit are left out.

        Raises:
            AccessError: the unit cannot be read.
            UsageError: it holds no account, or too many.
        """
        if not self.unit:
            return account
        from cloudprobe.adapters.aws.organization import accounts_below  # noqa: PLC0415 - few ever need it

        below = accounts_below(account.session, self.unit)
        if not below.active:
            raise UsageError(f"No active account stands below {self.unit}.", hint="Name another unit, or accounts.")
        if below.inactive:
            left_out = ", ".join(below.inactive)
            console.print(f"left out    {left_out}: suspended, or about to be closed", markup=False, soft_wrap=True)
        return replace(account, accounts=_few_enough((*self.accounts, *below.active)))


def way(
    *,
    world: str | None,
    access: Literal["auto"] | AccessPath = "auto",
    profile: str | None = None,
    role_arn: str | None = None,
    role_name: str | None = None,
    external_id: str | None = None,
    accounts: Sequence[str] = (),
    accounts_file: Path | None = None,
    unit: str | None = None,
) -> Way:
    """What the options say, where it makes sense.

    Raises:
        UsageError: they contradict each other, or name no account.
    """
    settings = AccessSettings(
        path=access,
        profile=profile or "",
        role_arn=role_arn or "",
        role_name=role_name or "",
        external_id=external_id or "",
    )
    named = _few_enough((*accounts, *(_listed(accounts_file) if accounts_file else ())))
    several = bool(named or unit)
    if world and (several or settings != AccessSettings()):
        raise UsageError(
            "--world brings its own account, and options that lead into another one were given.",
            hint="Leave either out.",
        )
    if role_arn and (several or role_name):
        raise UsageError(
            "--role-arn names the role of one account, and other accounts or a role's name were given too.",
            hint="With several accounts, name the role they all have with --role-name.",
        )
    if role_arn and access in {"role", "federation"}:
        raise UsageError(f"--access {access} takes no role, and --role-arn was given.", hint="Leave either out.")
    if unit and not _UNIT.fullmatch(unit):
        raise UsageError(f"{unit[:100]!r} is no organisational unit.", hint="Units are named like ou-ab12-cdef3456.")
    return Way(access=settings, accounts=named, unit=unit or "")


def way_of(settings: InspectionSettings) -> Way:
    """The way an inspection began with, for carrying on."""
    return Way(access=settings.access, accounts=settings.accounts)


def announce(account: Account, settings: InspectionSettings, console: Console) -> None:
    """Say what will be looked at, by whom and how, before anything is. Finding the way makes calls.

    Raises:
        RefusedError: nothing can bound what a run may do.
        AccessError: there is no way in.
    """
    for name, value in _facts(account, settings):
        console.print(Text.assemble((f"{name:<11} ", "dim"), printable(value)), soft_wrap=True)


def _facts(account: Account, settings: InspectionSettings) -> Iterator[tuple[str, str]]:
    accesses = account.accesses
    inspected = account.inspected
    rest = len(inspected) - _SHOWN
    yield "account", ", ".join(inspected[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
    yield "identity", account.identity.arn
    told = dict.fromkeys((access.description, access.why) for access in accesses.values())
    for description, why in list(told)[:_SHOWN]:
        yield "access", description
        for reason in why:
            yield "", f"not {reason}"
    if len(told) > _SHOWN:
        yield "", f"and {len(told) - _SHOWN} more of the kind"
    yield "data class", settings.data_class
    chosen = "every enabled region" if settings.regions == ("*",) else ", ".join(settings.regions)
    yield "regions", chosen or f"as each probe needs, from {settings.home_region}"


def _listed(path: Path) -> Iterator[str]:
    """Ids, one a line; what follows one, a comma or a ``#``, is for people."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The file of accounts {path} cannot be read: {error}.", hint="Check --accounts-file."
        ) from error
    for line in lines:
        if text := re.split(r"[#,;\s]", line.strip().strip('"'), maxsplit=1)[0].strip('"'):
            yield text


def _few_enough(accounts: Sequence[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(accounts))
    for account in unique:
        if not _ACCOUNT.fullmatch(account):
            raise UsageError(f"{account[:50]!r} is no account.", hint="Accounts are named by twelve digits.")
    if len(unique) > MOST_ACCOUNTS:
        raise UsageError(
            f"{len(unique):,} accounts were named; at most {MOST_ACCOUNTS} are inspected at once.",
            hint="Ask about them in parts.",
        )
    return unique
