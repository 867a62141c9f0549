import re

import pytest

from cloudprobe.guard import actions, models
from cloudprobe.guard.ceiling import (
    POLICY_LIMIT,
    audited_by,
    ceiling_policy,
    decide,
    decide_operation,
    entries,
    policy_size,
    tier,
)
from cloudprobe.guard.patterns import matches
from cloudprobe.sandbox.permit import DataClass

CLASSES: tuple[DataClass, ...] = ("metadata", "logs", "data")
ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:ListAllMyBuckets", "metadata"),
        ("s3:GetBucketPolicy", "metadata"),
        ("ec2:DescribeInstances", "metadata"),
        ("iam:ListUsers", "metadata"),
        ("iam:GenerateCredentialReport", "metadata"),
        ("cloudtrail:LookupEvents", "metadata"),
        ("cloudwatch:GetMetricData", "metadata"),
        ("ce:GetCostAndUsage", "metadata"),
        ("lambda:GetFunctionConfiguration", "metadata"),
        ("apigateway:GET", "metadata"),
        ("kms:DescribeKey", "metadata"),
        ("secretsmanager:DescribeSecret", "metadata"),
        ("sqs:GetQueueUrl", "metadata"),
        ("logs:FilterLogEvents", "logs"),
        ("logs:StartQuery", "logs"),
        ("rds:DownloadDBLogFilePortion", "logs"),
        ("states:GetExecutionHistory", "logs"),
        ("s3:GetObject", "data"),
        ("dynamodb:Scan", "data"),
        ("ssm:GetParameter", "data"),
        ("kinesis:GetRecords", "data"),
        ("cloudformation:GetTemplate", "data"),
        ("secretsmanager:GetSecretValue", "refused"),
        ("kms:Decrypt", "refused"),
        ("sts:AssumeRole", "refused"),
        ("sts:GetSessionToken", "refused"),
        ("iam:PassRole", "refused"),
        ("iam:CreateUser", "refused"),
        ("s3:PutObject", "refused"),
        ("ec2:CreateTags", "refused"),
        ("ec2:GetPasswordData", "refused"),
        ("ec2:DescribeInstanceAttribute", "refused"),
        ("lambda:GetFunction", "refused"),
        ("lambda:InvokeFunction", "refused"),
        ("bedrock:InvokeModel", "refused"),
        ("sagemaker:InvokeEndpoint", "refused"),
        ("sqs:ReceiveMessage", "refused"),
        ("ecr:GetAuthorizationToken", "refused"),
        ("logs:Unmask", "refused"),
        ("athena:StartQueryExecution", "refused"),
        ("cognito-idp:ListUserPoolClientSecrets", "refused"),
        ("nosuch:Action", "refused"),
    ],
)
def test_the_tier_of_an_action(action: str, expected: str) -> None:
    found, reason, _ = tier(action)
    assert found == expected
    assert reason


def test_a_wider_class_reads_more_and_says_so() -> None:
    assert not decide("s3:GetObject", "metadata").allowed
    assert "data class data" in decide("s3:GetObject", "metadata").hint
    assert "list_objects_v2" in decide("s3:GetObject", "metadata").hint
    assert not decide("s3:GetObject", "logs").allowed
    assert decide("s3:GetObject", "data").allowed
    assert decide("logs:FilterLogEvents", "logs").allowed
    assert not any(decide("kms:Decrypt", data_class).allowed for data_class in CLASSES)


def test_an_operation_can_be_refused_where_its_action_is_not() -> None:
    assert decide_operation("apigateway", "GetRestApis", "apigateway:GET", "metadata").allowed
    refused = decide_operation("apigateway", "GetApiKeys", "apigateway:GET", "metadata")
    assert not refused.allowed
    assert "API keys" in refused.reason
    assert decide_operation("sts", "GetCallerIdentity", "", "metadata").allowed


def test_what_aws_gives_auditors_is_known_by_name() -> None:
    assert audited_by("ec2:DescribeInstances") == "SecurityAudit"
    assert audited_by("s3:PutObject") == ""
    assert "SecurityAudit" in tier("dataexchange:ListDataSets")[1]


def test_every_entry_has_a_reason_and_matches_something() -> None:
    for entry in entries():
        assert entry.reason
        for pattern in entry.patterns:
            prefix = pattern.partition(":")[0]
            assert prefix == "*" or any(
                matches(pattern, known.name) for known in actions.actions_of(prefix).values()
            ), f"{pattern} matches no action"


def test_every_action_of_aws_has_a_tier_and_nothing_that_writes_is_readable() -> None:
    for prefix in actions.prefixes():
        for known in actions.actions_of(prefix).values():
            found, reason, _ = tier(known.name)
            assert reason
            if found != "refused":
                assert known.reads, f"{known.name} is {known.level}"
                verb = known.name.partition(":")[2]
                assert not re.match("Create|Delete|Put|Update|Modify|Attach|Detach|Run|Terminate|Invoke|Tag", verb)


@pytest.mark.full
def test_every_operation_of_every_service_is_decided_or_fails_closed() -> None:
    for service in models.services():
        for operation in models.operation_names(service):
            action = actions.action_for(service, operation)
            if action is None:
                continue  # validation refuses it as unmapped
            decision = decide_operation(service, operation, action, "metadata")
            assert decision.reason
            if decision.allowed and action:
                known = actions.action(action)
                assert known is not None
                assert known.reads


@pytest.mark.parametrize("data_class", CLASSES)
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_boundary_fits_a_managed_policy(data_class: DataClass, partition: str) -> None:
    document = ceiling_policy(account_id=ACCOUNT, data_class=data_class, partition=partition)
    assert policy_size(document) <= POLICY_LIMIT


def test_no_action_but_describe_begins_as_the_boundary_abbreviates_it() -> None:
    """The boundary says ``Des*`` for ``Describe*`` to fit; that must never mean more."""
    services = {p.partition(":")[0] for entry in entries() for p in entry.patterns if ":Describe" in p} - {"*"}
    for prefix in services:
        for known in actions.actions_of(prefix).values():
            verb = known.name.partition(":")[2]
            assert not verb.startswith("Des") or verb.startswith("Describe"), known.name


def test_our_own_resources_and_other_accounts_are_denied() -> None:
    document = ceiling_policy(account_id=ACCOUNT, data_class="metadata", prefix="probes")
    by_id = {statement["Sid"]: statement for statement in document["Statement"]}
    assert f"arn:aws:iam::{ACCOUNT}:role/probes/*" in by_id["NotOurs"]["Resource"]
    assert "arn:aws:s3:::probes-*" in by_id["NotOurs"]["Resource"]
    other = by_id["NoOtherAccount"]
    assert other["Condition"]["StringNotEquals"] == {"aws:ResourceAccount": ACCOUNT}
    # A key that is absent would satisfy StringNotEquals; only where it is there may it deny.
    assert other["Condition"]["Null"] == {"aws:ResourceAccount": "false"}
