"""Runs of two accounts in one inspection, with real sessions and the real sandbox: neither reaches the other."""

import pytest

from cloudprobe.adapters.aws.access import role_access
from cloudprobe.adapters.aws.fan_out import AccountGrantors, AccountRunners
from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.adapters.aws.session_grantor import SessionGrantor, session_access
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.adapters.local.process_runner import ProcessRunner
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.domain.run import GrantRequest, RunRequest, RunStatus
from cloudprobe.errors import RefusedError
from cloudprobe.guard.policy import digest, script_digest
from cloudprobe.sandbox.permit import AllowedOperation, Permit
from cloudprobe.testing import NullObserver

SCRIPT = """\
import boto3, json, sys
bucket = json.load(sys.stdin)["bucket"]
found = boto3.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"]
print(json.dumps({"facts": {"objects": found}}))
"""
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*"}]}
RUN = "20261124-034200-9f86d081/1/1/"


@pytest.fixture(scope="module")
def home_and_other(embedded_account):
    home, other = embedded_account.second_account(), embedded_account.second_account()
    for access in (home, other):
        access.client("s3").create_bucket(Bucket=f"of-{access.account_id}")
    # Even a bucket that lets the world in is asked by nobody but a run of its own account.
    everybody = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket",'
    other.client("s3").delete_public_access_block(Bucket=f"of-{other.account_id}")
    other.client("s3").put_bucket_policy(
        Bucket=f"of-{other.account_id}", Policy=f'{everybody}"Resource":"arn:aws:s3:::of-{other.account_id}"}}]}}'
    )
    return home, other


@pytest.fixture
def ports(home_and_other, tmp_path):
    home, other = home_and_other
    mine, theirs = (
        open_session(endpoint_url=one.endpoint_url, keys=Keys(one.access_key_id, one.secret_access_key))
        for one in (home, other)
    )
    me, clock = mine.identify(), SystemClock()
    role = InspectorRole(account=other.account_id, principal=me.arn, external_id=default_external_id(other.account_id))
    deploy(theirs, role)
    grantor = SessionGrantor(mine, role.arn, external_id=role.external_id, clock=clock)
    accesses = {
        home.account_id: role_access(mine, me, clock=clock),
        other.account_id: session_access(grantor, role_arn=role.arn),
    }
    recordings = FileRecordings(tmp_path)
    runners = AccountRunners(
        accesses, lambda access: ProcessRunner(recordings, access, clock=clock, observer=NullObserver())
    )
    return AccountGrantors(accesses), runners, recordings


def run(ports, account, bucket, *, number=0, permit_for=None):
    grantors, runners, _ = ports
    run_id = f"{RUN}{number}"
    grant = grantors.grant(
        GrantRequest(
            run_id=run_id,
            account=account,
            policy=POLICY,
            policy_digest=digest(POLICY),
            operations=("s3:ListObjectsV2",),
        )
    )
    permit = Permit(
        operations=(AllowedOperation(service="s3", operation="ListObjectsV2"),),
        accounts=(permit_for or account,),
        script_digest=script_digest(SCRIPT),
        policy_digest=digest(POLICY),
    )
    try:
        return runners.run(
            RunRequest(
                run_id=run_id,
                script=SCRIPT,
                variables={"bucket": bucket},
                permit=permit.to_json(),
                policy=POLICY,
                grant=grant,
                region="us-east-1",
            )
        )
    finally:
        grantors.revoke(run_id, account=account)


def test_each_run_reaches_its_own_account_and_no_other(ports, home_and_other):
    *_, recordings = ports
    for number, (own, foreign) in enumerate([home_and_other, home_and_other[::-1]]):
        outcome = run(ports, own.account_id, f"of-{own.account_id}", number=2 * number)
        assert outcome.status is RunStatus.SUCCEEDED, outcome.error
        (call,) = recordings.open(outcome.run_id)
        assert call.account == own.account_id
        outcome = run(ports, own.account_id, f"of-{foreign.account_id}", number=2 * number + 1)
        assert outcome.status is RunStatus.FAILED
        assert outcome.usage.calls == 0


def test_a_permit_for_another_account_than_the_grant_s_is_refused(ports, home_and_other):
    home, other = home_and_other
    with pytest.raises(RefusedError, match=other.account_id):
        run(ports, home.account_id, "any", permit_for=other.account_id)


def test_an_account_that_is_not_inspected_is_refused(ports):
    grantors, *_ = ports
    with pytest.raises(RefusedError, match="111122223333"):
        grantors.grant(
            GrantRequest(run_id=f"{RUN}0", account="111122223333", policy=POLICY, policy_digest=digest(POLICY))
        )
    with pytest.raises(RefusedError, match="111122223333"):
        grantors.revoke(f"{RUN}0", account="111122223333")


def test_no_credential_stands_in_what_is_kept(ports, home_and_other, tmp_path):
    """The callers' own secrets, and the ids by which every temporary key is known."""
    home, other = home_and_other
    outcome = run(ports, other.account_id, f"of-{other.account_id}")
    assert outcome.status is RunStatus.SUCCEEDED, outcome.error
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (home.secret_access_key, other.secret_access_key, "ASIA"):
        assert secret.encode() not in kept
        assert secret not in outcome.model_dump_json()
