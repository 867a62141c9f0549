"""The same probes against the account again, through the command line's own way."""

import dataclasses
import json
import threading

import pytest
from typer.testing import CliRunner

from cloudprobe.bootstrap import build_engine
from cloudprobe.cli.main import app
from cloudprobe.domain.agents import CodeGeneratorInput, Feedback
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.evidence import package
from cloudprobe.evidence.plan import PlannedScripts, plan_of
from cloudprobe.evidence.planned import keep_plan, planned_agents
from cloudprobe.guard.policy import digest, script_digest
from cloudprobe.testing import NullObserver


@pytest.fixture
def command(inspected, monkeypatch):
    """The command line with the account in its environment; the document it prints, and its exit code."""
    for name, value in inspected.seeded.access.environment().items():
        monkeypatch.setenv(name, value)

    def run(*arguments):
        data = str(inspected.workspace.config.data_dir)
        result = CliRunner().invoke(app, [*map(str, arguments), "--data-dir", data, "--json"])
        return json.loads(result.stdout), result.exit_code

    return run


def test_nothing_changed_where_nothing_changed(inspected, command):
    document, code = command("rerun", inspected.id)
    assert (code, document["same"], document["of"]) == (0, True, inspected.id)
    again = inspected.workspace.inspection(document["inspection_id"])
    assert again.question == "Again: which buckets are public?"
    assert inspected.seeded.access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []
    replayed, code = command("replay", document["inspection_id"])
    assert (code, replayed["equal"]) == (0, True)


def test_what_changed_in_the_account_is_told(inspected, command):
    s3 = inspected.seeded.access.client("s3")
    public = next(f.resource for f in inspected.report.findings if f.severity == "critical").rpartition(":")[2]
    added = f"{public}-more"
    s3.create_bucket(Bucket=added)
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    before = (
        s3.get_public_access_block(Bucket=public)["PublicAccessBlockConfiguration"] if has_block(s3, public) else None
    )
    s3.put_public_access_block(Bucket=public, PublicAccessBlockConfiguration=block)
    try:
        document, code = command("rerun", inspected.id)
    finally:
        s3.delete_bucket(Bucket=added)
        if before is None:
            s3.delete_public_access_block(Bucket=public)
        else:
            s3.put_public_access_block(Bucket=public, PublicAccessBlockConfiguration=before)
    assert code == 0
    assert not document["same"]
    gone = [change["what"] for change in document["findings"] if change["kind"] == "gone"]
    assert any(what.endswith(f":{public}") for what in gone)
    new = [change["what"] for change in document["resources"] if change["kind"] == "new"]
    assert new == [f"arn:aws:s3:::{added}"]
    assert any("/facts/" in change["what"] for change in document["facts"])


def has_block(s3, bucket):
    try:
        return bool(s3.get_public_access_block(Bucket=bucket))
    except s3.exceptions.ClientError:
        return False


def test_a_package_is_run_again_by_somebody_who_has_nothing_else(inspected, command, packed):
    document, code = command("rerun", packed)
    assert (code, document["same"], document["of"]) == (0, True, inspected.id)


def test_another_account_is_refused(inspected, command, embedded_account, monkeypatch):
    for name, value in embedded_account.second_account().environment().items():
        monkeypatch.setenv(name, value)
    document, code = command("rerun", inspected.id)
    assert code == 2
    assert inspected.report.account in document["error"]["message"]


def test_a_script_that_could_write_is_never_run_though_a_package_asks_for_it(inspected, command, tmp_path):
    """Digests of the package fit, its policy says so, and yet validation decides."""
    record = inspected.record()
    (run,) = record.runs
    script = "import boto3\nboto3.client('s3').create_bucket(Bucket='taken')\nprint('{}')\n"
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*"}],
    }
    probe = run.probe.model_copy(update={"script": script, "policy": policy, "template": None})
    permit = dataclasses.replace(run.permit, script_digest=script_digest(script), policy_digest=digest(policy))
    forged = dataclasses.replace(record, runs=(dataclasses.replace(run, probe=probe, permit=permit),))
    path = tmp_path / "forged.tar.gz"
    package.export(forged, path)
    document, code = command("rerun", path)
    assert code == 4
    assert document["outcome"] == "unanswered"
    assert document["findings"] == []
    assert [change["kind"] for change in document["runs"]] == ["gone"]
    buckets = inspected.seeded.access.client("s3").list_buckets()["Buckets"]
    assert "taken" not in {bucket["Name"] for bucket in buckets}


def test_a_script_that_fails_for_good_is_not_rewritten(inspected):
    plan = plan_of(inspected.record())
    (probe,) = plan.probes
    failed = Feedback(source="execute", code="KeyError", message="x")
    given = CodeGeneratorInput(prompt=probe.prompt, attempt=2, feedback=(failed,))
    assert "as it was or not at all" in PlannedScripts(plan).generate(given).abandoned
    again = given.model_copy(update={"feedback": (failed.model_copy(update={"temporary": True}),)})
    assert PlannedScripts(plan).generate(again).script == probe.probe.script


def test_a_re_run_that_was_stopped_is_carried_on_by_its_plan(inspected, command):
    """As if the process had been killed before its first step: only the record and the plan are there."""
    workspace, plan = inspected.workspace, plan_of(inspected.record())
    engine = build_engine(
        workspace, inspected.account, observer=NullObserver(), cancel=threading.Event(), agents=planned_agents(plan)
    )
    identifier = engine.start("Again: which buckets are public?", inspected.account.narrow(InspectionSettings()))
    keep_plan(identifier, plan, workspace.artifacts)
    document, code = command("resume", identifier)
    assert code == 0
    assert document["inspection_id"] == identifier
    assert [run["script_digest"] for run in document["runs"]] == [run.script_digest for run in inspected.report.runs]
    assert any(inspected.id in entry["note"] for entry in document["timeline"])
