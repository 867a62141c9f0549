"""IAM's rules as the Lambda-to-bucket template has them, against AWS's documentation; no account is asked.

Sources: the IAM user guide's "Policy evaluation logic", "Condition operators", "NotPrincipal" and "Resource".
"""

import importlib.util
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudprobe.templates.registry import BUILTIN_FOLDER

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/worker-role"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker-role/worker"
OBJECTS = "arn:aws:s3:::store/*"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "lambda_bucket_access_probe", BUILTIN_FOLDER / "lambda_bucket_access" / "probe.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


probe = load()


@pytest.fixture
def request_() -> Any:
    role = probe.Role(arn=ROLE, name="worker-role", found=True, role_id="AROAEXAMPLE", tags={"Team": "blue"})
    function = probe.Function(
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:worker", "worker", "us-east-1", ROLE, {}, "", [], [], ""
    )
    bucket = probe.Bucket("store", "arn:aws:s3:::store", "us-east-1")
    context = probe.PrincipalTags(probe.request_context(function, role, bucket, ACCOUNT, {}))
    return probe.Request("s3:PutObject", OBJECTS, role, SESSION, ACCOUNT, "aws", context)


def statement(body: dict[str, Any], layer: str = "bucket") -> Any:
    whole = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*"} | body
    return probe.Statement(layer, "policy", 0, {k: v for k, v in whole.items() if v is not None}, "/calls/x")


