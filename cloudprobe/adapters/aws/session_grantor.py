"""``Grantor`` by session policy: each run is a session of one given role, and may do what its policy says of it.

Nothing is made in the account, so nothing can be left there: a session ends by itself. What the role's own policies,
boundary and the organisation deny stays denied; a session policy can only take away.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.access import (
    AccountAccess,
    bucket_names,
    check_path,
    check_request,
    check_session_policy,
)
from cloudprobe.adapters.aws.failures import AWS_ERRORS, is_denied, translate, translated
from cloudprobe.adapters.aws.run_roles import session_name
from cloudprobe.adapters.aws.run_sessions import (
    LIST_BUCKETS,
    RunClients,
    errand_id,
    is_too_large,
    keys_of,
    open_parts,
    run_tags,
    seconds_for,
    too_large,
)
from cloudprobe.adapters.aws.session import AwsSession
from cloudprobe.adapters.aws.session_policy import packed, session_parts
from cloudprobe.domain.run import Grant, GrantRequest, RunRequest
from cloudprobe.errors import AccessError, RefusedError
from cloudprobe.ports import Clock
from cloudprobe.sandbox.ownership import ListedBuckets
from cloudprobe.sandbox.permit import Permit

log = logging.getLogger(__name__)
_LIFETIME = timedelta(hours=1)
_MARKS = (("SourceIdentity", "Tags"), ("SourceIdentity",), ())
"""What says in the trail whose session it is, most first: a role that was not made by us may allow less."""


class SessionGrantor:
    """Grants sessions of one role. Thread-safe.

    Args:
        session: of a principal the role trusts.
        role_arn: the inspector role.
        external_id: that it asks for; empty for none.
        clock: for expiry.
        set_up: the command that makes such a role, for people.
    """

    def __init__(self, session: AwsSession, role_arn: str, *, external_id: str, clock: Clock, set_up: str = "") -> None:
        self._session = session
        self._role_arn = role_arn
        self._external_id = external_id
        self._clock = clock
        self._set_up = set_up
        self._errand = errand_id(clock)
        self._marks: tuple[str, ...] | None = None
        _, self._partition, _, _, self.account, _ = role_arn.split(":", 5)

    @property
    def marks(self) -> tuple[str, ...]:
        """What sessions carry beside their name; known after ``try_out``."""
        return self._marks or ()

    def try_out(self) -> None:
        """Open a session that may do nothing, and learn what the role lets sessions carry.

        Raises:
            AccessError: the role cannot be assumed.
        """
        denied: Exception | None = None
        for marks in _MARKS:
            try:
                self._assume(self._errand, packed({}), seconds=0, marks=marks)
            except ClientError as error:
                if not is_denied(error):
                    raise translate(error, endpoint=self._session.endpoint) from error
                denied = denied or error
            except AWS_ERRORS as error:
                raise translate(error, endpoint=self._session.endpoint) from error
            else:
                self._marks = marks
                return
        raise self._refusal(denied) from denied

    def grant(self, request: GrantRequest) -> Grant:
        """Nothing is made; what could fail later is tried now.

        Raises:
            RefusedError: the policy is not what was signed off, exceeds the ceiling, or fits into no session policy.
            AccessError: the role cannot be assumed.
        """
        check_request(request, account=self.account, partition=self._partition)
        session_parts(request.policy, request.operations, run_id=request.run_id)
        if self._marks is None:
            self.try_out()
        return Grant(
            run_id=request.run_id,
            path="session",
            account=self.account,
            role_arn=self._role_arn,
            external_id=self._external_id,
            expires=(self._clock.now() + _LIFETIME).isoformat(timespec="seconds"),
        )

    def revoke(self, run_id: str, *, account: str = "") -> None:
        """Nothing stands in the account; a session ends by itself, its credentials never left this process."""

    def enter(self, request: RunRequest, permit: Permit) -> RunClients:
        """Become a session of the role with exactly the policy that was signed off.

        Raises:
            RefusedError: policy or grant are not what was signed off and granted.
            AccessError: the role cannot be assumed.
        """
        check_path(request, "session")
        check_session_policy(request, permit)
        if request.grant.role_arn != self._role_arn:
            raise RefusedError(
                f"Run {request.run_id} was granted {request.grant.role_arn}, not {self._role_arn}.",
                hint="Nothing was run; resume the inspection with the role it began with.",
            )
        operations = [f"{allowed.service}:{allowed.operation}" for allowed in permit.operations]
        parts = session_parts(request.policy, operations, run_id=request.run_id)
        seconds = request.wall_seconds
        return open_parts(parts, lambda policy: self._open(request.run_id, policy, seconds=seconds))

    def list_buckets(self) -> Iterator[str]:
        """As a session that may do nothing else: whoever asks may have nothing but the right to assume the role."""
        with translated(self._session.endpoint):
            yield from bucket_names(self._open(self._errand, packed(LIST_BUCKETS), seconds=0))

    def _open(self, run: str, policy: str, *, seconds: float) -> AwsSession:
        if self._marks is None:
            self.try_out()
        with translated(self._session.endpoint):
            try:
                return self._assume(run, policy, seconds=seconds, marks=self.marks)
            except ClientError as error:
                if is_denied(error):
                    raise self._refusal(error) from error
                if not is_too_large(error):
                    raise
                return self._assume_without_tags(run, policy, seconds, error)

    def _assume_without_tags(self, run: str, policy: str, seconds: float, too_much: ClientError) -> AwsSession:
        """Tags count towards the packed size. A role that insists on them leaves nothing else to try."""
        try:
            if "Tags" not in self.marks:
                raise too_much
            return self._assume(run, policy, seconds=seconds, marks=("SourceIdentity",))
        except ClientError as error:
            raise too_large(run, too_much) from error

    def _assume(self, run: str, policy: str, *, seconds: float, marks: tuple[str, ...]) -> AwsSession:
        carried: Mapping[str, Any] = {"SourceIdentity": session_name(run), "Tags": run_tags(run)}
        answer = self._session.client("sts").assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=session_name(run),
            DurationSeconds=seconds_for(seconds),
            Policy=policy,
            **({"ExternalId": self._external_id} if self._external_id else {}),
            **{mark: carried[mark] for mark in marks},
        )
        return self._session.with_keys(keys_of(answer))

    def _refusal(self, error: Exception | None) -> AccessError:
        said = error.response.get("Error", {}).get("Message", "") if isinstance(error, ClientError) else ""
        asked = f" with the external id {self._external_id}" if self._external_id else ""
        return AccessError(
            f"The role {self._role_arn} cannot be assumed{asked}: {(said or 'access denied').rstrip('.')}.",
            hint="See that it is there and trusts these credentials, and that they may do sts:AssumeRole, "
            "sts:SetSourceIdentity and sts:TagSession on it."
            + (f" What makes it: {self._set_up}" * bool(self._set_up)),
        )


def session_access(grantor: SessionGrantor, *, role_arn: str, why: tuple[str, ...] = ()) -> AccountAccess:
    """Sessions of one role."""
    return AccountAccess(
        account=grantor.account,
        path="session",
        description=f"each run's policy as session policy on {role_arn}",
        why=why,
        grantor=grantor,
        enter=grantor.enter,
        ownership=ListedBuckets([grantor.account], list_buckets=grantor.list_buckets),
    )
