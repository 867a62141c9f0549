"""The roles of runs are no part of what is inspected: an ordinary inventory of roles must not stumble over them."""

import json

import pytest

from cloudprobe.domain.ids import role_name, run_id
from cloudprobe.sandbox import runner
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.own_roles import take_out

ARN = "arn:aws:iam::123456789012:role"
RUN_ROLE = role_name(run_id("20261124-080000-0a1b2c3d", iteration=1, attempt=2, number=0))
OWN = {"RoleName": RUN_ROLE, "Path": "/cloudprobe/", "Arn": f"{ARN}/cloudprobe/{RUN_ROLE}"}
THEIRS = {"RoleName": "deploy", "Path": "/", "Arn": f"{ARN}/deploy"}
INVENTORY = """
import json, sys
import boto3
json.load(sys.stdin)
iam = boto3.client("iam")
found = {}
for page in iam.get_paginator("list_roles").paginate():
    for role in page["Roles"]:
        found[role["RoleName"]] = len(iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"])
print(json.dumps(found))
"""


@pytest.mark.parametrize(
    "foreign",
    [
        {**OWN, "RoleName": "cloudprobe-inspector", "Arn": f"{ARN}/cloudprobe-inspector"},
        {**OWN, "RoleName": "admin", "Arn": f"{ARN}/cloudprobe/admin"},
        {**OWN, "Arn": f"{ARN}/{RUN_ROLE}"},
        {**OWN, "Arn": f"{ARN}/cloudprobe/deeper/{RUN_ROLE}"},
        {**OWN, "RoleName": f"{RUN_ROLE}-x", "Arn": f"{ARN}/cloudprobe/{RUN_ROLE}-x"},
    ],
)
def test_what_only_looks_like_a_runs_role_stays(foreign):
    response = {"Roles": [foreign, THEIRS]}
    assert take_out("iam", response) == ()
    assert response == {"Roles": [foreign, THEIRS]}


def test_roles_of_runs_go_wherever_iam_lists_roles():
    listed = {
        "RoleDetailList": [OWN, THEIRS],
        "InstanceProfiles": [{"InstanceProfileName": "p", "Roles": [THEIRS, OWN]}],
        "PolicyRoles": [{"RoleName": RUN_ROLE, "RoleId": "AROA"}, {"RoleName": "deploy", "RoleId": "AROB"}],
    }
    assert take_out("iam", listed) == (OWN["Arn"], RUN_ROLE)
    assert listed["RoleDetailList"] == [THEIRS]
    assert listed["InstanceProfiles"][0]["Roles"] == [THEIRS]
    assert [role["RoleName"] for role in listed["PolicyRoles"]] == ["deploy"]


def test_other_services_and_errors_are_left_alone():
    response = {"Items": [OWN]}
    assert take_out("resourcegroupstaggingapi", response) == ()
    assert take_out("iam", None) == ()
    assert response == {"Items": [OWN]}


@pytest.fixture
def account(aws):
    def look(parameters):
        if parameters["RoleName"] == RUN_ROLE:
            raise aws.ServiceError("AccessDenied", status=403)
        return {"AttachedPolicies": []}

    aws.on("iam", "ListRoles", lambda _: {"Roles": [dict(OWN), dict(THEIRS)], "IsTruncated": False})
    aws.on("iam", "ListAttachedRolePolicies", look)
    return aws


def test_an_ordinary_inventory_of_roles_succeeds_and_the_recording_names_what_was_left_out(account, sandbox):
    execution = sandbox.run(INVENTORY)
    assert (execution.status, execution.result) == (Status.SUCCEEDED, {"deploy": 0})
    assert (execution.hidden, execution.denied) == ((OWN["Arn"],), ())
    recording = sandbox.recording()
    assert [call.hidden for call in recording] == [(OWN["Arn"],), ()]
    again = runner.replay(INVENTORY, {}, permit=account.permit(INVENTORY), recording=recording)
    assert json.dumps(again.result) == json.dumps(execution.result)
    assert again.hidden == execution.hidden
