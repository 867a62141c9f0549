"""The account to inspect: who we are in it, and the way into it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cloudprobe.adapters.aws.session import AwsSession, Identity, Keys, open_session
from cloudprobe.config import DEFAULT_REGION, Config, Credentials, Target
from cloudprobe.domain.inspection import AccessSettings, InspectionSettings
from cloudprobe.errors import UsageError

if TYPE_CHECKING:
    from cloudprobe.adapters.aws.access import AccountAccess
    from cloudprobe.emulator.access import AccountAccess as EmbeddedAccess


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account that answers, who we are in it, and the way into what is inspected."""

    session: AwsSession
    identity: Identity
    description: str
    """For people: what is inspected."""
    wanted: AccessSettings = field(default_factory=AccessSettings)
    accounts: tuple[str, ...] = ()
    """What is inspected, where it is not the one account that answers, or that of the role."""
    ours: bool = False
    """We made the account ourselves; the access path needs no trial."""

    @cached_property
    def accesses(self) -> Mapping[str, "AccountAccess"]:
        """The way into each inspected account, found by trying: the first use makes calls.

        Raises:
            RefusedError: nothing can bound what a run may do.
            AccessError: the way that was asked for is closed.
        """
        from cloudprobe.adapters.aws.access import role_access
        from cloudprobe.adapters.aws.choice import accesses, choose_access
        from cloudprobe.adapters.local.clock import SystemClock

        clock = SystemClock()
        if self.accounts:
            return accesses(self.session, self.identity, self.wanted, self.accounts, clock=clock)
        if self.ours:
            return {self.identity.account: role_access(self.session, self.identity, clock=clock)}
        access = choose_access(self.session, self.identity, self.wanted, clock=clock)
        return {access.account: access}

    @property
    def inspected(self) -> tuple[str, ...]:
        """Every account that is inspected; nothing is called to say so."""
        by_role = tuple(self.wanted.role_arn.split(":")[4:5])
        return self.accounts or by_role or (self.identity.account,)

    def narrow(self, settings: InspectionSettings) -> InspectionSettings:
        """The settings of an inspection of this account."""
        return settings.model_copy(
            update={
                "account": self.inspected[0],
                "accounts": self.accounts,
                "access": self.wanted,
                "home_region": self.identity.region,
                "target": self.description,
            }
        )

    def check_same(self, settings: InspectionSettings) -> None:
        """Refuse to carry on an inspection in another account than it began in.

        Raises:
            UsageError: it began in another one.
        """
        if settings.inspected != self.inspected:
            raise UsageError(
                f"The inspection began in account {', '.join(settings.inspected)}; the credentials given are of "
                f"{', '.join(self.inspected)}.",
                hint="Resume it with credentials of the first account, or ask again.",
            )


@contextmanager
def open_account(
    world: str,
    config: Config,
    *,
    account_id: str = "",
    access: AccessSettings | None = None,
    accounts: tuple[str, ...] = (),
) -> Iterator[Account]:
    """The account to inspect: a world in an embedded account, or what the standard AWS variables reach.

    Args:
        world: started and seeded, and gone afterwards; empty for the variables' account.
        config: says what the variables say.
        account_id: of the embedded account; random when empty.
        access: how to get into it; has no meaning with a world.
        accounts: several to inspect, or another than the one that answers.

    Raises:
        RefusedError: the variables lead to more than one account.
        AccessError: no credentials, ones that are not taken, or nothing answers.
        UsageError: there is no such world.
    """
    if not world:
        wanted = access or AccessSettings()
        target = config.with_profile(wanted.profile).target()
        description = f"account at {target.endpoint_url}" if target.endpoint_url else "account of AWS"
        yield replace(_reach(target, description), wanted=wanted, accounts=accounts)
        return
    from cloudprobe.emulator.account import EmbeddedAccount
    from cloudprobe.emulator.worlds import load_world

    known = load_world(world)
    with EmbeddedAccount.start(account_id=account_id or None) as account:
        known.seed(account.client)
        yield embedded(account.access, f"embedded account, world {known.name}")


def embedded(access: "EmbeddedAccess", description: str) -> Account:
    target = Target(
        endpoint_url=access.endpoint_url,
        region=access.region,
        credentials=Credentials(access_key_id=access.access_key_id, secret_access_key=access.secret_access_key),
        profile=None,
    )
    return replace(_reach(target, description), ours=True)


def _reach(target: Target, description: str) -> Account:
    given = target.credentials
    session = open_session(
        endpoint_url=target.endpoint_url,
        region=target.region,
        keys=Keys(given.access_key_id, given.secret_access_key, given.session_token) if given else None,
        profile=target.profile,
        default_region=DEFAULT_REGION,
    )
    return Account(session=session, identity=session.identify(), description=description)
