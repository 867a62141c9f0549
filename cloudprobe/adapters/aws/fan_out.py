"""Several accounts behind the ports of one: each request goes to the account it names."""

from collections.abc import Callable, Mapping

from cloudprobe.adapters.aws.access import AccountAccess
from cloudprobe.domain.run import Grant, GrantRequest, RunOutcome, RunRequest
from cloudprobe.errors import RefusedError
from cloudprobe.ports import ProbeRunner
from cloudprobe.sandbox.permit import Permit


class AccountGrantors:
    """``Grantor`` for several accounts."""

    def __init__(self, accesses: Mapping[str, AccountAccess]) -> None:
        self._accesses = accesses

    def grant(self, request: GrantRequest) -> Grant:
        return self._access(request.account).grantor.grant(request)

    def revoke(self, run_id: str, *, account: str = "") -> None:
        self._access(account).grantor.revoke(run_id, account=account)

    def _access(self, account: str) -> AccountAccess:
        return _of(self._accesses, account)


class AccountRunners:
    """``ProbeRunner`` for several accounts: a run reaches its own and no other.

    Args:
        accesses: the way into each account.
        make: a runner for one of them.
    """

    def __init__(self, accesses: Mapping[str, AccountAccess], make: Callable[[AccountAccess], ProbeRunner]) -> None:
        self._accesses = accesses
        self._runners = {account: make(access) for account, access in accesses.items()}

    def run(self, request: RunRequest) -> RunOutcome:
        accounts = Permit.from_json(request.permit).accounts
        if len(accounts) != 1 or request.grant.account not in {"", *accounts}:
            raise RefusedError(
                f"The permit of run {request.run_id} is for account {', '.join(accounts) or 'none'}, its grant for "
                f"{request.grant.account}.",
                hint="Nothing was run; validate the probe again.",
            )
        return self._runners[_of(self._accesses, accounts[0]).account].run(request)


def _of(accesses: Mapping[str, AccountAccess], account: str) -> AccountAccess:
    """The one account's, where nobody says which."""
    if not account and len(accesses) == 1:
        return next(iter(accesses.values()))
    if account not in accesses:
        raise RefusedError(
            f"Account {account or '(none)'} is not among those inspected: {', '.join(accesses)}.",
            hint="Resume the inspection with the accounts it began with, or ask again.",
        )
    return accesses[account]
