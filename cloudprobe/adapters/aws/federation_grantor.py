"""``Grantor`` by federation token, the last resort: long-term keys of a user, and no role anywhere.

STS hands a user's own permissions out, cut down to a session policy. Such a session can call neither IAM nor STS, and
AWS ties it to no source identity; the token's name says whose run it is.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.access import (
    AccountAccess,
    bucket_names,
    check_path,
    check_request,
    check_session_policy,
)
from cloudprobe.adapters.aws.failures import is_denied, translated
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
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.adapters.aws.session_policy import packed, session_parts
from cloudprobe.domain.run import Grant, GrantRequest, RunRequest
from cloudprobe.errors import AccessError, RefusedError
from cloudprobe.guard.policy import allow_statements, as_list
from cloudprobe.ports import Clock
from cloudprobe.sandbox.ownership import ListedBuckets
from cloudprobe.sandbox.permit import Permit

log = logging.getLogger(__name__)
_LIFETIME = timedelta(hours=1)
_LONGEST_NAME = 32
_CLOSED = ("iam:", "sts:")
"""What a federation token can never call, but for sts:GetCallerIdentity. Source: STS GetFederationToken."""


class FederationGrantor:
    """Grants federation tokens of one user.

    Args:
        session: with long-term keys of an IAM user.
        identity: that user.
        clock: for expiry.
    """

    def __init__(self, session: AwsSession, identity: Identity, *, clock: Clock) -> None:
        self._session = session
        self._identity = identity
        self._clock = clock
        self._errand = errand_id(clock)

    def try_out(self) -> None:
        """Ask for a token that may do nothing.

        Raises:
            AccessError: these credentials get none.
        """
        if ":user/" not in self._identity.arn:
            raise AccessError(f"{self._identity.arn} is no user with long-term keys.")
        self._open(self._errand, packed({}), seconds=0)

    def grant(self, request: GrantRequest) -> Grant:
        """Nothing is made.

        Raises:
            RefusedError: the policy is not what was signed off, exceeds the ceiling, fits into no session policy, or
                needs what no federation token can call.
        """
        check_request(request, account=self._identity.account, partition=self._identity.partition)
        if closed := _closed(request):
            raise RefusedError(
                f"Run {request.run_id} needs {', '.join(closed)}, and a federation token can call neither IAM nor STS.",
                hint="Have an inspector role made for these credentials: cloudprobe setup --deploy "
                f"--trust {self._identity.arn}",
            )
        session_parts(request.policy, request.operations, run_id=request.run_id)
        return Grant(
            run_id=request.run_id,
            path="federation",
            account=self._identity.account,
            role_arn="",
            external_id="",
            expires=(self._clock.now() + _LIFETIME).isoformat(timespec="seconds"),
        )

    def revoke(self, run_id: str, *, account: str = "") -> None:
        """Nothing stands in the account; a token ends by itself and never left this process."""

    def enter(self, request: RunRequest, permit: Permit) -> RunClients:
        """Become a session of the user with exactly the policy that was signed off.

        Raises:
            RefusedError: policy or grant are not what was signed off and granted.
            AccessError: STS gives no token.
        """
        check_path(request, "federation")
        check_session_policy(request, permit)
        operations = [f"{allowed.service}:{allowed.operation}" for allowed in permit.operations]
        parts = session_parts(request.policy, operations, run_id=request.run_id)
        seconds = request.wall_seconds
        return open_parts(parts, lambda policy: self._open(request.run_id, policy, seconds=seconds))

    def list_buckets(self) -> Iterator[str]:
        with translated(self._session.endpoint):
            yield from bucket_names(self._open(self._errand, packed(LIST_BUCKETS), seconds=0))

    def _open(self, run: str, policy: str, *, seconds: float) -> AwsSession:
        with translated(self._session.endpoint):
            try:
                return self._ask(run, policy, seconds=seconds, tagged=True)
            except ClientError as error:
                if not (is_too_large(error) or is_denied(error)):
                    raise
            try:  # tags count towards the packed size, and want sts:TagSession of the user
                return self._ask(run, policy, seconds=seconds, tagged=False)
            except ClientError as error:
                if is_too_large(error):
                    raise too_large(run, error) from error
                raise

    def _ask(self, run: str, policy: str, *, seconds: float, tagged: bool) -> AwsSession:
        answer = self._session.client("sts").get_federation_token(
            Name=session_name(run)[:_LONGEST_NAME],
            Policy=policy,
            DurationSeconds=seconds_for(seconds),
            **({"Tags": run_tags(run)} if tagged else {}),
        )
        return self._session.with_keys(keys_of(answer))


def federation_access(grantor: FederationGrantor, identity: Identity, *, why: tuple[str, ...] = ()) -> AccountAccess:
    """Tokens of one user."""
    return AccountAccess(
        account=identity.account,
        path="federation",
        description=f"a federation token of {identity.arn} for each run; it can call neither IAM nor STS",
        why=why,
        grantor=grantor,
        enter=grantor.enter,
        ownership=ListedBuckets([identity.account], list_buckets=grantor.list_buckets),
    )


def _closed(request: GrantRequest) -> list[str]:
    actions = {action for one in allow_statements(request.policy) for action in as_list(one.get("Action"))}
    return sorted(a for a in actions if a.startswith(_CLOSED) and a != "sts:GetCallerIdentity")
