"""Causes, and the trail, where runs are sessions of a shared inspector role instead of having a role each."""

import datetime as dt
import json

import pytest

from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.adapters.aws.trail import Trail
from cloudprobe.bootstrap import open_workspace
from cloudprobe.config import Config
from cloudprobe.evidence.audit import audit
from cloudprobe.evidence.record import read_record
from cloudprobe.testing import FakeClock
from tests.evidence.test_missing_access import LOST, ask, forgetful
from tests.worlds.seeded import seed


@pytest.fixture(scope="module")
def shared(embedded_account):
    """A world whose inspecting user may only take on the inspector role; and that role's name."""
    seeded = seed(embedded_account, "faulty", "own")
    access = seeded.access
    iam = access.client("iam")
    user = iam.create_user(UserName="dev")["User"]["Arn"]
    may = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": may, "Resource": "*"}]}
    iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=json.dumps(policy))
    administrator = open_session(
        endpoint_url=access.endpoint_url, keys=Keys(access.access_key_id, access.secret_access_key)
    )
    role = InspectorRole(account=access.account_id, principal=user, external_id=default_external_id(access.account_id))
    deploy(administrator, role)
    as_dev = access.acting_as(iam.create_access_key(UserName="dev")["AccessKey"])
    return type(seeded)(seeded.world, as_dev, seeded.arns, seeded.names), administrator, role


def test_a_missed_permission_is_given_to_the_next_session(shared, tmp_path):
    world, _, _ = shared
    report = ask(world, tmp_path, forgetful({1}))
    first, second = report.runs
    assert {(denial.cause, denial.action) for denial in first.denials} == {("probe_policy", LOST)}
    assert second.denials == ()
    assert report.quality.complete


def test_what_the_inspector_role_is_denied_is_its_lack(shared, tmp_path):
    world, administrator, role = shared
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": LOST, "Resource": "*"}]}
    name = role.arn.rpartition("/")[2]
    iam = administrator.client("iam")
    iam.put_role_policy(RoleName=name, PolicyName="less", PolicyDocument=json.dumps(deny))
    try:
        report = ask(world, tmp_path)
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="less")
    (run,) = report.runs
    assert {denial.cause for denial in run.denials} == {"inspector"}
    assert "inspector role" in run.denials[0].explanation


def test_the_trail_knows_a_session_of_a_shared_role_by_its_run(shared, tmp_path):
    world, administrator, _ = shared
    report = ask(world, tmp_path)
    workspace = open_workspace(Config.read(world.access.environment(), data_dir=tmp_path))
    kept = workspace.inspection(report.inspection_id)
    record = read_record(
        report.inspection_id,
        settings=kept.settings,
        created=kept.created,
        artifacts=workspace.artifacts,
        recordings=workspace.recordings,
        recording_folder=workspace.recordings.folder,
    )
    (found,) = audit(record, Trail(administrator, clock=FakeClock()), now=dt.datetime.fromisoformat(report.started))
    assert found.matched > 10
    assert found.unexpected == ()
