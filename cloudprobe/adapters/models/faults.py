"""What a provider raised, as one of our named errors.

Providers' classes are told by their parts, a status code or an AWS error code, so that none of their packages has to be
imported, and a provider nobody has thought of falls into place too.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import (
    CloudprobeError,
    ModelAccessError,
    ModelOverflowError,
    ModelRefusedError,
    ModelThrottledError,
    ModelUnavailableError,
)


class Kind(Enum):
    """What went wrong, the first that fits: class of the error, what it says, and what to do next."""

    OVERFLOW = (
        ModelOverflowError,
        "The prompt is larger than the context of {model}",
        "Choose a model with a larger context, or ask about less.",
    )
    THROTTLED = (
        ModelThrottledError,
        "{model} refused for rate{place}, and waiting did not help",
        "Carry on later with `cloudprobe resume`, or raise the model's quota.",
    )
    SLOW = (ModelUnavailableError, "{model} did not answer in time", "Carry on with `cloudprobe resume`.")
    KEYS = (
        ModelAccessError,
        "The credentials for {model} are missing or not taken",
        "For Amazon Bedrock name a profile in CLOUDPROBE_BEDROCK_PROFILE; it need not be the inspected account's.",
    )
    PROFILE = (
        ModelAccessError,
        "{model} cannot be asked by this id{place}",
        "Give an inference profile's id: the model's with global., us., eu. or apac. before it.",
    )
    NO_MODEL = (
        ModelAccessError,
        "There is no model {model}{place}",
        "Check its id, or choose another region with CLOUDPROBE_BEDROCK_REGION.",
    )
    DENIED = (
        ModelAccessError,
        "{model} may not be used{place}",
        "Allow bedrock:InvokeModel on it and on its inference profile, and ask for access to it in Amazon Bedrock.",
    )
    GUARDRAIL = (ModelRefusedError, "{model} declined to answer", "Ask in other words.")
    REQUEST = (ModelAccessError, "{model} does not take the request", "Choose another model.")
    FAILED = (ModelUnavailableError, "{model} failed on the provider's side", "Carry on with `cloudprobe resume`.")
    OTHER = (ModelUnavailableError, "{model} could not be asked", "See the log for what it raised.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What can be told of an exception without its class."""

    names: frozenset[str]
    """AWS's error code, and the names of the exception's classes."""
    status: int | None
    message: str

    @classmethod
    def of(cls, error: Exception) -> "Fault":
        response = getattr(error, "response", None)
        given: dict[str, Any] = response if isinstance(response, dict) else {}
        details = given.get("Error") or {}
        statuses = (
            given.get("ResponseMetadata", {}).get("HTTPStatusCode"),
            getattr(error, "status_code", None),
            getattr(response, "status_code", None),
        )
        message = details.get("Message") or str(error) or type(error).__name__
        classes = (one.__name__ for one in type(error).__mro__)
        return cls(
            names=frozenset({str(details.get("Code", "")), *classes}),
            status=next((one for one in statuses if isinstance(one, int)), None),
            message=shortened(printable(" ".join(str(message).split())), 400),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """How a kind is told."""

    kind: Kind
    message: re.Pattern[str] | None = None
    statuses: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()

    def fits(self, fault: Fault) -> bool:
        return bool(
            fault.names & self.names
            or fault.status in self.statuses
            or (self.message is not None and self.message.search(fault.message))
        )


def _sign(kind: Kind, names: str = "", *, statuses: tuple[int, ...] = (), message: str = "") -> _Sign:
    pattern = re.compile(message, re.IGNORECASE) if message else None
    return _Sign(kind=kind, message=pattern, statuses=frozenset(statuses), names=frozenset(names.split()))


_SIGNS = (
    _sign(
        Kind.OVERFLOW,
        "BedrockContextOverflowError ContextOverflowError ContextWindowExceededError",
        message=r"(input|prompt) is too long|maximum context length|context_length_exceeded|exceeds the context window"
        r"|too many input tokens|input tokens exceed|exceed model maximum|longer than the model's context",
    ),
    _sign(
        Kind.KEYS,
        "UnrecognizedClientException InvalidSignatureException ExpiredTokenException ExpiredToken InvalidClientTokenId "
        "NoCredentialsError PartialCredentialsError CredentialRetrievalError SSOTokenLoadError SSOError "
        "ProfileNotFound UnauthorizedSSOTokenError TokenRetrievalError NoAuthTokenError "
        "MissingAuthenticationTokenException AuthenticationError LoginRefreshRequired LoginError",
        statuses=(401,),
    ),
    _sign(
        Kind.THROTTLED,
        "ThrottlingException TooManyRequestsException ModelNotReadyException ServiceUnavailableException "
        "ServiceQuotaExceededException Throttling RequestLimitExceeded RateLimitError",
        statuses=(429, 503, 529),
    ),
    _sign(
        Kind.SLOW,
        "ModelTimeoutException ReadTimeoutError ReadTimeout APITimeoutError TimeoutException",
        statuses=(408, 504),
    ),
    _sign(Kind.PROFILE, message=r"on-demand throughput|with an? (ID or ARN of an )?inference profile"),
    _sign(
        Kind.NO_MODEL,
        "ResourceNotFoundException NotFoundError",
        statuses=(404,),
        message=r"model identifier is invalid|could not resolve the foundation model|model.{0,80}does not exist"
        r"|not (available|supported) in (this|your|the) region|end of its life",
    ),
    _sign(Kind.DENIED, "AccessDeniedException AccessDenied PermissionDeniedError", statuses=(403,)),
    _sign(Kind.GUARDRAIL, message=r"guardrail|content (filter|management)"),
    _sign(
        Kind.FAILED,
        "InternalServerException ModelErrorException ModelStreamErrorException InternalFailure ConnectionError "
        "ConnectionClosedError EndpointConnectionError ConnectTimeoutError ProxyConnectionError HTTPClientError "
        "ConnectError APIConnectionError ResponseStreamingError IncompleteReadError SSLError ResponseParserError",
        statuses=(424, 500, 502),
        message=r"no 'output' key found",  # LangChain's word for an answer that is none
    ),
    _sign(Kind.REQUEST, "ValidationException ParamValidationError", statuses=(400, 422)),
)


def kind_of(error: Exception) -> Kind:
    fault = Fault.of(error)
    return next((sign.kind for sign in _SIGNS if sign.fits(fault)), Kind.OTHER)


def named(error: Exception, *, model: str, where: str = "") -> CloudprobeError:
    """The error a person is told.

    Args:
        error: whatever a chat model raised.
        model: its ``provider:model``.
        where: the region, where there is one.
    """
    family, message, hint = kind_of(error).value
    told = message.format(model=model, place=f" in {where}" if where else "")
    said = Fault.of(error).message.rstrip(".")
    made: CloudprobeError = family(f"{told}: {type(error).__name__}: {said}.", hint=hint)
    return made
