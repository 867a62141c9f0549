import pytest
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.worlds.building import AccessKey, Site, user
from cloudprobe.emulator.worlds.building.crowds import crowd
from cloudprobe.emulator.worlds.building.logs import logged
from cloudprobe.emulator.worlds.building.past import days_ago
from cloudprobe.emulator.worlds.building.patience import patiently


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not yet"}}, "CreateFunction")


def test_patience_waits_for_what_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudprobe.emulator.worlds.building.patience._PAUSES", (0.0, 0.0))
    answers = iter([_refusal("NotYet"), _refusal("NotYet"), "there"])

    def call() -> str:
        answer = next(answers)
        if isinstance(answer, ClientError):
            raise answer
        return str(answer)

    assert patiently(call, "NotYet") == "there"


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudprobe.emulator.worlds.building.patience._PAUSES", (0.0, 0.0))
    calls = []

    def call() -> None:
        calls.append(1)
        raise _refusal("NotYet")

    with pytest.raises(ClientError):
        patiently(call, "NotYet")
    assert len(calls) == 3


def test_other_errors_are_not_waited_for() -> None:
    def call() -> None:
        raise _refusal("AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        patiently(call, "NotYet")


def test_a_client_is_of_today_again_afterwards(clean_account: AccountAccess) -> None:
    iam = clean_account.client("iam")
    with days_ago(iam, 500):
        old = iam.create_user(UserName="old")["User"]["CreateDate"]
    new = iam.create_user(UserName="new")["User"]["CreateDate"]
    assert (new - old).days == 500


def test_a_password_is_not_the_same_for_everybody(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: f"x-{logical}")
    user(site, "someone", password=True, keys=(AccessKey(age=3, used=2),))
    assert site.arns["someone"].endswith(":user/x-someone")
    assert site.arns["root"] == f"arn:aws:iam::{clean_account.account_id}:root"


def test_a_crowd_is_made_of_what_was_asked_for(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: f"c-{clean_account.account_id}-{logical}")
    crowd(site, "eu-west-1", buckets=2, groups=3, queues=4, users=2, volumes=3, topics=2, logs=1)
    client = clean_account.client
    assert len(client("s3").list_buckets()["Buckets"]) == 2
    assert len(client("ec2", "eu-west-1").describe_security_groups()["SecurityGroups"]) == 3 + 1  # the default one
    assert len(client("sqs", "eu-west-1").list_queues()["QueueUrls"]) == 4
    assert {volume["Encrypted"] for volume in client("ec2", "eu-west-1").describe_volumes()["Volumes"]} == {True}
    assert len(client("iam").list_users()["Users"]) == 2 + 1  # the administrator
    assert set(site.arns) == {"root"}


def test_a_function_has_logged_what_a_seed_says(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: f"x-{logical}")
    logged(site, "worker", "START", "boom \x1b[31m", "END")
    answer = clean_account.client("logs").filter_log_events(logGroupName="/aws/lambda/x-worker", filterPattern="?ERROR")
    assert [event["message"] for event in answer["events"]] == ["START", "boom \x1b[31m", "END"]