def applies(body: dict[str, Any], request: Any, layer: str = "bucket") -> Any:
    """True, False, "part", None for undecided, or "assumed"."""
    found = probe.hits([statement(body, layer)], "Deny", request)
    if not found:
        return False
    (hit,) = found
    if hit.part:
        return "part"
    return "assumed" if hit.truth.assumed else hit.truth.value


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": ["1", ACCOUNT]}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "1"}}, False),
        ({"StringNotEquals": {"aws:PrincipalAccount": ["1", "2"]}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": ["1", ACCOUNT]}}, False),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalType": "assumedrole"}}, True),
        ({"StringNotEqualsIgnoreCase": {"aws:PrincipalType": "assumedrole"}}, False),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*worker*"}}, True),
        ({"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*worker*"}}, False),
        ({"ArnEquals": {"aws:PrincipalArn": ROLE}}, True),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/service/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:*"}}, False),  # a wildcard does not reach over a colon
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/other"}}, True),
        ({"ArnNotEquals": {"aws:PrincipalArn": ROLE}}, False),
        ({"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),  # absent for a role's session
        ({"Null": {"aws:MultiFactorAuthAge": "true"}}, True),
        ({"Null": {"aws:PrincipalArn": "true"}}, False),
        ({"Null": {"aws:SourceVpce": "false"}}, False),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"ForAllValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalArn": "arn:*"}}, True),
        ({"ForAllValues:StringLike": {"aws:PrincipalArn": "nothing"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:*"}}, False),  # not in a role's own requests
        ({"ArnLike": {"lambda:SourceFunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:worker"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/Team": "blue"}}, True),
        ({"StringNotEquals": {"aws:PrincipalTag/Team": "blue"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/Cost": "1"}}, False),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
        ({"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}, True),
        ({"StringNotEquals": {"s3:ResourceAccount": ACCOUNT}}, False),
        ({"Bool": {"aws:ViaAWSService": "true"}}, False),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}, "Bool": {"aws:SecureTransport": "false"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:SourceVpce": "vpce-1"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, None),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, None),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, None),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, None),
        ({"StringLike": {"s3:prefix": "home/*"}}, None),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, None),
        ({"StringSoundsLike": {"aws:PrincipalArn": ROLE}}, None),
        ({"NumericEquals": {"aws:PrincipalAccount": "x"}}, None),
        ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalOrgID}"}}, None),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Null": {"s3:x-amz-server-side-encryption": "true"}}, "assumed"),
        ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, "assumed"),
        ({"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, "assumed"),
    ],
)
def test_conditions(request_: Any, condition: dict[str, Any], outcome: Any) -> None:
    assert applies({"Condition": condition}, request_) == outcome


@pytest.mark.parametrize(
    ("principal", "outcome"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ["arn:aws:iam::999999999999:root", ROLE]}}, True),
        ({"Principal": {"AWS": SESSION}}, True),
        ({"Principal": {"AWS": "AROAEXAMPLE"}}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, True),
        ({"Principal": {"AWS": ACCOUNT}}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/worker-role"}}, False),  # without the path it is another
        ({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}}, False),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, False),
        ({"Principal": {"CanonicalUser": "abc"}}, False),
        ({"Principal": None, "NotPrincipal": {"AWS": "arn:aws:iam::999999999999:root"}}, True),
        ({"Principal": None, "NotPrincipal": {"AWS": [ROLE, SESSION]}}, False),
        (
            {"Principal": None, "NotPrincipal": {"AWS": ROLE}},
            True,
        ),  # the session is denied where only its role is listed
        ({"Principal": None, "NotPrincipal": "*"}, False),
    ],
)
def test_principals(request_: Any, principal: dict[str, Any], outcome: bool) -> None:
    assert applies(principal, request_) == outcome


@pytest.mark.parametrize(
    ("resource", "outcome"),
    [
        ({"Resource": "*"}, True),
        ({"Resource": "arn:aws:s3:::store/*"}, True),
        ({"Resource": "arn:aws:s3:::st?re/*"}, True),
        ({"Resource": "arn:aws:s3:::store*"}, True),
        ({"Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::store/*"]}, True),
        ({"Resource": "arn:aws:s3:::store"}, False),
        ({"Resource": "arn:aws:s3:::Store/*"}, False),
        ({"Resource": "arn:aws:s3:::store-2/*"}, False),
        ({"Resource": "arn:aws:s3:::store/in/*"}, "part"),
        ({"Resource": "arn:aws:s3:::store/*.jpg"}, "part"),
        ({"Resource": "arn:aws:s3:::store/exact"}, "part"),
        ({"Resource": None, "NotResource": "arn:aws:s3:::store/*"}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::other/*"}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::store/in/*"}, "part"),
        ({"Resource": "arn:aws:s3:::store/${aws:PrincipalTag/Team}/*"}, "part"),
        ({"Resource": "arn:aws:s3:::${aws:username}/*"}, False),  # a role's session has no user name
        ({"Resource": "arn:aws:s3:::${aws:username, 'store'}/*"}, True),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalOrgID}/*"}, "part"),  # may be so called, and may not
        ({"Resource": "arn:aws:s3:::store/${*}"}, True),
    ],
)
def test_resources(request_: Any, resource: dict[str, Any], outcome: Any) -> None:
    assert applies(resource, request_) == outcome


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ({"Action": "*"}, True),
        ({"Action": "S3:putobject"}, True),
        ({"Action": ["s3:Get*", "s3:Put*"]}, True),
        ({"Action": "s3:PutObjectAcl"}, False),
        ({"Action": "s3:Put?bject"}, True),
        ({"Action": None, "NotAction": "s3:Get*"}, True),
        ({"Action": None, "NotAction": ["s3:Get*", "s3:PutObject"]}, False),
    ],
)
def test_actions(request_: Any, action: dict[str, Any], outcome: bool) -> None:
    assert applies(action, request_) == outcome


def test_an_identity_policy_has_no_principal(request_: Any) -> None:
    assert applies({"Principal": None}, request_, layer="identity") is True


def test_what_is_known_of_the_organization_decides(request_: Any) -> None:
    condition = {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}
    for known, outcome in ((["o-1"], False), (["o-2"], True), ([], True)):
        context = probe.PrincipalTags({**request_.context, "aws:principalorgid": known})
        assert applies(condition, replace(request_, context=context)) is outcome


def test_without_its_tags_a_role_may_have_any(request_: Any) -> None:
    context = {k: v for k, v in request_.context.items() if not k.startswith("aws:principaltag/")}
    blind = replace(request_, context=context)
    assert applies({"Condition": {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}}, blind) is None


PATTERN = st.text(alphabet="ab*?", max_size=6)


@given(PATTERN, PATTERN, st.text(alphabet="ab", max_size=6))
@settings(max_examples=300, deadline=None)
def test_what_matches_both_patterns_shows_that_they_overlap(first: str, second: str, text: str) -> None:
    if probe.like(text, first) and probe.like(text, second):
        assert probe.overlap(first, second)
    assert probe.overlap(first, second) == probe.overlap(second, first)
    assert probe.overlap(first, first)


@given(st.text(alphabet="ab*", max_size=6), st.text(alphabet="ab*", max_size=5), st.text(alphabet="ab", max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_pattern_that_covers_all_matches_whatever_the_target_stands_for(
    pattern: str, target: str, filling: str
) -> None:
    told = probe.relation([pattern], target)
    text = target.replace("*", filling)
    if told == "all":
        assert probe.like(text, pattern)
    if told == "none":
        assert not probe.like(text, pattern)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("orders", ["orders"]),
        ("ORDERS", ["orders"]),
        ("invoice", ["prod-invoice-writer"]),
        ("Invoice Writer", ["prod-invoice-writer"]),
        ("prodInvoiceWriter", ["prod-invoice-writer"]),
        ("ord", ["orders", "reorders"]),
        ("nothing", []),
    ],
)
def test_a_hint_is_the_exact_name_else_a_word_of_it_else_a_part(hint: str, expected: list[str]) -> None:
    assert probe.resolve(hint, ["reorders", "orders", "prod-invoice-writer"]) == expected


def test_an_allow_for_the_account_leaves_the_decision_to_the_role(request_: Any) -> None:
    body = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    (hit,) = probe.hits([statement(body)], "Allow", request_)
    assert probe.only_names_account(hit, request_)
    (hit,) = probe.hits([statement(body | {"Principal": {"AWS": [ACCOUNT, ROLE]}})], "Allow", request_)
    assert not probe.only_names_account(hit, request_)


def test_a_policy_with_one_statement_needs_no_list() -> None:
    (one,) = probe.statements_of("bucket", "p", '{"Statement": {"Effect": "Deny"}}', "/calls/x/response/Policy")
    assert (one.index, one.pointer, one.name) == (0, "/calls/x/response/Policy", "number 1")
    (one,) = probe.statements_of("identity", "p", {"Statement": {"Sid": "A"}}, "/calls/x/response/PolicyDocument")
    assert (one.pointer, one.name) == ("/calls/x/response/PolicyDocument/Statement", "A")
    assert probe.statements_of("identity", "p", {"Statement": ["odd"]}, "/x") == []


@pytest.mark.parametrize(
    ("asked", "accesses"),
    [
        ("", ("write",)),
        ("any", ("write", "read")),
        ("read", ("read",)),
        ("Delete, LIST", ("delete", "list")),
        ("x", ("write",)),
    ],
)
def test_the_access_asked_about(asked: str, accesses: tuple[str, ...]) -> None:
    assert probe.accesses_asked(asked) == accesses
