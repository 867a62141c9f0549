"""An organisation's policy: what it denies, whom, and how that is said.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds import load_world
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.organization import deny_by_organization
from cloudprobe.errors import UsageError

REASON = "with an explicit deny in a service control policy"


@pytest.fixture(scope="module")
def account(embedded_account: EmbeddedAccount) -> AccountAccess:
    return embedded_account.second_account()


@pytest.fixture(scope="module")
def reader(account: AccountAccess) -> AccountAccess:
    """Whom IAM allows everything."""
    iam = account.client("iam")
    iam.create_user(UserName="reader")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=policy)
    return account.acting_as(iam.create_access_key(UserName="reader")["AccessKey"])


def _refusal(call: Any, **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return dict(caught.value.response["Error"])


@pytest.mark.parametrize(
    ("pattern", "service", "operation", "code"),
    [
        ("ec2:Describe*", "ec2", "describe_vpcs", "UnauthorizedOperation"),
        ("IAM:listusers", "iam", "list_users", "AccessDenied"),
        ("dynamodb:*", "dynamodb", "list_tables", "AccessDeniedException"),
        ("lambda:ListFunctions", "lambda", "list_functions", "AccessDeniedException"),
        ("s3:ListAllMyBuckets", "s3", "list_buckets", "AccessDenied"),
        ("logs:*", "logs", "describe_log_groups", "AccessDeniedException"),
        ("*", "sqs", "list_queues", "AccessDenied"),
    ],
)
def test_the_denial_names_the_policy_in_every_protocol(  # noqa: PLR0917 - fixtures and the case's own four
    account: AccountAccess,
    reader: AccountAccess,
    pattern: str,
    service: str,
    operation: str,
    code: str,
) -> None:
    deny_by_organization(account.client, [pattern])
    refused = _refusal(getattr(reader.client(service), operation))
    assert (refused["Code"], refused["Message"].endswith(REASON)) == (code, True), refused
    assert f":{account.account_id}:user/reader" in refused["Message"]
    getattr(account.client(service), operation)()  # the administrator seeds on


def test_other_actions_other_regions_and_other_accounts_are_free(
    account: AccountAccess, reader: AccountAccess, clean_account: AccountAccess
) -> None:
    deny_by_organization(account.client, ["rds:*"], regions=["eu-west-1"])
    assert reader.client("rds", "us-east-1").describe_db_instances()["DBInstances"] == []
    assert reader.client("ec2", "eu-west-1").describe_vpcs()["Vpcs"]
    assert REASON in _refusal(reader.client("rds", "eu-west-1").describe_db_instances)["Message"]
    assert clean_account.client("rds", "eu-west-1").describe_db_instances()["DBInstances"] == []
    deny_by_organization(account.client, [])
    assert reader.client("rds", "eu-west-1").describe_db_instances()["DBInstances"] == []


def test_it_stands_before_recorded_answers_and_before_roles(account: AccountAccess, reader: AccountAccess) -> None:
    record_answer(account.client, "health", "DescribeEvents", response={"events": []})
    assert reader.client("health").describe_events()["events"] == []
    deny_by_organization(account.client, ["health:*"])
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": account.account_id}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = account.client("iam")
    role = iam.create_role(RoleName="all", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    everything = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    iam.put_role_policy(RoleName="all", PolicyName="p", PolicyDocument=everything)
    session = reader.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    for caller in (reader, account.acting_as(session)):
        assert REASON in _refusal(caller.client("health").describe_events)["Message"]
    deny_by_organization(account.client, [])


def test_a_denial_of_ones_own_policy_keeps_its_name(account: AccountAccess) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="limited")
    deny = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_user_policy(UserName="limited", PolicyName="p", PolicyDocument=policy)
    limited = account.acting_as(iam.create_access_key(UserName="limited")["AccessKey"])
    deny_by_organization(account.client, ["ec2:*"])
    refused = _refusal(limited.client("sqs").list_queues)["Message"]
    assert refused.endswith("with an explicit deny in an identity-based policy")
    deny_by_organization(account.client, [])


def test_nobody_but_the_administrator_sets_it(account: AccountAccess, reader: AccountAccess) -> None:
    with pytest.raises(UsageError, match="refused"):
        deny_by_organization(reader.client, ["iam:*"])
    assert reader.client("iam").list_users()["Users"]


def test_a_pattern_that_is_none_is_refused(account: AccountAccess) -> None:
    with pytest.raises(UsageError, match="no pattern"):
        deny_by_organization(account.client, ["everything"])


def test_a_world_may_be_under_one(tmp_path: Path, clean_account: AccountAccess) -> None:
    (tmp_path / "world.toml").write_text(
        'title = "t"\ndescription = "d"\nregions = ["us-east-1"]\n[organization_policy]\ndeny = ["sqs:List*"]\n'
    )
    (tmp_path / "seed.py").write_text(
        "def seed(clients, names):\n    clients('sqs').create_queue(QueueName=names('q'))\n    return {}\n"
    )
    load_world(str(tmp_path)).seed(clean_account.client)
    iam = clean_account.client("iam")
    iam.create_user(UserName="someone")
    everything = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    iam.put_user_policy(UserName="someone", PolicyName="p", PolicyDocument=everything)
    someone = clean_account.acting_as(iam.create_access_key(UserName="someone")["AccessKey"])
    assert REASON in _refusal(someone.client("sqs").list_queues)["Message"]
