"""What S3 says about public access: whether a bucket's policy is public, and the account's own block.

ministack answers GetBucketPolicyStatus with an empty document, has no account-level public access block (an S3 Control
operation), and so lets no account's block take effect. Tested by ``tests/emulator/test_answers.py``.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from ministack import app
from ministack.core.responses import AccountScopedDict, get_account_id
from ministack.services import s3

from cloudprobe.emulator.seams.reach import replace

_ACCOUNT_BLOCK = "/v20180820/configuration/publicAccessBlock"
_CONTROL_NAMESPACE = "http://awss3control.amazonaws.com/doc/2018-08-20/"
_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_ACTIONS = {
    "GET": "s3:GetAccountPublicAccessBlock",
    "PUT": "s3:PutAccountPublicAccessBlock",
    "DELETE": "s3:PutAccountPublicAccessBlock",
}

_account_blocks: Any = AccountScopedDict()


def install() -> None:
    _answer_policy_status()
    _answer_account_block()
    _let_account_block_take_effect()


def _answer_policy_status() -> None:
    """AWS computes the status from the policy by the rules of "The meaning of public"; ministack knows them already."""
    handle = app.SERVICE_HANDLERS["s3"]

    async def handler(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
        name = path.strip("/")
        if method == "GET" and "policyStatus" in query and name and "/" not in name:
            return _policy_status(name)
        return await handle(method, path, headers, body, query)

    app.SERVICE_HANDLERS["s3"] = handler


def _policy_status(bucket: str) -> Any:
    status, headers, policy = s3._get_bucket_policy(bucket)
    if status != 200:  # noqa: PLR2004 - HTTP's own word for success
        return status, headers, policy
    public = "true" if s3._policy_is_public(policy.decode()) else "false"
    body = f'<PolicyStatus xmlns="{s3.S3_NS}"><IsPublic>{public}</IsPublic></PolicyStatus>'
    return 200, {"Content-Type": "application/xml"}, body.encode()


def _answer_account_block() -> None:
    """The operation is checked like any other, on the account, and answers for the account that signed the request."""

    async def handler(
        path: str, method: str, body: bytes, query: Any, request_id: str, headers: Mapping[str, str] | None = None
    ) -> Any:
        if path.rstrip("/") != _ACCOUNT_BLOCK or method not in _ACTIONS:
            return await known(path, method, body, query, request_id, headers)
        denied = app._enforce_data_plane("s3", _ACTIONS[method], headers, query, request_id)
        wrong = denied or s3.s3control_account_error(headers)
        status, fields, text = wrong or _account_block(method, body)
        return status, {**fields, "x-amzn-requestid": request_id}, text

    known = replace(app, "_handle_s3_control_request", handler)


def _account_block(method: str, body: bytes) -> Any:
    account = get_account_id()
    if method == "PUT":
        given = {element.tag.rpartition("}")[2]: element.text for element in ET.fromstring(body).iter()}  # noqa: S314
        _account_blocks[account] = {name: (given.get(name) or "").lower() == "true" for name in _SETTINGS}
        return 201, {}, b""
    if method == "DELETE":
        _account_blocks.pop(account, None)
        return 204, {}, b""
    if account not in _account_blocks:
        error = "NoSuchPublicAccessBlockConfiguration"
        text = (
            f"<ErrorResponse><Error><Code>{error}</Code><Message>The public access block configuration was not found"
            f"</Message><AccountId>{account}</AccountId></Error></ErrorResponse>"
        )
        return 404, {"Content-Type": "application/xml"}, text.encode()
    settings = "".join(f"<{name}>{str(value).lower()}</{name}>" for name, value in _account_blocks[account].items())
    text = f'<PublicAccessBlockConfiguration xmlns="{_CONTROL_NAMESPACE}">{settings}</PublicAccessBlockConfiguration>'
    return 200, {"Content-Type": "application/xml"}, text.encode()


def _let_account_block_take_effect() -> None:
    """Of the account's and the bucket's block the stricter one holds, setting by setting."""

    def blocked(owner_account: str, bucket_name: str, setting: str) -> bool:
        own = _account_blocks.get_scoped(owner_account, None, owner_account) or {}
        return bool(own.get(setting) or known(owner_account, bucket_name, setting))

    known = replace(s3, "_public_access_blocked", blocked)
