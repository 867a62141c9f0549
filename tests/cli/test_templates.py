"""``templates list|show|new|test`` and ``plugins``, as a template's author uses them."""

import json

import pytest
from typer.testing import CliRunner

from cloudprobe.cli.main import app
from cloudprobe.templates.registry import TemplateLibrary

run = CliRunner().invoke


@pytest.fixture
def started(tmp_path):
    assert run(app, ["templates", "new", "bucket_ages", "--folder", str(tmp_path)]).exit_code == 0
    return tmp_path / "bucket_ages"


def outcome_of(folder, tmp_path, *options):
    told = run(app, ["templates", "test", str(folder), "--json", "--data-dir", str(tmp_path / "data"), *options])
    return told.exit_code, {check["name"]: check for check in json.loads(told.stdout)["checks"]}


def change(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_started_template_passes_its_test(started, tmp_path):
    code, checks = outcome_of(started, tmp_path, "--variables", '{"bucket": "e"}')
    assert [name for name, check in checks.items() if not check["passed"]] == []
    assert code == 0
    assert len(checks) == 3
    told = checks["it runs on the embedded account"]["told"]
    assert told.startswith("0 findings, ")
    assert " remarks, 1 call, " in told
    assert not (tmp_path / "data").exists()


def test_what_is_wrong_with_a_template_is_told(started, tmp_path):
    change(started / "template.toml", "How old is each S3 bucket?", "Delete the oldest bucket")
    change(started / "probe.py", "{place}/CreationDate", "{place}/Birthday")
    code, checks = outcome_of(started, tmp_path)
    assert code == 4
    assert "no template is found" in checks["its questions find it"]["problems"][0]
    assert "leads nowhere" in checks["it runs on the embedded account"]["problems"][0]


def test_a_probe_the_guard_refuses_is_not_run(started, tmp_path):
    change(
        started / "probe.py",
        "findings, resources, skipped = [], [], []",
        "s3.delete_bucket(Bucket='x')\n    findings, resources, skipped = [], [], []",
    )
    code, checks = outcome_of(started, tmp_path)
    assert code == 3
    assert "DeleteBucket" in checks["the guard accepts the probe"]["problems"][0]
    assert "it runs on the embedded account" not in checks


def test_a_probe_that_fails_is_told(started, tmp_path):
    change(started / "probe.py", "print(json.dumps(result))", "len(asked) / 0\n    print(json.dumps(result))")
    code, checks = outcome_of(started, tmp_path)
    assert code == 4
    assert checks["it runs on the embedded account"]["problems"]


def test_what_cannot_be_started_or_read(started, tmp_path):
    assert run(app, ["templates", "new", "bucket_ages", "--folder", str(tmp_path)]).exit_code == 2
    assert run(app, ["templates", "new", "Bucket Ages", "--folder", str(tmp_path)]).exit_code == 2
    assert run(app, ["templates", "test", "nothing_such"]).exit_code == 2
    (started / "template.toml").write_text("name = 1")
    broken = run(app, ["templates", "test", str(started)])
    assert broken.exit_code == 2
    assert "template.toml" in broken.stderr


def test_templates_of_ones_own_are_listed_and_broken_ones_named(started, tmp_path, monkeypatch):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "template.toml").write_text("[")
    monkeypatch.setenv("CLOUDPROBE_TEMPLATES", str(tmp_path))
    told = run(app, ["templates", "list", "--json"])
    names = {row["name"] for row in json.loads(told.stdout)}
    assert names == {"bucket_ages", *(template.name for template in TemplateLibrary.builtin())}
    assert "half" in told.stderr
    document = json.loads(run(app, ["plugins", "--json"]).stdout)
    assert [one["name"] for one in document["plugins"]] == ["cloudprobe", "own folders"]
    assert any("half" in problem for problem in document["problems"])


def test_a_template_is_shown():
    shown = json.loads(run(app, ["templates", "show", "s3_public_buckets", "--json"]).stdout)
    assert "s3:GetBucketAcl" in shown["policy"]["Statement"][0]["Action"]
    assert shown["variables"]
    text = run(app, ["templates", "show", "s3_public_buckets"])
    assert "s3:GetBucketAcl" in text.stdout
    script = run(app, ["templates", "show", "s3_public_buckets", "--script"]).stdout
    assert script == TemplateLibrary.builtin().get("s3_public_buckets").script
