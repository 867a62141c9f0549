"""Who signed a request: ministack's signature arithmetic and key stores, asked by the gate before all else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.app import _parse_execute_api_url
from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AmbiguousAccessKeyError, find_iam_access_key_account, resolve_credential
from ministack.core.responses import _account_from_sts_session
from ministack.core.router import detect_service, extract_access_key_id
from ministack.core.sigv4 import (
    HeaderSignature,
    header_signature_failure,
    parse_header_signature,
    parse_query_signature,
    presigned_request_is_expired,
    request_time_failure,
)

from cloudprobe.emulator.seams.regions import is_enabled
from cloudprobe.emulator.seams.server import administrators


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it arrived. ``headers`` are in lower case, one value each; ``query`` has a list for each name."""

    method: str
    path: str
    raw_path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in: an AWS error code and a sentence."""

    code: str
    message: str


UNKNOWN_KEY = Refusal("UnrecognizedClientException", "The security token included in the request is invalid.")


def refusal_of(request: SignedRequest, *, presigned: bool) -> Refusal | None:
    """None for a request signed, now, by an active IAM key or a live STS session known here; else why not."""
    parsed = parse_query_signature(request.query) if presigned else parse_header_signature(request.headers)
    if not isinstance(parsed, HeaderSignature):
        return Refusal(*parsed)
    if parsed.access_key_id != extract_access_key_id(request.headers, request.query):
        # The emulator would act for another key than the one whose signature was checked.
        return Refusal("IncompleteSignature", "The request names more than one access key.")
    return _time_refusal(request, parsed, presigned=presigned) or _key_refusal(request, parsed, presigned=presigned)


def _time_refusal(request: SignedRequest, signature: HeaderSignature, *, presigned: bool) -> Refusal | None:
    if not presigned:
        skew = request_time_failure(signature)
        return Refusal(*skew) if skew else None
    try:
        expired = presigned_request_is_expired(signature.amz_date, _one(request.query, "X-Amz-Expires") or "0")
    except ValueError:
        expired = True
    return Refusal("RequestExpired", "Request has expired") if expired else None


def _key_refusal(request: SignedRequest, signature: HeaderSignature, *, presigned: bool) -> Refusal | None:
    key = signature.access_key_id
    try:
        account = _account_from_sts_session(key) or find_iam_access_key_account(key)
    except AmbiguousAccessKeyError:
        account = None
    if not account:
        return UNKNOWN_KEY
    if not is_enabled(account, signature.region):
        return UNKNOWN_KEY
    token = (
        _one(request.query, "X-Amz-Security-Token") if presigned else request.headers.get("x-amz-security-token", "")
    )
    credential = resolve_credential(key, account, token)
    secret = getattr(credential, "secret_access_key", None)
    if not secret:
        code = getattr(credential, "code", UNKNOWN_KEY.code)
        return Refusal(code, getattr(credential, "message", UNKNOWN_KEY.message)) if token else UNKNOWN_KEY
    failure = header_signature_failure(
        signature,
        secret,
        request.method,
        request.raw_path,
        request.query,
        request.headers,
        request.body,
        presigned=presigned,
    )
    return Refusal(*failure) if failure else None


def administered_account(request: SignedRequest) -> str | None:
    """The account whose administrator, made by this process, signed a verified request by its headers; else None."""
    parsed = parse_header_signature(request.headers)
    return administrators.get(parsed.access_key_id) if isinstance(parsed, HeaderSignature) else None


def _one(query: Mapping[str, list[str]], name: str) -> str:
    return (query.get(name) or [""])[0]


def is_deployed_api(host: str, path: str) -> bool:
    """Whether the request is addressed to an API somebody deployed in the account: its own authorizer decides."""
    return _parse_execute_api_url(host, path) is not None


def refusal_response(request: SignedRequest, refusal: Refusal, request_id: str) -> tuple[int, Mapping[str, Any], bytes]:
    """The refusal in the protocol of the service the request was for, so that any SDK reads its code."""
    service = detect_service(request.method, request.path, dict(request.headers), dict(request.query))
    status, headers, body = access_denied_response(
        service, "", "", request_id, error_code=refusal.code, message=refusal.message, headers=dict(request.headers)
    )
    return status, headers, body
