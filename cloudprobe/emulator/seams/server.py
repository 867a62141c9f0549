"""Loading ministack as an ASGI application with its back doors shut, and making administrators in it."""

import json
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from cloudprobe.emulator.seams.reach import replace
from cloudprobe.emulator.seams.versions import assert_pinned

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]

administrators: dict[str, str] = {}
"""The account of each key that ``create_administrator`` gave out; no other key may record answers."""


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key of a user who may do everything in one account."""

    access_key_id: str
    secret_access_key: str


def load(*, port: int, account_id: str, region: str, scratch: str) -> AsgiApp:
    """Import ministack, configured for loopback, enforcement on and nothing it would start by itself; shut its root.

    ministack is configured by its environment alone, most of it read on import, hence the one place that sets it.
    """
    assert_pinned()
    os.environ.update(  # noqa: TID251 - the process is the emulator's own, and this is its only configuration
        {
            "AUTH": "true",
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": account_id,
            "MINISTACK_REGION": region,
            "MINISTACK_WORKER_THREADS": "16",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "CLOUDTRAIL_RECORDING": "1",
            "DOCKER_HOST": "unix:///nonexistent",  # a database or task must never become a real container
            "LOG_LEVEL": "ERROR",
            "HOME": scratch,
            "TMPDIR": scratch,
            "STATE_DIR": scratch,
            "S3_DATA_DIR": scratch,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }
    )
    from ministack import app  # noqa: PLC0415 - reads the environment set above

    logging.getLogger("hypercorn").setLevel(logging.CRITICAL)
    _shut_root()
    _shut_side_entrances(app)
    application: AsgiApp = app.app
    return application


def _shut_root() -> None:
    """Even so ministack takes the key ``test``, any 12-digit id and the configured key as root, unverified.

    Tested by ``tests/emulator/test_back_doors.py``, which also asks an unpatched evaluator.
    """
    from ministack.core import iam_evaluator  # noqa: PLC0415 - only after load
    from ministack.services import sts  # noqa: PLC0415 - only after load

    def no_key_is_root(access_key_id: str) -> bool:  # noqa: ARG001 - keeps the signature of what it replaces
        return False

    replace(iam_evaluator, "is_root_access_key", no_key_is_root)
    replace(sts, "is_root_access_key", no_key_is_root)


def _shut_side_entrances(app: Any) -> None:
    """Scripts of foreign folders run at start-up, and metadata services hand out credentials: remove both."""
    replace(app, "_collect_scripts", lambda *_folders: [])
    for service in ("imds", "ecs-metadata"):
        del app.SERVICE_HANDLERS[service]


async def create_administrator(account_id: str, region: str) -> Keys:
    """A fresh user ``administrator`` who may do everything in ``account_id``, made inside the process.

    No request carries root credentials, so there is no moment at which they work. Another account than the
    default comes into being by its first user: ministack keeps every store per account.
    """
    from ministack.core.responses import request_scope  # noqa: PLC0415 - only after load

    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    with request_scope(account_id, region):
        await _iam("CreateUser", UserName="administrator")
        await _iam(
            "PutUserPolicy",
            UserName="administrator",
            PolicyName="everything",
            PolicyDocument=json.dumps(everything),
        )
        answer = ET.fromstring(await _iam("CreateAccessKey", UserName="administrator"))  # noqa: S314 - our own
    found = {element.tag.rpartition("}")[2]: element.text or "" for element in answer.iter()}
    administrators[found["AccessKeyId"]] = account_id
    return Keys(found["AccessKeyId"], found["SecretAccessKey"])


async def _iam(action: str, **parameters: str) -> bytes:
    from ministack.services import iam  # noqa: PLC0415 - only after load

    form = urlencode({"Action": action, "Version": "2010-05-08", **parameters}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    status, _, body = await iam.handle_request("POST", "/", headers, form, {})
    if status != 200:  # noqa: PLR2004 - HTTP's own word for success
        raise RuntimeError(f"{action} was refused while the account was being set up: {body!r}")
    return bytes(body)
