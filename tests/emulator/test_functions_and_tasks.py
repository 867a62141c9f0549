"""Local functions and tasks: who they are, how they end, and that nothing else ever runs."""

import json
import time

import pytest

TRUST = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"Service": "x"}, "Action": "sts:AssumeRole"}})
EMPTY_ZIP = b"PK\x05\x06" + b"\0" * 18


@pytest.fixture(scope="module")
def account(embedded_account):
    account = embedded_account.second_account()
    role = account.client("iam").create_role(RoleName="runner", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    for name in ("echo", "fail", "crash", "slow", "whoami", "reach_out", "uploaded"):
        account.client("lambda").create_function(
            FunctionName=name, Runtime="python3.12", Handler="i.h", Role=role, Code={"ZipFile": EMPTY_ZIP}, Timeout=1
        )
    account.client("ecs").create_cluster(clusterName="c")
    for name in ("done", "broken", "slow"):
        account.client("ecs").register_task_definition(
            family=f"task-{name}", taskRoleArn=role, containerDefinitions=[{"name": "main", "image": "x"}]
        )
    account.client("ecs").register_task_definition(family="unknown", containerDefinitions=[{"name": "m", "image": "x"}])
    return account


def invoke(account, name, event):
    answer = account.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def test_a_function_returns_what_it_returns(account):
    assert invoke(account, "echo", {"a": [1, None, "é"]}) == (None, {"a": [1, None, "é"]})


def test_an_exception_is_an_error_with_its_class_name(account):
    error, body = invoke(account, "fail", {})
    assert (error, body["errorType"], body["errorMessage"]) == ("Unhandled", "CustomError", "boom")


def test_an_exit_is_an_error_of_the_runtime(account):
    assert invoke(account, "crash", {})[1]["errorType"] == "Runtime.ExitError"


def test_a_function_that_takes_too_long_is_given_up(account):
    error, body = invoke(account, "slow", {"seconds": 2})
    assert (error, body["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert "1.00 seconds" in body["errorMessage"]


def test_a_function_acts_as_its_role(account):
    _, body = invoke(account, "whoami", {})
    assert body["arn"] == f"arn:aws:sts::{account.account_id}:assumed-role/runner/whoami"
    assert body["name"] == "whoami"
    assert body["request"]
    assert body["milliseconds"] > 0
    assert body["session"] == body["arn"]


def test_nothing_in_the_account_leaves_the_machine(account):
    _, outcomes = invoke(account, "reach_out", {})
    assert outcomes == dict.fromkeys(("connect", "resolve", "listen", "send"), "refused") | {"loopback": "done"}


def test_uploaded_code_never_runs(account):
    error, body = invoke(account, "uploaded", {})
    assert (error, body["errorType"]) == ("Unhandled", "CloudprobeNoLocalFunction")


def test_an_event_starts_a_function_and_leaves_its_log(account):
    answer = account.client("lambda").invoke(FunctionName="fail", InvocationType="Event", Payload="{}")
    assert answer["StatusCode"] == 202
    logs = account.client("logs")
    for _ in range(500):
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/fail")["events"]
        except logs.exceptions.ResourceNotFoundException:
            events = []
        if any("CustomError: boom" in event["message"] for event in events):
            return
        time.sleep(0.01)
    raise AssertionError("no log")


def run(account, family):
    task = account.client("ecs").run_task(cluster="c", taskDefinition=family)["tasks"][0]["taskArn"]

    def described():
        return account.client("ecs").describe_tasks(cluster="c", tasks=[task])["tasks"][0]

    return task, described


def stopped(described):
    for _ in range(2000):
        if described()["lastStatus"] == "STOPPED":
            return described()
        time.sleep(0.01)
    raise AssertionError("it never stopped")


@pytest.mark.parametrize(("family", "code"), [("task-done", 0), ("task-broken", 3)])
def test_a_task_stops_with_its_exit_code(account, family, code):
    task = stopped(run(account, family)[1])
    assert (task["containers"][0]["exitCode"], task["stopCode"]) == (code, "EssentialContainerExited")


def test_a_task_can_be_stopped(account):
    task, described = run(account, "task-slow")
    assert described()["lastStatus"] == "RUNNING"
    account.client("ecs").stop_task(cluster="c", task=task, reason="enough")
    assert stopped(described)["stoppedReason"] == "enough"


def test_a_task_nobody_gave_code_for_is_a_record_that_runs(account):
    _, described = run(account, "unknown")
    assert described()["lastStatus"] == "RUNNING"
