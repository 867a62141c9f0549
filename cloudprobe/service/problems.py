"""Errors as RFC 9457 problem details: what happened, to which thing, what to do next."""

from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cloudprobe.domain.text import printable
from cloudprobe.errors import AccessError, CloudprobeError, RefusedError, TemporaryError, UsageError

MEDIA_TYPE = "application/problem+json"
_CLIENT_ERROR = 400
_STATUSES: tuple[tuple[type[CloudprobeError], int, str], ...] = (
    (UsageError, 400, "The request cannot be carried out as it was put"),
    (RefusedError, 403, "The request is refused"),
    (TemporaryError, 503, "Try again later"),
    (AccessError, 502, "The account or the model cannot be reached"),
)


def problem(
    status: int, title: str, detail: str, *, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": printable(detail)}
    return JSONResponse({**body, **({"hint": printable(hint)} if hint else {})}, status, headers, MEDIA_TYPE)


async def of_ours(_: Request, error: Exception) -> JSONResponse:
    """For ``CloudprobeError``."""
    if not isinstance(error, CloudprobeError):
        raise error
    for kind, status, title in _STATUSES:
        if isinstance(error, kind):
            retry = {"Retry-After": "30"} if isinstance(error, TemporaryError) else None
            return problem(status, title, error.message, hint=error.hint, headers=retry)
    return problem(500, "cloudprobe itself failed", error.message, hint=error.hint)


async def of_input(_: Request, error: Exception) -> JSONResponse:
    """For a body or a parameter that is not what it should be."""
    if not isinstance(error, RequestValidationError):
        raise error
    told = "; ".join(_told(one) for one in error.errors()[:5])
    return problem(422, "The request is not valid", told)


async def of_http(_: Request, error: Exception) -> JSONResponse:
    """For what routing and authorisation raise."""
    if not isinstance(error, HTTPException):
        raise error
    title = "The request is refused" if error.status_code >= _CLIENT_ERROR else "Redirected"
    return problem(error.status_code, title, str(error.detail), headers=dict(error.headers or {}))


def _told(error: dict[str, Any]) -> str:
    """Where and why, without what was given."""
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
