"""Sessions of roles for what runs inside the account: functions, tasks and state machines act as their own role."""

import secrets
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import iam, sts

_SESSION_SECONDS = 3600.0
_RENEW_SECONDS = 3000.0
# A workflow may wait a long time for a function; what ends the wait is the state's own timeout.
_READ_TIMEOUT_SECONDS = 900


def role_environment(role_arn: str, *, session_name: str, endpoint_url: str, region: str) -> dict[str, str]:
    """A live session of a role, as the variables AWS puts into a function's or a task's environment.

    Nobody is asked whether the service may assume the role: trust of services is a known difference.
    """
    account_id, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    key, secret, token = "ASIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30), secrets.token_urlsafe(96)
    with request_scope(account_id, region):
        role = iam._roles.get(name) or {}
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account_id}:assumed-role/{name}/{session_name}",
            "UserId": f"{role.get('RoleId', 'AROAUNKNOWN')}:{session_name}",
            "AccountId": account_id,
            "PrincipalType": "AssumedRole",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": time.time() + _SESSION_SECONDS,
            "RoleArn": role_arn,
        },
    )
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class RoleClients:
    """Clients that act as a role in the account, one for each role, service and region, renewed with its session."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str, str], tuple[float, Any]] = {}

    def client(self, service: str, *, region: str, role_arn: str, session_name: str) -> Any:
        """A thread-safe client. Creating one takes some 20 ms, which a state machine would pay at every state."""
        key = (service, region, role_arn, session_name)
        with self._lock:
            made, client = self._clients.get(key, (0.0, None))
            if client is None or time.monotonic() - made > _RENEW_SECONDS:
                client = self._create(service, region=region, role_arn=role_arn, session_name=session_name)
                self._clients[key] = (time.monotonic(), client)
            return client

    def _create(self, service: str, *, region: str, role_arn: str, session_name: str) -> Any:
        import boto3  # noqa: PLC0415 - only an account that runs something needs it
        from botocore.config import Config  # noqa: PLC0415 - as above

        environment = role_environment(
            role_arn, session_name=session_name, endpoint_url=self._endpoint_url, region=region
        )
        config = Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            read_timeout=_READ_TIMEOUT_SECONDS,
            max_pool_connections=50,
            inject_host_prefix=False,
            s3={"addressing_style": "path"},
        )
        return boto3.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment["AWS_SESSION_TOKEN"],
            region_name=region,
        ).client(service, endpoint_url=self._endpoint_url, config=config)  # type: ignore[call-overload] # any service
