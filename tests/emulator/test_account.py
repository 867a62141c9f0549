import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cloudprobe.emulator.account import EmbeddedAccount, EmbeddedAccountFailedError
from cloudprobe.emulator.seams import versions
from cloudprobe.errors import UsageError


def test_an_account_answers_as_its_administrator(embedded_account):
    identity = embedded_account.client("sts").get_caller_identity()
    assert identity["Account"] == embedded_account.account_id
    assert identity["Arn"].endswith(":user/administrator")


def test_any_client_finds_it_by_the_standard_variables(embedded_account):
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=embedded_account.environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == embedded_account.account_id


def test_credentials_are_fresh_at_every_start_and_hidden_in_repr(embedded_account):
    with EmbeddedAccount.start() as other:
        assert other.access_key_id != embedded_account.access_key_id
        assert other.secret_access_key != embedded_account.secret_access_key
        assert other.secret_access_key not in repr(other.access)
        assert other.account_id != embedded_account.account_id


def test_given_region_account_and_port_are_used():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with EmbeddedAccount.start(port=port, account_id="210987654321", region="eu-west-1") as account:
        assert account.endpoint_url == f"http://127.0.0.1:{port}"
        account.client("s3").create_bucket(
            Bucket="where-am-i", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        queue = account.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        assert "210987654321" in queue
        with pytest.raises(UsageError, match=str(port)) as refused:
            EmbeddedAccount.start(port=port)
        assert "another port" in refused.value.hint


@pytest.mark.parametrize("account_id", ["12345", "12345678901a", "1234567890123"])
def test_an_account_id_has_twelve_digits(account_id):
    with pytest.raises(UsageError, match=account_id):
        EmbeddedAccount.start(account_id=account_id)


def test_a_missing_or_other_version_is_one_clear_sentence(monkeypatch):
    monkeypatch.setattr(versions, "PINNED", {"ministack": "0.0.0", "no-such-package-here": "1.0"})
    with pytest.raises(
        versions.EmulatorMissingError, match=r"ministack 0\.0\.0 .*no-such-package-here 1\.0"
    ) as refused:
        EmbeddedAccount.start()
    assert "cloudprobe[embedded]" in refused.value.hint
    assert refused.value.exit_code == 2


def test_stop_ends_the_process_and_removes_its_files():
    account = EmbeddedAccount.start()
    account.client("s3").create_bucket(Bucket="some-data")
    scratch = account._scratch
    account.stop()
    account.stop()
    assert account.wait() == 0
    assert not Path(scratch).exists()


def test_a_process_that_ended_says_so():
    account = EmbeddedAccount.start()
    os.kill(account.pid, signal.SIGKILL)
    account.wait()
    with pytest.raises(EmbeddedAccountFailedError):
        account.second_account()
    account.stop()
    assert not Path(account._scratch).exists()


@pytest.mark.parametrize(
    ("variables", "said"), [({"PYTHONHASHSEED": "x"}, "Python"), ({"CLOUDTRAIL_MAX_EVENTS": "many"}, "many")]
)
def test_a_start_that_fails_says_why_and_leaves_nothing(monkeypatch, tmp_path, variables, said):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(EmbeddedAccountFailedError, match=said):
        EmbeddedAccount.start(environment=variables)
    assert list(tmp_path.iterdir()) == []


_PARENT = """
import os, sys, time
from cloudprobe.emulator.account import EmbeddedAccount
account = EmbeddedAccount.start()
if sys.argv[1] == "leave-a-sibling" and os.fork() == 0:
    time.sleep(30)
    os._exit(0)
print(account.pid, account._scratch, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", ["alone", "leave-a-sibling"])
def test_a_parent_killed_outright_leaves_neither_process_nor_files(how):
    """A forked sibling keeps the pipe open, so that only the watch over the parent can notice."""
    with subprocess.Popen([sys.executable, "-c", _PARENT, how], stdout=subprocess.PIPE, text=True) as parent:
        pid, scratch = parent.stdout.readline().split()
        parent.kill()
    deadline = time.monotonic() + 20
    while (_alive(int(pid)) or Path(scratch).exists()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(int(pid))
    assert not Path(scratch).exists()


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_it_is_quiet_and_listens_on_loopback_alone():
    code = "from cloudprobe.emulator.account import EmbeddedAccount as E\nwith E.start() as a: print(a.endpoint_url)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith("http://127.0.0.1:")


def test_accounts_of_one_process_share_only_what_aws_shares(embedded_account, clean_account):
    other = embedded_account.second_account()
    name = f"taken-{clean_account.account_id}"
    clean_account.client("s3").create_bucket(Bucket=name)
    clean_account.client("sqs").create_queue(QueueName="mine")
    assert other.client("s3").list_buckets()["Buckets"] == []
    assert other.client("sqs").list_queues().get("QueueUrls", []) == []
    with pytest.raises(Exception, match="BucketAlreadyExists"):
        other.client("s3").create_bucket(Bucket=name)
    assert len({clean_account.account_id, other.account_id, embedded_account.account_id}) == 3
