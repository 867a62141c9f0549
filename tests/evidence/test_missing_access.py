"""What a derivation missed comes back as a denial; the loop makes it good once, under the ceiling."""

import hashlib
import json
import threading

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import Probe
from cloudprobe.domain.state import work_update
from cloudprobe.domain.transitions import Step
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.emulator.worlds.building.organization import deny_by_organization
from cloudprobe.guard.policy import digest
from cloudprobe.steps.artifacts import encode, encode_json, load, permit_key, probe_key
from cloudprobe.steps.table import STEPS
from cloudprobe.steps.validate import validate
from cloudprobe.testing import NullObserver
from tests.worlds.seeded import seed

LOST = "s3:GetBucketAcl"


def forgetful(attempts):
    """Validation that overlooks an action in the given attempts, as a gap in the data would make it."""

    def step(state, ports):
        update = validate(state, ports)
        items = [WorkItem.model_validate(item) for item in update["work"].values()]
        return {**update, "work": work_update([forget(item, ports) for item in items])}

    def forget(item, ports):
        if item.status is not WorkStatus.VALIDATED or item.attempt not in attempts:
            return item
        probe = load(Probe, probe_key(item.run_id), ports.artifacts)
        policy = json.loads(json.dumps(probe.policy))
        for statement in policy["Statement"]:
            statement["Action"] = [action for action in statement["Action"] if action != LOST]
        permit = json.loads(ports.artifacts.get(permit_key(item.run_id)))
        permit["policy_digest"] = digest(policy)
        ports.artifacts.put(probe_key(item.run_id), encode(probe.model_copy(update={"policy": policy})))
        stored = encode_json(permit)
        ports.artifacts.put(permit_key(item.run_id), stored)
        signed = {"policy_digest": digest(policy), "permit_digest": hashlib.sha256(stored).hexdigest()}
        return item.model_copy(update=signed)

    return {**STEPS, Step.VALIDATE: step}


@pytest.fixture(scope="module")
def world(embedded_account):
    return seed(embedded_account, "faulty", "own")


def ask(world, folder, steps=STEPS, question="which buckets are public?", **settings):
    workspace = open_workspace(Config.read(world.access.environment(), data_dir=folder))
    with open_account("", workspace.config) as account:
        engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event(), steps=steps)
        return engine.run(engine.start(question, account.narrow(InspectionSettings(**settings))))


def test_a_missed_permission_is_given_once_and_the_answer_is_whole(world, tmp_path):
    report = ask(world, tmp_path, forgetful({1}))
    first, second = report.runs
    assert {(d.operation, d.cause, d.action) for d in first.denials} == {("s3:GetBucketAcl", "probe_policy", LOST)}
    assert first.denials[0].statement["Action"] == LOST
    assert second.denials == ()
    assert LOST in json.dumps(second.policy)
    assert report.quality.complete
    assert [attempt.code for attempt in report.attempts] == ["MissingPermission"]
    assert report.access.policy_excess == 0
    assert world.access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []


@pytest.mark.full  # its rule is tested on the step itself in tests/steps
def test_it_is_never_given_twice(world, tmp_path):
    report = ask(world, tmp_path, forgetful({1, 2, 3}))
    assert len(report.runs) == 2
    assert report.runs[1].denials
    gap = next(gap for gap in report.not_covered if "GetBucketAcl" in gap.what)
    assert '{"Effect": "Allow", "Action": "s3:GetBucketAcl"' in gap.why


def test_without_a_retry_left_the_denial_is_told_and_the_rest_is_answered(world, tmp_path):
    report = ask(world, tmp_path, forgetful({1}), max_retries=0)
    assert len(report.runs) == 1
    assert report.outcome.exit_code == 0
    assert any("GetBucketAcl" in gap.what for gap in report.not_covered)


def test_figures_count_what_was_granted_used_and_denied(world, tmp_path):
    report = ask(world, tmp_path)
    (run,) = report.runs
    assert run.figures == report.access
    assert run.figures.granted == len(run.access.granted)
    assert run.figures.used + len(run.figures.not_reached) == run.figures.granted
    assert (run.figures.denied, run.figures.policy_excess) == (0, 0)
    note = next(entry.note for entry in report.timeline if entry.step == "execute")
    assert "policy excess 0" in note


def test_an_organisations_policy_is_named_and_not_retried(embedded_account, tmp_path):
    world = seed(embedded_account, "faulty", "own")
    deny_by_organization(world.access.client, ["s3:GetBucketAcl"])
    report = ask(world, tmp_path)
    (run,) = report.runs
    assert {denial.cause for denial in run.denials} == {"organisation"}
    assert "organisation" in " ".join(gap.why for gap in report.not_covered)
    assert not report.quality.complete


def test_a_buckets_own_policy_is_named_and_not_retried(embedded_account, tmp_path):
    world = seed(embedded_account, "faulty", "own")
    s3 = world.access.client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetBucketAcl",
        "Resource": f"arn:aws:s3:::{bucket}",
        "Condition": {"StringNotEquals": {"aws:username": "administrator"}},  # a role's session has no user name
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    (run,) = ask(world, tmp_path).runs
    (denial,) = run.denials
    assert (denial.cause, denial.resource) == ("resource_policy", f"arn:aws:s3:::{bucket}")
    assert "ArnNotLike" in denial.statement["Condition"]


def test_the_ceiling_is_named_where_it_denies_what_the_policy_allows(embedded_account, tmp_path):
    """The product's own bucket: the boundary keeps every run from it."""
    world = seed(embedded_account, "faulty", "own")
    bucket = f"cloudprobe-{world.access.account_id}"
    world.access.client("s3").create_bucket(Bucket=bucket)
    (run,) = ask(world, tmp_path).runs
    assert {denial.cause for denial in run.denials} == {"ceiling"}
    assert all(denial.statement is None for denial in run.denials)
