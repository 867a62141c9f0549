"""The command line: documents, words and exit codes."""

import json

import pytest
from typer.testing import CliRunner

from cloudprobe.cli.main import app


@pytest.fixture
def run(inspected):
    data = str(inspected.workspace.config.data_dir)

    def command(*arguments, data_dir=True):
        return CliRunner().invoke(app, [*map(str, arguments), *(["--data-dir", data] if data_dir else [])])

    return command


def test_export_tells_the_digest_that_verify_compares(inspected, run, tmp_path):
    path = tmp_path / "answer.tar.gz"
    exported = run("export", inspected.id, "--output", path, "--json")
    document = json.loads(exported.stdout)
    assert (exported.exit_code, document["file"], document["runs"]) == (0, str(path), 1)
    verified = run("verify", path, "--sha256", document["sha256"], "--json", data_dir=False)
    told = json.loads(verified.stdout)
    assert (verified.exit_code, told["verified"], told["inspection_id"]) == (0, True, inspected.id)
    assert [check["name"] for check in told["checks"]] == ["digest", "whole", "chain", "evidence"]


def test_verify_says_what_is_wrong_and_exits_4(packed, run, tmp_path):
    path = tmp_path / "p.tar.gz"
    path.write_bytes(packed.read_bytes()[:-1])
    found = run("verify", path, data_dir=False)
    assert found.exit_code == 4
    assert "changed or cut" in found.stdout


def test_a_package_that_is_not_whole_is_neither_replayed_nor_run(run, tmp_path):
    path = tmp_path / "p.tar.gz"
    path.write_bytes(b"no package")
    for command in ("replay", "rerun", "audit"):
        found = run(command, path, "--json")
        assert found.exit_code == 3
        assert json.loads(found.stdout)["error"]["type"] == "RefusedError"


def test_replay_of_a_package_needs_no_data_folder(packed, inspected, tmp_path):
    found = CliRunner().invoke(app, ["replay", str(packed), "--data-dir", str(tmp_path / "none"), "--json"])
    document = json.loads(found.stdout)
    assert (found.exit_code, document["equal"], document["inspection_id"]) == (0, True, inspected.id)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", ["replay", "rerun", "audit", "export"])
def test_what_there_is_not_is_said(run, command):
    found = run(command, "20260101-000000-00000000", "--json")
    assert found.exit_code == 2
    assert "no inspection" in json.loads(found.stdout)["error"]["message"]
