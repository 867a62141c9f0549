"""From botocore's exceptions to our own: one sentence naming the thing, and the next step."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from cloudprobe.errors import (
    AccessError,
    CloudprobeError,
    CredentialsError,
    EndpointUnreachableError,
    ThrottledError,
)

AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)
"""Everything a call can raise; the last is in neither of botocore's families."""

_GIVE_CREDENTIALS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
_CHECK_ENDPOINT = "Check AWS_ENDPOINT_URL."
_UNREADABLE_CREDENTIALS = (
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    ConfigNotFound,
    ConfigParseError,
    SSOError,
    TokenRetrievalError,
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"})
_ACTION = re.compile(r"perform: ?(?P<action>[a-z0-9-]+:\w+)")


def code_of(error: Exception) -> str:
    """The service's error code; empty for an exception of botocore's own."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def is_denied(error: Exception) -> bool:
    return code_of(error) in _DENIED


@contextmanager
def translated(endpoint: str) -> Iterator[None]:
    """Let nothing of botocore's out."""
    try:
        yield
    except AWS_ERRORS as error:
        raise translate(error, endpoint=endpoint) from error


def translate(error: Exception, *, endpoint: str) -> CloudprobeError:
    """What to raise instead.

    Args:
        error: one of ``AWS_ERRORS``.
        endpoint: where the call went, for people.
    """
    if isinstance(error, ClientError):
        return _of_service(error, endpoint)
    if isinstance(error, NoCredentialsError):
        return CredentialsError(f"No AWS credentials were given for {endpoint}.", hint=_GIVE_CREDENTIALS)
    if isinstance(error, _UNREADABLE_CREDENTIALS):
        return CredentialsError(
            f"The AWS credentials for {endpoint} cannot be read: {_sentence(error)}",
            hint="Correct AWS_PROFILE or the shared configuration, or log in again.",
        )
    if isinstance(error, ResponseParserError):
        return EndpointUnreachableError(f"What answers at {endpoint} does not speak as AWS does.", hint=_CHECK_ENDPOINT)
    if isinstance(error, NoConnectionError | HTTPClientError):
        return EndpointUnreachableError(
            f"Nothing answers at {endpoint}: {_sentence(error)}",
            hint="Start what should listen there, or check AWS_ENDPOINT_URL.",
        )
    return AccessError(f"A call to {endpoint} failed: {_sentence(error)}")


def _of_service(error: ClientError, endpoint: str) -> CloudprobeError:
    code = code_of(error)
    if explain := _BY_CODE.get(code):
        return explain(error, endpoint)
    if code.isdigit():
        return EndpointUnreachableError(
            f"What answers {error.operation_name} at {endpoint} does not speak as AWS does (status {code}).",
            hint=_CHECK_ENDPOINT,
        )
    return AccessError(f"{error.operation_name} failed at {endpoint} ({code}): {_message(error)}")


def _throttled(error: ClientError, endpoint: str) -> CloudprobeError:
    return ThrottledError(
        f"{error.operation_name} was put off by {endpoint} ({code_of(error)}).", hint="Try again in a moment."
    )


def _denied(error: ClientError, endpoint: str) -> CloudprobeError:
    found = _ACTION.search(_message(error))
    action = found["action"] if found else error.operation_name
    return AccessError(
        f"The credentials given may not do {action} at {endpoint}: {_message(error)}",
        hint=f"Allow {action}, or use credentials that have it.",
    )


def _expired(_: ClientError, endpoint: str) -> CloudprobeError:
    return CredentialsError(
        f"The AWS credentials for {endpoint} have expired.", hint="Renew them: log in again, or set new keys."
    )


def _not_taken(error: ClientError, endpoint: str) -> CloudprobeError:
    return CredentialsError(
        f"{endpoint} does not take the AWS credentials given ({code_of(error)}).", hint=_GIVE_CREDENTIALS
    )


def _skewed(error: ClientError, endpoint: str) -> CloudprobeError:
    return CredentialsError(
        f"{endpoint} does not take requests made at this machine's time ({code_of(error)}).",
        hint="Set the clock right.",
    )


_BY_CODE: dict[str, Callable[[ClientError, str], CloudprobeError]] = {
    **dict.fromkeys(_DENIED, _denied),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"), _expired),
    **dict.fromkeys(
        (
            "AuthFailure",
            "IncompleteSignature",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "InvalidToken",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        _not_taken,
    ),
    "RequestTimeTooSkewed": _skewed,
    **dict.fromkeys(
        (
            "500",
            "502",
            "503",
            "504",
            "ConcurrentModification",
            "ConcurrentModificationException",
            "DeleteConflict",
            "InternalError",
            "InternalFailure",
            "LimitExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "ServiceFailure",
            "ServiceUnavailable",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        _throttled,
    ),
}


def _message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", "")) or code_of(error)


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text.endswith(".") else f"{text}."
