"""Which access path: tried in order, strongest first, with a word on why each one before it could not be.

1. A role for each run: IAM holds exactly the probe's policy under the ceiling, and deletes it.
2. A session policy on an inspector role.
3. A federation token of the user who asks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cloudprobe.adapters.aws.access import AccountAccess, role_access
from cloudprobe.adapters.aws.federation_grantor import FederationGrantor, federation_access
from cloudprobe.adapters.aws.inspector_role import ROLE_NAME, default_external_id, role_arn, set_up_command
from cloudprobe.adapters.aws.run_sessions import errand_id
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.adapters.aws.session_grantor import SessionGrantor, session_access
from cloudprobe.domain.inspection import AccessSettings
from cloudprobe.domain.run import GrantRequest
from cloudprobe.errors import AccessError, CredentialsError, EndpointUnreachableError, RefusedError, UsageError
from cloudprobe.guard.policy import digest
from cloudprobe.ports import Clock

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\w+=,.@/-]+", re.ASCII)
_TRIAL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["ec2:DescribeRegions"], "Resource": "*"}],
}
"""What the role of a trial may do, for the moment it stands."""


def choose_access(session: AwsSession, identity: Identity, wanted: AccessSettings, *, clock: Clock) -> AccountAccess:
    """The way into the caller's own account, or into that of the role that was named.

    Raises:
        RefusedError: the credentials are those of a root user, or nothing can bound what a run may do.
        AccessError: the path that was asked for is closed.
        UsageError: what is named is no role.
    """
    refuse_root(identity)
    if wanted.role_arn or wanted.path == "session":
        return _given_role(session, identity, wanted, clock=clock)
    if wanted.path == "role":
        return _by_role(session, identity, clock=clock)
    if wanted.path == "federation":
        return _by_federation(session, identity, clock=clock)
    return _first_that_works(session, identity, wanted, clock=clock)


def accesses(
    session: AwsSession, identity: Identity, wanted: AccessSettings, accounts: Sequence[str], *, clock: Clock
) -> Mapping[str, AccountAccess]:
    """The way into each of several accounts. Into others than the caller's own it is tried when it is first used.

    Raises:
        RefusedError: the credentials are those of a root user.
        UsageError: the path that was asked for leads into no other account.
    """
    refuse_root(identity)
    if wanted.path in {"role", "federation"} and set(accounts) - {identity.account}:
        raise UsageError(
            f"The access path {wanted.path} leads into no other account than {identity.account}.",
            hint="Leave --access out: other accounts are reached by a session policy on the role --role-name names.",
        )
    found = {account: _one_of_several(session, identity, wanted, account, clock=clock) for account in accounts}
    if len(found) == 1:
        for grantor in (access.grantor for access in found.values()):
            if isinstance(grantor, SessionGrantor):
                grantor.try_out()  # with nothing else to look into, a closed door is the end, and better known now
    return found


def refuse_root(identity: Identity) -> None:
    """Nothing bounds a root user: no boundary, and no session policy on keys that need none.

    Raises:
        RefusedError: it is one.
    """
    if identity.arn.endswith(":root"):
        raise RefusedError(
            f"The credentials are those of the root user of account {identity.account}, which nothing can bound.",
            hint="Use a user or role of the account; delete the root user's access keys.",
        )


def _one_of_several(
    session: AwsSession, identity: Identity, wanted: AccessSettings, account: str, *, clock: Clock
) -> AccountAccess:
    arn = role_arn(account, wanted.role_name or ROLE_NAME, partition=identity.partition)
    grantor = _session_grantor(session, identity, arn, wanted, clock=clock)
    if account != identity.account or wanted.path == "session":
        return session_access(grantor, role_arn=arn)
    return choose_access(session, identity, wanted, clock=clock)


def _first_that_works(
    session: AwsSession, identity: Identity, wanted: AccessSettings, *, clock: Clock
) -> AccountAccess:
    attempts: tuple[tuple[str, Callable[[], AccountAccess]], ...] = (
        ("a role for each run", lambda: _by_role(session, identity, clock=clock)),
        ("a session policy on the inspector role", lambda: _given_role(session, identity, wanted, clock=clock)),
        ("a federation token", lambda: _by_federation(session, identity, clock=clock)),
    )
    why: list[str] = []
    for name, attempt in attempts:
        try:
            return replace(attempt(), why=tuple(why))
        except (CredentialsError, EndpointUnreachableError):
            raise
        except AccessError as error:
            why.append(f"{name}: {error.message.partition(': ')[0]}")
    command = set_up_command(
        account=identity.account,
        trust=trusted_principal(identity),
        name=wanted.role_name or ROLE_NAME,
        external_id=wanted.external_id,
    )
    raise RefusedError(
        f"With the credentials of {identity.arn} nothing can bound what a run may do. Tried: {'; '.join(why)}",
        hint=f"Have an administrator of account {identity.account} run: {command}",
    )


def _by_role(session: AwsSession, identity: Identity, *, clock: Clock) -> AccountAccess:
    """Make a role and delete it: only that tells whether the account lets us, whatever policies seem to say."""
    access = role_access(session, identity, clock=clock)
    trial = errand_id(clock)
    access.grantor.grant(GrantRequest(run_id=trial, policy=_TRIAL, policy_digest=digest(_TRIAL)))
    access.grantor.revoke(trial)
    return access


def _given_role(session: AwsSession, identity: Identity, wanted: AccessSettings, *, clock: Clock) -> AccountAccess:
    arn = wanted.role_arn or role_arn(identity.account, wanted.role_name or ROLE_NAME, partition=identity.partition)
    if not _ROLE.fullmatch(arn):
        raise UsageError(f"{arn[:200]!r} is no role.", hint="Give it as arn:aws:iam::123456789012:role/NAME.")
    grantor = _session_grantor(session, identity, arn, wanted, clock=clock)
    grantor.try_out()
    return session_access(grantor, role_arn=arn)


def _session_grantor(
    session: AwsSession, identity: Identity, arn: str, wanted: AccessSettings, *, clock: Clock
) -> SessionGrantor:
    account, name = arn.split(":")[4], arn.split(":", 5)[5].removeprefix("role/")
    external_id = wanted.external_id or default_external_id(account)
    command = set_up_command(
        account=account, trust=trusted_principal(identity), name=name, external_id=wanted.external_id
    )
    return SessionGrantor(
        session, arn, external_id=external_id, clock=clock, set_up=f"{command} (by an administrator of {account})"
    )


def _by_federation(session: AwsSession, identity: Identity, *, clock: Clock) -> AccountAccess:
    grantor = FederationGrantor(session, identity, clock=clock)
    grantor.try_out()
    return federation_access(grantor, identity)


def trusted_principal(identity: Identity) -> str:
    """Whom a trust policy has to name for this caller: the role itself where it is a session of one."""
    head, colon, resource = identity.arn.partition(":assumed-role/")
    if not colon:
        return identity.arn
    return f"{head.replace(':sts:', ':iam:')}:role/{resource.split('/', maxsplit=1)[0]}"
