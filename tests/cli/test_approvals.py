"""Approval at the command line, with and without a terminal; and what a closed terminal does."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cloudprobe.adapters.local.approvals import FileApprovals
from cloudprobe.domain.approval import ApprovalRequest
from cloudprobe.guard.policy import digest
from cloudprobe.testing import FakeClock

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*"}],
}
QUESTION = "Which S3 buckets are public?"


@pytest.fixture
def command(clean_account, tmp_path):
    clean_account.client("s3").create_bucket(Bucket=f"one-{clean_account.account_id}")
    environment = {**os.environ, **clean_account.environment()}  # noqa: TID251 - for a program under test

    def run(*arguments, **options):
        done = subprocess.run(
            [CLOUDPROBE, *arguments, "--data-dir", str(tmp_path)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            **options,
        )
        assert "Traceback" not in done.stderr
        assert clean_account.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []
        return done

    run.environment = environment
    run.folder = tmp_path
    return run


def test_without_a_terminal(command):
    done = command("inspect", QUESTION, "--approve", "new", "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)["error"]
    identifier, digest = re.search(r"approve (\S+)`", told["hint"])[1], re.search(r"[0-9a-f]{64}", told["message"])[0]

    asked = command("approve", identifier)
    assert asked.returncode == 3
    assert "s3:GetBucketPolicy" in asked.stderr
    assert digest in asked.stderr
    assert command("approve", identifier, "--policy", "0" * 64).returncode == 2
    shown = command("approve", identifier, "--policy", digest)
    assert shown.returncode == 0
    assert "s3:GetBucketPolicy" in shown.stderr
    assert "Grants permission" in shown.stderr
    assert command("resume", identifier, "--json").returncode == 0

    assert command("inspect", QUESTION, "--approve", "new", "--json").returncode == 0
    (approval,) = json.loads(command("approvals", "list", "--json").stdout)
    assert (approval["policy_digest"], approval["revoked"]) == (digest, "")
    assert approval["who"]
    assert command("approvals", "revoke", approval["id"]).returncode == 0
    (revoked,) = json.loads(command("approvals", "list", "--json").stdout)
    assert revoked["revoked"]


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"\n", 3)])
def test_at_a_terminal(command, answer, code):
    process, terminal = pty.fork()
    if not process:
        arguments = [CLOUDPROBE, "inspect", QUESTION, "--approve", "new", "--data-dir", str(command.folder)]
        os.execve(CLOUDPROBE, arguments, command.environment)
    said, answered, end = b"", False, time.monotonic() + 100
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            try:
                said += os.read(terminal, 65536)
            except OSError:
                break
        if b"[y/N]" in said and not answered:
            os.write(terminal, answer)
            answered = True
    assert answered
    assert b"s3:GetBucketAcl" in said
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == code


def test_nobody_reads_standard_error(command):
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [CLOUDPROBE, "inspect", QUESTION, "--json", "--data-dir", str(command.folder)]
    for stderr in (writing, None):
        done = subprocess.run(
            arguments if stderr else ["sh", "-c", 'exec "$@" 2>&-', "sh", *arguments],
            env=command.environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            timeout=120,
        )
        assert done.returncode == 0
        assert json.loads(done.stdout)["outcome"] == "nothing_found"
    os.close(writing)


def test_an_option_there_is_not_leaves_one_document(command):
    done = command("inspect", QUESTION, "--json", "--nope")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2


def test_a_changed_approval_is_listed_as_damaged_with_what_to_do(tmp_path):
    request = ApprovalRequest(
        inspection_id="20261124-034200-9f86d081", question="q", run_id="20261124-034200-9f86d081/1/1/0", iteration=1,
        description="d", mode="new", account="123456789012", data_class="metadata", policy=POLICY,
        policy_digest=digest(POLICY), script_digest="0" * 64,
    )  # fmt: skip
    approvals = FileApprovals(tmp_path / "approvals", clock=FakeClock())
    sound, changed, spoilt = (approvals.add(request).id for _ in range(3))
    path = tmp_path / "approvals" / f"{changed}.json"
    path.write_text(path.read_text().replace("ListAllMyBuckets", "GetObject"))
    (tmp_path / "approvals" / f"{spoilt}.json").write_text("{")

    def listed(*options):
        arguments = [CLOUDPROBE, "approvals", "list", *options, "--data-dir", str(tmp_path)]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True).stdout

    text = listed()
    assert f"{sound}  holds" in text
    assert f"{changed}  damaged, approves nothing: its policy is not the one that was approved" in text
    assert f"{spoilt}  damaged" in text
    assert f"Delete {path}; what it covered is asked for again." in text
    assert {one["id"]: bool(one["damaged"]) for one in json.loads(listed("--json"))} == {
        sound: False,
        changed: True,
        spoilt: True,
    }
