"""The way into one account: who grants, how a run becomes what was granted, and what the account owns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cloudprobe.adapters.aws.ownership import account_ownership
from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.run_credentials import assume
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.domain.run import AccessPath, GrantRequest, RunRequest
from cloudprobe.errors import RefusedError
from cloudprobe.guard.boundary import boundary_for
from cloudprobe.guard.policy import digest
from cloudprobe.guard.signoff import check_policy, not_covered
from cloudprobe.ports import Clock, Grantor
from cloudprobe.sandbox.backend import ClientSource
from cloudprobe.sandbox.ownership import Ownership
from cloudprobe.sandbox.permit import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAccess:
    """The way into one account. Credentials stay behind ``enter``, in this process."""

    account: str
    """Twelve digits."""
    path: AccessPath
    description: str
    """For people: what kind of access, by which role."""
    why: tuple[str, ...] = ()
    """What was tried before this, and why it could not be."""
    grantor: Grantor
    enter: Callable[[RunRequest, Permit], ClientSource]
    """Become what a run was granted. Raises as ``ProbeRunner.run`` does."""
    ownership: Ownership


def role_access(session: AwsSession, identity: Identity, *, clock: Clock, why: tuple[str, ...] = ()) -> AccountAccess:
    """A role for each run, made by a caller who may manage roles below ``/cloudprobe/``."""

    def enter(request: RunRequest, _: Permit) -> ClientSource:
        check_path(request, "role")
        return assume(session, request.grant, seconds=request.wall_seconds, clock=clock)

    return AccountAccess(
        account=identity.account,
        path="role",
        description="a role for each run below /cloudprobe/, the ceiling its boundary, deleted after the run",
        why=why,
        grantor=RoleGrantor(session, identity, clock=clock),
        enter=enter,
        ownership=account_ownership(session, identity),
    )


def check_path(request: RunRequest, path: AccessPath) -> None:
    """Refuse a grant of another kind than this one: state may have been changed.

    Raises:
        RefusedError: it is of another kind.
    """
    if request.grant.path != path:
        raise RefusedError(
            f"The grant of run {request.run_id} is for the access path {request.grant.path}, not {path}.",
            hint="Nothing was run; resume the inspection with the access it began with, or ask again.",
        )


def check_session_policy(request: RunRequest, permit: Permit) -> None:
    """Refuse a session policy other than the one that was signed off.

    Raises:
        RefusedError: it is another one.
    """
    check_policy(permit, request.policy)


def check_request(request: GrantRequest, *, account: str, partition: str) -> None:
    """What every grantor that makes no role checks; ``RoleGrantor`` checks the same against the boundary it attaches.

    Raises:
        RefusedError: the policy is not what was signed off, or goes beyond the ceiling.
    """
    if digest(request.policy) != request.policy_digest:
        raise RefusedError(
            f"The policy of run {request.run_id} is not the one that was signed off.", hint="Validate it again."
        )
    boundary = boundary_for(
        request.policy,
        account_id=account,
        data_class=request.data_class,  # type: ignore[arg-type] # settings know no other value
        partition=partition,
    )
    if uncovered := not_covered(boundary.document, request.policy):
        raise RefusedError(
            f"The policy of run {request.run_id} goes beyond the ceiling: {', '.join(uncovered)}.",
            hint="Choose a wider data class, or ask for less.",
        )


def bucket_names(session: AwsSession) -> Iterator[str]:
    for page in session.client("s3").get_paginator("list_buckets").paginate():
        yield from (bucket["Name"] for bucket in page.get("Buckets", []))
