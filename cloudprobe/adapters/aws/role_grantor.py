"""``Grantor`` by roles: one for each run, with the probe's policy under the ceiling, deleted after the run."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws import run_roles
from cloudprobe.adapters.aws.ceiling_policies import CeilingPolicies
from cloudprobe.adapters.aws.failures import code_of, translated
from cloudprobe.adapters.aws.run_roles import RunRole, StandingRole
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.domain.ids import role_name
from cloudprobe.domain.run import Grant, GrantRequest
from cloudprobe.errors import RefusedError
from cloudprobe.guard.boundary import Boundary
from cloudprobe.guard.policy import digest
from cloudprobe.guard.signoff import not_covered
from cloudprobe.ports import Clock

log = logging.getLogger(__name__)
T = TypeVar("T")

LIFETIME = timedelta(hours=1)
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts while one part of IAM does not know yet what another part has just made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A per-run role that stands in the account."""

    role: str
    run_id: str
    expires: datetime | None
    """UTC; None where its tag cannot be read, which counts as long ago."""


class RoleGrantor:
    """Grants and revokes in one account. Every call finds out anew what stands there, so a crash needs no memory.

    Args:
        session: of a caller who may manage roles below ``/cloudprobe/``.
        identity: that caller.
        clock: for expiry and for waiting.
        runner_arn: the only principal that may assume the roles; the caller where it is empty.
    """

    def __init__(self, session: AwsSession, identity: Identity, *, clock: Clock, runner_arn: str = "") -> None:
        self._session = session
        self._identity = identity
        self._clock = clock
        self._runner_arn = runner_arn or identity.arn
        self._ceilings = CeilingPolicies(session, identity)

    def grant(self, request: GrantRequest) -> Grant:
        """Create the run's role, or adopt one that an interrupted attempt left whole.

        Raises:
            RefusedError: the policy is not what was signed off, exceeds the ceiling, or a role that is not ours bears
                the name.
            AccessError: the account does not let us.
            ThrottledError: try again.
        """
        boundary = self._checked(request)
        with translated(self._session.endpoint):
            wanted = self._wanted(request, boundary)
            standing = run_roles.find(self._session.client("iam"), wanted.name)
            if standing is not None:
                if standing.gives(wanted) and self._lasts(standing):
                    return _grant(standing.arn, wanted, expires=standing.tags[run_roles.TAG_EXPIRES])
                self._delete(standing)
            try:
                return _grant(self._create(wanted, boundary), wanted, expires=wanted.expires)
            except BaseException:
                self._clean_up(request.run_id)
                raise

    def revoke(self, run_id: str, *, account: str = "") -> None:  # noqa: ARG002 - it knows one account alone
        """Delete the run's role; one that is not there is no error.

        Raises:
            RefusedError: the role of that name is not ours.
            AccessError: the account does not let us.
            ThrottledError: try again.
        """
        with translated(self._session.endpoint):
            standing = run_roles.find(self._session.client("iam"), role_name(run_id))
            if standing is not None:
                self._delete(standing)

    def leftovers(self) -> list[Leftover]:
        """Every per-run role that stands, in use or forgotten."""
        with translated(self._session.endpoint):
            return [_leftover(role) for role in self._ours()]

    def sweep(self, expired: datetime | None = None) -> list[Leftover]:
        """Delete the roles that expired before a moment, by default now; what was deleted."""
        moment = expired or self._clock.now()
        with translated(self._session.endpoint):
            swept = []
            for role in self._ours():
                leftover = _leftover(role)
                if leftover.expires is None or leftover.expires <= moment:
                    self._delete(role)
                    swept.append(leftover)
            return swept

    def _checked(self, request: GrantRequest) -> Boundary:
        if digest(request.policy) != request.policy_digest:
            raise RefusedError(
                f"The policy of run {request.run_id} is not the one that was signed off.", hint="Validate it again."
            )
        boundary = self._ceilings.boundary_for(request.policy, data_class=request.data_class)
        if uncovered := not_covered(boundary.document, request.policy):
            raise RefusedError(
                f"The policy of run {request.run_id} goes beyond the ceiling: {', '.join(uncovered)}.",
                hint="Choose a wider data class, or ask for less.",
            )
        return boundary

    def _wanted(self, request: GrantRequest, boundary: Boundary) -> RunRole:
        return RunRole(
            run_id=request.run_id,
            runner_arn=self._runner_arn,
            external_id=run_roles.external_id(request.run_id, account=self._identity.account),
            boundary_arn=self._ceilings.ensure(boundary),
            policy=request.policy,
            expires=(self._clock.now() + LIFETIME).isoformat(timespec="seconds"),
        )

    def _lasts(self, role: StandingRole) -> bool:
        """Whether there is enough time left to adopt it."""
        expires = _expires(role)
        return expires is not None and expires - self._clock.now() >= LIFETIME / 2

    def _create(self, wanted: RunRole, boundary: Boundary) -> str:
        iam = self._session.client("iam")

        def make() -> str:
            self._ceilings.ensure(boundary)
            return run_roles.create(iam, wanted)

        arn = self._patiently(make)
        self._patiently(lambda: run_roles.put_policies(iam, wanted))
        return arn

    def _patiently(self, make: Callable[[], T]) -> T:
        for pause in _PAUSES:
            try:
                return make()
            except ClientError as error:
                if not _is_propagating(error):
                    raise
                self._ceilings.forget()
                self._clock.sleep(pause)
        return make()

    def _delete(self, role: StandingRole) -> None:
        if not role.run_id:
            raise RefusedError(
                f"There is a role {role.name} in the account that cloudprobe did not make, so it stays.",
                hint="Find out who made it, and rename or delete it.",
            )
        run_roles.delete(self._session.client("iam"), role)

    def _clean_up(self, run_id: str) -> None:
        """After a failed grant. What even this leaves, the next grant, ``revoke`` or ``sweep`` removes."""
        try:
            self.revoke(run_id)
        except Exception:
            log.warning("A half-made role of run %s may be left; a later inspection sweeps it.", run_id, exc_info=True)

    def _ours(self) -> list[StandingRole]:
        iam = self._session.client("iam")
        found = (run_roles.find(iam, name) for name in run_roles.names(iam))
        return [role for role in found if role is not None and role.run_id]


def _grant(arn: str, wanted: RunRole, *, expires: str) -> Grant:
    return Grant(
        run_id=wanted.run_id, account=arn.split(":")[4], role_arn=arn, external_id=wanted.external_id, expires=expires
    )


def _leftover(role: StandingRole) -> Leftover:
    return Leftover(role=role.name, run_id=role.run_id, expires=_expires(role))


def _expires(role: StandingRole) -> datetime | None:
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(role.tags.get(run_roles.TAG_EXPIRES, ""))
        return moment if moment.tzinfo is not None else None
    return None


def _is_propagating(error: ClientError) -> bool:
    message = str(error.response.get("Error", {}).get("Message", ""))
    return code_of(error) == "NoSuchEntity" or (
        code_of(error) == "MalformedPolicyDocument" and "invalid principal" in message.lower()
    )
