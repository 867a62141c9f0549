"""What S3 asks beside an operation's own action.

Whoever sets an access control list, tags, a retention or a legal hold with an object needs the action of each;
ministack asks for s3:PutObject alone. A read of an object that is not there is answered 404 only to those who may list
the bucket; ministack tells everybody. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and
API_GetObject.html. Tested by ``tests/emulator/test_iam_fidelity.py``.
"""

from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions
from ministack.core.iam_evaluator import AuthError, enforce
from ministack.core.responses import get_region, new_uuid
from ministack.core.router import extract_access_key_id
from ministack.services import s3

from cloudprobe.emulator.seams.reach import replace

_BY_HEADER = {
    "x-amz-acl": "s3:PutObjectAcl",
    "x-amz-grant-": "s3:PutObjectAcl",
    "x-amz-tagging": "s3:PutObjectTagging",
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
}
"""The action that a header of a write needs, by how the header begins; a copy's directives are no such headers."""
_READS = ("GetObject", "GetObjectAttributes")
_NOT_FOUND = 404


def install() -> None:
    _ask_for_what_headers_set()
    _hide_what_is_not_there()


def _ask_for_what_headers_set() -> None:
    def checks(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = known(method, path, headers, body, query)
        bucket, _, key = path.lstrip("/").partition("/")
        if not key or iam_actions._s3_action(method, path, query) != "PutObject":
            return found
        return found + [(action, f"arn:aws:s3:::{bucket}/{key}") for action in _of_headers(headers)]

    known = replace(iam_actions, "s3_additional_checks", checks)


def _of_headers(headers: Mapping[str, str]) -> list[str]:
    named = [name.lower() for name, value in headers.items() if value and not name.lower().endswith("-directive")]
    return list(
        dict.fromkeys(action for start, action in _BY_HEADER.items() if any(n.startswith(start) for n in named))
    )


def _hide_what_is_not_there() -> None:
    handle = app.SERVICE_HANDLERS["s3"]

    async def handler(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
        answer = await handle(method, path, headers, body, query)
        bucket, _, key = path.lstrip("/").partition("/")
        if answer[0] != _NOT_FOUND or not key or not s3._bucket_owner_account(bucket):
            return answer
        if iam_actions._s3_action(method, path, query) not in _READS:
            return answer
        if method != "HEAD" and b"<Code>NoSuchKey</Code>" not in answer[2]:
            return answer
        return _unlisted(bucket, method, headers, query) or answer

    app.SERVICE_HANDLERS["s3"] = handler


def _unlisted(bucket: str, method: str, headers: Any, query: Mapping[str, Any]) -> Any:
    """The refusal of a caller who may not list the bucket, else None."""
    key = extract_access_key_id(headers, query)
    if not key:
        return None  # a call of the emulator to itself
    resource = f"arn:aws:s3:::{bucket}"
    denied = enforce(key, "s3:ListBucket", "s3", get_region(), resource_arn=resource)
    if not denied or isinstance(denied, AuthError):
        return None
    status, fields, text = iam_actions.access_denied_response(
        "s3", "s3:ListBucket", denied.principal_arn, new_uuid(), headers=headers, resource_arn=resource
    )
    return status, fields, b"" if method == "HEAD" else text
