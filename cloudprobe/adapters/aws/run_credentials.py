"""From a grant to clients that act as the run's role. The credentials stay in this process."""

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.failures import code_of, is_denied, translated
from cloudprobe.adapters.aws.run_roles import SESSION_SECONDS, session_name
from cloudprobe.adapters.aws.session import AwsSession, Keys
from cloudprobe.adapters.local.log_redaction import keep_out_of_logs
from cloudprobe.domain.run import Grant
from cloudprobe.errors import GrantNotReadyError
from cloudprobe.ports import Clock

PATIENCE_SECONDS = 60.0
"""How long IAM may take to know a new role everywhere; AWS measured seconds, at times 30 to 60."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_SHORTEST_SESSION = 900
_MARGIN_SECONDS = 120


def assume(
    session: AwsSession, grant: Grant, *, seconds: float, clock: Clock, patience: float = PATIENCE_SECONDS
) -> AwsSession:
    """Become the run's role.

    Args:
        session: of the principal the role trusts.
        grant: of the run.
        seconds: how long the run may take.
        clock: for waiting.
        patience: seconds to go on asking while the role is refused.

    Returns:
        A ``ClientSource`` for the run's broker.

    Raises:
        GrantNotReadyError: the role cannot be assumed, and waiting did not help.
    """
    client = session.client("sts")
    duration = min(SESSION_SECONDS, max(_SHORTEST_SESSION, int(seconds) + _MARGIN_SECONDS))
    deadline, pause = clock.monotonic() + patience, _FIRST_PAUSE
    with translated(session.endpoint):
        while True:
            try:
                answer = client.assume_role(
                    RoleArn=grant.role_arn,
                    RoleSessionName=session_name(grant.run_id),
                    SourceIdentity=session_name(grant.run_id),
                    ExternalId=grant.external_id,
                    DurationSeconds=duration,
                )
                break
            except ClientError as error:
                if not is_denied(error):
                    raise
                if clock.monotonic() >= deadline:
                    raise _not_ready(grant, error, patience) from error
            clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    given = answer["Credentials"]
    keep_out_of_logs(given["SecretAccessKey"], given["SessionToken"])
    return session.with_keys(Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))


def _not_ready(grant: Grant, error: ClientError, patience: float) -> GrantNotReadyError:
    return GrantNotReadyError(
        f"The role {grant.role_arn} could not be assumed for {patience:.0f} seconds ({code_of(error)}).",
        hint="Try again; if it goes on, see that the caller may do sts:AssumeRole and sts:SetSourceIdentity on it.",
    )
