import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError, SSOTokenLoadError
from botocore.parsers import ResponseParserError

from cloudprobe.adapters.aws.failures import code_of, is_denied, translate, translated
from cloudprobe.errors import (
    AccessError,
    CredentialsError,
    EndpointUnreachableError,
    PermanentError,
    TemporaryError,
    ThrottledError,
)

URL = "http://127.0.0.1:4566"


def service_error(code, message="no", operation="CreateRole"):
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (service_error("Throttling"), ThrottledError),
        (service_error("ServiceUnavailable"), ThrottledError),
        (service_error("ConcurrentModification"), ThrottledError),
        (service_error("503"), ThrottledError),
        (service_error("AccessDenied"), AccessError),
        (service_error("ExpiredTokenException"), CredentialsError),
        (service_error("InvalidClientTokenId"), CredentialsError),
        (service_error("RequestTimeTooSkewed"), CredentialsError),
        (service_error("404"), EndpointUnreachableError),
        (service_error("LimitExceeded"), AccessError),
        (ClientError({}, "CreateRole"), AccessError),
        (SSOTokenLoadError(error_msg="log in"), CredentialsError),
        (EndpointConnectionError(endpoint_url=URL), EndpointUnreachableError),
        (ResponseParserError("syntax"), EndpointUnreachableError),
        (ParamValidationError(report="Missing"), AccessError),
    ],
)
def test_each_error_becomes_one_sentence_that_names_the_endpoint(error, becomes):
    found = translate(error, endpoint=URL)
    assert type(found) is becomes
    assert URL in found.message
    assert "\n" not in str(found)


def test_throttling_alone_is_worth_trying_again():
    assert isinstance(translate(service_error("Throttling"), endpoint=URL), TemporaryError)
    assert isinstance(translate(service_error("AccessDenied"), endpoint=URL), PermanentError)


def test_a_denial_names_the_missing_action():
    message = (
        "User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/y"
    )
    found = translate(service_error("AccessDenied", message), endpoint=URL)
    assert "may not do iam:CreateRole" in found.message
    assert "Allow iam:CreateRole" in found.hint


def test_a_denial_that_names_none_names_the_operation():
    assert "may not do CreateRole" in translate(service_error("AccessDenied", ""), endpoint=URL).message


def test_nothing_of_botocore_comes_out():
    with pytest.raises(ThrottledError), translated(URL):
        raise service_error("Throttling")
    with pytest.raises(ZeroDivisionError), translated(URL):
        _ = 1 / 0


def test_codes():
    assert code_of(service_error("X")) == "X"
    assert code_of(ValueError()) == ""
    assert is_denied(service_error("AccessDeniedException"))
    assert not is_denied(service_error("Throttling"))
