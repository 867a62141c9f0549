"""A policy that a person gives: never past the ceiling, and what may be called under it."""

import pytest

from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.guard.given_policy import check_given, operations_under
from cloudprobe.guard.policy_lint import lint
from cloudprobe.guard.validation import ProbeDraft, validate

ACCOUNT = "123456789012"


def policy(*actions, resource="*", **more):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("given", "data_class"),
    [
        (policy("ec2:DescribeVpcs", "s3:ListAllMyBuckets"), "metadata"),
        (policy("logs:FilterLogEvents"), "logs"),
        (policy("s3:GetObject", resource="arn:aws:s3:::b/*"), "data"),
    ],
)
def test_within_the_ceiling(given, data_class):
    check_given(given, account=ACCOUNT, data_class=data_class)


@pytest.mark.parametrize(
    ("given", "data_class"),
    [
        (policy("s3:*"), "data"),
        (policy("*"), "data"),
        (policy("s3:Get?bject"), "data"),
        (policy("s3:DeleteBucket"), "data"),
        (policy("iam:PassRole"), "data"),
        (policy("secretsmanager:GetSecretValue"), "data"),
        (policy("sts:AssumeRole"), "data"),
        (policy("logs:FilterLogEvents"), "metadata"),
        (policy("s3:GetObject", resource="arn:aws:s3:::b/*"), "logs"),
        (policy("s3:GetObject"), "data"),
        ({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}, "data"),
    ],
)
def test_beyond_the_ceiling(given, data_class):
    with pytest.raises(RefusedError):
        check_given(given, account=ACCOUNT, data_class=data_class)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Version": "2012-10-17"},
        {"Version": "2012-10-17", "Statement": "x"},
        {"Version": "2012-10-17", "Statement": ["x"]},
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets"}]},
        {"Version": "2012-10-17", "Statement": [{"Effect": "Maybe", "Action": "x", "Resource": "*"}]},
        policy("s3:ListAllMyBuckets", Principal="*"),
    ],
)
def test_what_is_no_policy(given):
    with pytest.raises(UsageError):
        check_given(given, account=ACCOUNT, data_class="metadata")


def test_what_may_be_called():
    found = {
        f"{one.service}:{one.operation}": one.resources
        for one in operations_under(policy("s3:ListAllMyBuckets"), "metadata")
    }
    assert found["s3:ListBuckets"] == ("*",)
    assert "s3:DeleteBucket" not in found
    assert not any(name.startswith("ec2:") for name in found)
    chosen = operations_under(
        policy("ec2:DescribeVpcs"), "metadata", of=[("s3", "ListBuckets"), ("ec2", "DescribeVpcs")]
    )
    assert [one.operation for one in chosen] == ["DescribeVpcs"]


TWO = ("ec2:DescribeVpcs", "iot:ListThings", "workspaces:DescribeWorkspaces")
"""Each may be read; the rare one stands under a boundary of its own."""


def test_what_needs_two_boundaries_is_told_as_validation_tells_it():
    script = "import boto3\nboto3.client('ec2').describe_vpcs()\nboto3.client('iot').list_things()\n"
    script += "boto3.client('workspaces').describe_workspaces()\n"
    (told,) = [one for one in validate(ProbeDraft(script=script)).findings if one.code == "boundary"]
    (linted,) = lint(policy(*TWO), data_class="metadata")
    with pytest.raises(RefusedError) as caught:
        check_given(policy(*TWO), account=ACCOUNT, data_class="metadata")
    assert "iot:ListThings does not fit under one permissions boundary" in told.message
    assert told.message.replace("the script", "the policy") == caught.value.message == linted.message
    assert told.hint == caught.value.hint == linted.hint == "Ask iot in a probe of its own."
    check_given(policy("iot:ListThings", "ec2:DescribeVpcs"), account=ACCOUNT, data_class="metadata")


def test_beyond_the_ceiling_is_not_told_to_split():
    with pytest.raises(RefusedError, match="beyond the ceiling") as caught:
        check_given(policy(*TWO, "s3:DeleteBucket"), account=ACCOUNT, data_class="metadata")
    assert "of its own" not in caught.value.hint
