"""Waiting for an account to know what was just made in it: IAM tells the other services with some seconds' delay."""

import time
from collections.abc import Callable
from typing import Any

_PAUSES = (0.5, 2.0, 4.0, 8.0)  # seconds; new roles and keys propagate in ten at most, by experience


def patiently(call: Callable[[], Any], *codes: str) -> Any:
    """Make a call, again while it fails with one of some error codes and patience lasts; never waits on success."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the command line must start without loading the SDK

    for pause in _PAUSES:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in codes:
                raise
            time.sleep(pause)
    return call()
