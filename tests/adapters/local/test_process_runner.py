"""With everything real: the account, the role, the sandbox, the recording."""

import textwrap
import threading

import pytest

from cloudprobe.adapters.aws.access import role_access
from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.adapters.local.process_runner import CallProgress, ProcessRunner
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.domain.run import GrantRequest, RunRequest, RunStatus
from cloudprobe.errors import GrantNotReadyError, RefusedError, StoreError
from cloudprobe.guard.policy import digest, script_digest
from cloudprobe.sandbox.broker import CallNotice
from cloudprobe.sandbox.permit import AllowedOperation, Permit
from cloudprobe.testing import FakeClock, RecordingObserver

RUN = "20261124-034200-9f86d081/1/1/0"
LIST_BUCKETS = """\
import boto3, json, sys
variables = json.load(sys.stdin)
names = [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
print("listed", file=sys.stderr)
print(json.dumps({"facts": {"names": names, "given": variables}, "coverage": {"regions": ["us-east-1"]}}))
"""


class Account:
    """An emulated account, and a runner with everything it needs."""

    def __init__(self, access, folder):
        keys = Keys(access.access_key_id, access.secret_access_key)
        self.session = open_session(endpoint_url=access.endpoint_url, keys=keys)
        self.identity = self.session.identify()
        self.clock = SystemClock()
        self.grantor = RoleGrantor(self.session, self.identity, clock=self.clock)
        self.recordings = FileRecordings(folder)
        self.observer = RecordingObserver()
        self.cancel = threading.Event()
        self.runner = ProcessRunner(
            self.recordings,
            role_access(self.session, self.identity, clock=self.clock),
            clock=self.clock,
            observer=self.observer,
            cancel=self.cancel,
        )

    def request(self, script, *operations, actions=(), grant=None, variables=None, wall_seconds=60.0, **permit):
        statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
        policy = {"Version": "2012-10-17", "Statement": statements}
        grant = grant or self.grantor.grant(GrantRequest(run_id=RUN, policy=policy, policy_digest=digest(policy)))
        values = {
            "operations": tuple(
                AllowedOperation(service=o.split(":")[0], operation=o.split(":")[1]) for o in operations
            ),
            "accounts": (self.identity.account,),
            "script_digest": script_digest(script),
            "policy_digest": digest(policy),
        }
        return RunRequest(
            run_id=RUN,
            script=script,
            variables=variables or {},
            permit=Permit(**(values | permit)).to_json(),
            grant=grant,
            region="us-east-1",
            wall_seconds=wall_seconds,
        )


@pytest.fixture
def account(clean_account, tmp_path) -> Account:
    return Account(clean_account, tmp_path)


def test_a_probe_runs_as_its_role_and_leaves_a_recording(account):
    account.session.client("s3").create_bucket(Bucket="acme-one")
    request = account.request(LIST_BUCKETS, "s3:ListBuckets", actions=["s3:ListAllMyBuckets"], variables={"a": 1})
    outcome = account.runner.run(request)
    assert outcome.status is RunStatus.SUCCEEDED, outcome
    assert outcome.result.facts == {"names": ["acme-one"], "given": {"a": 1}}
    assert outcome.log == "listed\n"
    assert outcome.access.used == ("s3:ListBuckets",)
    assert outcome.usage.calls == 1
    assert outcome.isolation
    (call,) = account.recordings.open(RUN)
    assert (call.operation, call.account) == ("ListBuckets", account.identity.account)
    assert account.recordings.open(RUN).call(0)["response"]["Buckets"][0]["Name"] == "acme-one"
    (event,) = account.observer.of("call")
    assert (event.inspection_id, event.iteration, event.attempt) == ("20261124-034200-9f86d081", 1, 1)
    assert event.data["operation"] == "ListBuckets"
    assert event.data["calls"] == 1


def test_what_the_role_may_not_do_is_told_with_the_action(account):
    """The permit lets it through; IAM does not."""
    outcome = account.runner.run(account.request(LIST_BUCKETS, "s3:ListBuckets", actions=["ec2:DescribeVpcs"]))
    assert outcome.status is RunStatus.FAILED
    assert outcome.error.code == "AccessDenied"
    assert outcome.error.operation == "ListBuckets"
    assert outcome.error.line == 3
    assert "s3:ListAllMyBuckets" in outcome.error.hint
    assert outcome.access.denied == ("s3:ListBuckets",)


def test_what_the_permit_does_not_hold_is_not_sent(account):
    outcome = account.runner.run(account.request(LIST_BUCKETS, "ec2:DescribeVpcs", actions=["s3:ListAllMyBuckets"]))
    assert outcome.status is RunStatus.FAILED
    assert "not granted s3:ListAllMyBuckets" in outcome.error.hint
    assert outcome.usage.calls == 0


