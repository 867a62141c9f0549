import json

import pytest
from typer.testing import CliRunner

from cloudprobe.cli.main import app

run = CliRunner().invoke


def test_the_ceiling_is_printed_for_reading_and_for_installing(tmp_path) -> None:
    text = run(app, ["policy", "ceiling"])
    assert text.exit_code == 0
    for expected in ("returns secret values", "NEVER, IN ANY CLASS", "EXCEPTIONS", "cloudprobe-ceiling-more-1"):
        assert expected in text.output
    document = json.loads(run(app, ["policy", "ceiling", "--format", "json", "--account", "210987654321"]).output)
    assert "210987654321" in json.dumps(document["boundaries"])
    file = tmp_path / "ceiling.yaml"
    assert run(app, ["policy", "ceiling", "--format", "cloudformation", "-o", str(file)]).exit_code == 0
    assert file.read_text().startswith("AWSTemplateFormatVersion")


def test_a_wrong_account_is_a_usage_error() -> None:
    assert run(app, ["policy", "ceiling", "--account", "12"]).exit_code == 2


def test_actions_are_explained(tmp_path) -> None:
    told = run(app, ["policy", "explain", "s3:GetBucketPolicy", "logs:FilterLogEvents", "--json"])
    assert told.exit_code == 0
    assert [(one["action"], one["tier"]) for one in json.loads(told.output)] == [
        ("s3:GetBucketPolicy", "metadata"),
        ("logs:FilterLogEvents", "logs"),
    ]
    refused = run(app, ["policy", "explain", "kms:De*"])
    assert refused.exit_code == 3
    assert "kms:Decrypt" in refused.output
    assert run(app, ["policy", "explain", "kms:Nothing*"]).exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*"}}, 0),
        ({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "*"}}, 3),
        ({"Statement": 1}, 3),
    ],
)
def test_a_policy_is_checked(content, code, tmp_path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(content))
    told = run(app, ["policy", "check", str(file), "--json"])
    assert told.exit_code == code
    assert json.loads(told.output)["verdict"] == ("refused" if code else "accepted")
    assert run(app, ["policy", "check", "-"], input=json.dumps(content)).exit_code == code


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[" * 100_000, b" " * 1_000_001])
def test_what_is_no_policy_file_is_told(content, tmp_path) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(content)
    assert run(app, ["policy", "check", str(file)]).exit_code == 2
    assert run(app, ["policy", "check", str(tmp_path / "absent.json")]).exit_code == 1
