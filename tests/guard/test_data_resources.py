"""Content is read of named resources alone."""

import json

import pytest

from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.guard.data_resources import checked
from cloudprobe.guard.patterns import includes
from cloudprobe.guard.validation import ProbeDraft, Verdict, validate

BUCKET = "arn:aws:s3:::reports"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"


def judge(body: str, *resources: str) -> Verdict:
    script = (
        f"import boto3, json, sys\nvariables = json.load(sys.stdin)\n{body}\njson.dump({{'facts': {{}}}}, sys.stdout)\n"
    )
    return validate(ProbeDraft(script=script), data_class="data", data_resources=resources)


def test_a_read_by_variable_is_narrowed_to_what_was_named() -> None:
    verdict = judge("boto3.client('s3').get_object(Bucket=variables['b'], Key='k')", BUCKET, TABLE)
    assert verdict.accepted
    assert verdict.policy["Statement"] == [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [BUCKET, f"{BUCKET}/*"]}
    ]
    assert verdict.permit is not None
    assert verdict.permit.operations[0].resources == (BUCKET, f"{BUCKET}/*")


def test_a_read_by_name_stays_as_narrow_as_it_was() -> None:
    verdict = judge("boto3.client('s3').get_object(Bucket='reports', Key='k')", BUCKET)
    assert verdict.accepted
    assert verdict.policy["Statement"][0]["Resource"] == f"{BUCKET}/*"


def test_a_pattern_of_ours_is_narrowed_to_the_table_that_was_named() -> None:
    verdict = judge("boto3.client('dynamodb').get_item(TableName='orders', Key={'id': {'S': '1'}})", TABLE)
    assert verdict.accepted
    assert verdict.policy["Statement"][0]["Resource"] == TABLE


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("boto3.client('s3').get_object(Bucket='other', Key='k')", [BUCKET]),
        ("boto3.client('s3').get_object(Bucket=variables['b'], Key='k')", [TABLE]),
        ("boto3.client('s3').get_object(Bucket=variables['b'], Key='k')", []),
        ("boto3.client('dynamodb').scan(TableName='Orders')", [TABLE]),
        ("boto3.client('dynamodb').scan(TableName='orders2')", [TABLE]),
    ],
)
def test_what_was_not_named_is_refused(body: str, named: list[str]) -> None:
    verdict = judge(body, *named)
    assert not verdict.accepted
    assert [finding.code for finding in verdict.findings if finding.severity == "error"] == ["data-resource"]
    assert "--data-resource" in json.dumps([finding.to_json() for finding in verdict.findings])


def test_settings_and_state_are_not_narrowed() -> None:
    verdict = judge("boto3.client('ec2').describe_instances()", BUCKET)
    assert verdict.accepted
    assert verdict.policy["Statement"][0]["Resource"] == "*"


def test_nothing_named_is_refused_with_what_to_do() -> None:
    with pytest.raises(RefusedError, match="--data-resource"):
        checked((), data_class="data")
    with pytest.raises(UsageError, match="--data-class data"):
        checked((BUCKET,), data_class="logs")
    assert checked((BUCKET, BUCKET), data_class="data") == (BUCKET,)


@pytest.mark.parametrize(
    "arn",
    [
        "reports", "arn:aws:s3:::*", "arn:aws:s3:::", "arn:aws:s3:::a b", "arn:*:s3:::x", "arn:aws:dynamodb:*:*:table/*",
        "arn:aws:dynamodb:*:*:*", "arn:aws:ssm:*:*:parameter/*", "arn:aws:ec2:us-east-1:123456789012:instance/i-1x?",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:x", "arn:aws:*:::x",
    ],
)  # fmt: skip
def test_what_names_no_single_resource_is_refused(arn: str) -> None:
    with pytest.raises(UsageError):
        checked((arn,), data_class="data")


@pytest.mark.parametrize(
    ("pattern", "other", "included"),
    [
        ("*", "a*b", True),
        ("a*", "a*b", True),
        ("a*b", "a*", False),
        ("a?b", "a*b", False),
        ("a*", "a?", False),
        ("Orders", "orders", False),
        ("a.c", "abc", False),
        ("orders", "orders", True),
    ],
)
def test_a_pattern_includes_another_only_where_that_is_certain(pattern: str, other: str, *, included: bool) -> None:
    assert includes(pattern, other) is included
