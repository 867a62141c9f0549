"""What the access paths that make no role have in common: sessions that are given a run's policy, or a part of it."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.failures import code_of
from cloudprobe.adapters.aws.run_roles import SESSION_SECONDS, TAG_INSPECTION, TAG_RUN
from cloudprobe.adapters.aws.session import AwsSession, Keys
from cloudprobe.adapters.aws.session_policy import SessionPart
from cloudprobe.adapters.local.log_redaction import keep_out_of_logs
from cloudprobe.domain.ids import inspection_id, run_id
from cloudprobe.errors import RefusedError
from cloudprobe.ports import Clock

log = logging.getLogger(__name__)
_SHORTEST_SESSION = 900
_MARGIN_SECONDS = 120
LIST_BUCKETS: Mapping[str, Any] = {"Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}
"""All that ownership is asked with."""


class RunClients:
    """A ``ClientSource`` over the sessions of one run."""

    def __init__(self, sessions: Sequence[tuple[SessionPart, AwsSession]]) -> None:
        self._all = sessions[0][1]
        self._by_service = {service: session for part, session in sessions for service in part.services or ()}

    def client(self, service: str, region: str) -> BaseClient:
        client: BaseClient = self._by_service.get(service, self._all).client(service, region)
        return client


def open_parts(parts: Sequence[SessionPart], open_one: Callable[[str], AwsSession]) -> RunClients:
    return RunClients([(part, open_one(part.policy)) for part in parts])


def errand_id(clock: Clock) -> str:
    """In place of a run id, for what the trusted side asks on its own behalf: iteration 0 is nobody's run."""
    return run_id(inspection_id(clock.now(), os.urandom(4)), iteration=0, attempt=0, number=0)


def seconds_for(wall_seconds: float) -> int:
    """How long a session lasts: the run, a margin, and never more than the hour a chained role may have."""
    return min(SESSION_SECONDS, max(_SHORTEST_SESSION, int(wall_seconds) + _MARGIN_SECONDS))


def run_tags(run: str) -> list[dict[str, str]]:
    return [{"Key": TAG_INSPECTION, "Value": run.split("/", maxsplit=1)[0]}, {"Key": TAG_RUN, "Value": run}]


def keys_of(answer: Mapping[str, Any]) -> Keys:
    """From STS's answer; what is secret in it stays out of logs from here on."""
    given = answer["Credentials"]
    keep_out_of_logs(given["SecretAccessKey"], given["SessionToken"])
    return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def is_too_large(error: ClientError) -> bool:
    """The packed form of policy and tags has a limit of its own, and only STS can tell."""
    return code_of(error).startswith("PackedPolicyTooLarge")


def too_large(run: str, error: ClientError) -> RefusedError:
    return RefusedError(
        f"STS does not take the session policy of run {run}: {error.response['Error'].get('Message', '')}",
        hint="Ask about fewer services or fewer named resources at once, or use credentials that may manage roles "
        "below /cloudprobe/ (`--access role`).",
    )