def test_a_bucket_of_somebody_else_is_not_asked(account):
    script = LIST_BUCKETS.replace('list_buckets()["Buckets"]', 'get_bucket_acl(Bucket="not-ours")')
    account.session.client("s3").create_bucket(Bucket="acme-two")
    outcome = account.runner.run(account.request(script, "s3:GetBucketAcl", actions=["s3:GetBucketAcl"]))
    assert outcome.status is RunStatus.FAILED
    assert "belongs to the inspected account" in outcome.error.hint
    assert outcome.usage.calls == 0


def test_a_document_that_breaks_the_contract_is_a_failure(account):
    outcome = account.runner.run(account.request('print("[1, 2]")'))
    assert outcome.status is RunStatus.FAILED
    assert outcome.error.type == "ContractError"


def test_a_run_that_was_killed_is_run_again_from_its_start(account):
    folder = account.recordings.folder(RUN)
    folder.mkdir(parents=True)
    (folder / "000000.jsonl.z").write_bytes(b"cut off")
    outcome = account.runner.run(account.request("print('{}')"))
    assert outcome.status is RunStatus.SUCCEEDED
    assert list(account.recordings.open(RUN)) == []


def test_a_cancelled_run_says_so(account):
    account.cancel.set()
    outcome = account.runner.run(account.request("import time; time.sleep(60)"))
    assert outcome.status is RunStatus.CANCELLED


def test_a_run_that_takes_too_long(account):
    outcome = account.runner.run(account.request("import time; time.sleep(60)", wall_seconds=1.0))
    assert outcome.status is RunStatus.LIMITED
    assert outcome.limit == "wall"


def test_another_script_is_refused_before_the_role_is_used(account):
    request = account.request("print('{}')")
    with pytest.raises(RefusedError, match="not the one that was validated"):
        account.runner.run(request.model_copy(update={"script": "print('{ }')"}))
    assert not account.recordings.folder(RUN).exists()


def test_the_grant_of_another_run_is_refused(account):
    request = account.request("print('{}')")
    other = request.grant.model_copy(update={"run_id": RUN[:-1] + "7"})
    with pytest.raises(RefusedError, match="1/1/7"):
        account.runner.run(request.model_copy(update={"grant": other}))


@pytest.mark.parametrize("accounts", [(), ("999999999999",)])
def test_a_permit_for_another_account_is_refused(account, accounts):
    with pytest.raises(RefusedError, match=account.identity.account):
        account.runner.run(account.request("print('{}')", accounts=accounts))


def test_a_permit_that_cannot_be_read_is_refused(account):
    request = account.request("print('{}')")
    with pytest.raises(RefusedError, match="permit"):
        account.runner.run(request.model_copy(update={"permit": request.permit | {"more": 1}}))


def test_a_role_that_is_gone_is_not_waited_for_forever(account):
    request = account.request("print('{}')")
    account.grantor.revoke(RUN)
    clock = FakeClock()
    runner = ProcessRunner(
        account.recordings,
        role_access(account.session, account.identity, clock=clock),
        clock=clock,
        observer=account.observer,
    )
    with pytest.raises(GrantNotReadyError, match="60 seconds"):
        runner.run(request)
    assert clock.sleeps[:3] == [0.1, 0.2, 0.4]
    assert max(clock.sleeps) == 5.0


def test_a_disk_that_is_full_ends_the_run(account, full_disk):
    script = textwrap.dedent(
        """\
        import boto3
        for number in range(300):
            boto3.client("iam").list_users()
        print("{}")
        """
    )
    request = account.request(script, "iam:ListUsers", actions=["iam:ListUsers"])
    with full_disk(2_000), pytest.raises(StoreError, match="recording") as caught:
        account.runner.run(request)
    assert "--data-dir" in caught.value.hint
    kept = list(account.recordings.open(RUN))
    assert 0 < len(kept) < 300
    assert [call.index for call in kept] == list(range(len(kept)))


def test_a_folder_that_cannot_be_written_ends_the_run(account, tmp_path):
    (tmp_path / RUN.split("/", maxsplit=1)[0]).write_text("a file")
    with pytest.raises(StoreError, match=RUN.split("/", maxsplit=1)[0]):
        account.runner.run(account.request("print('{}')"))


def notice(index):
    return CallNotice(index=index, service="s3", operation="ListBuckets", region="us-east-1", seconds=0.1)


def test_an_observer_is_told_a_few_times_a_second_and_of_the_last_call():
    observer, clock = RecordingObserver(), FakeClock()
    progress = CallProgress(RUN, observer, clock)
    for index in range(50):
        progress.called(notice(index))
    assert [event.data["calls"] for event in observer.of("call")] == [1]
    clock.advance(CallProgress.INTERVAL_SECONDS)
    progress.called(notice(50))
    progress.called(notice(51))
    assert [event.data["calls"] for event in observer.of("call")] == [1, 51]
    progress.finish()
    progress.finish()
    assert [event.data["calls"] for event in observer.of("call")] == [1, 51, 52]
