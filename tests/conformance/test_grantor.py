"""Every ``Grantor`` behaves so."""

import pytest
from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.access import role_access
from cloudprobe.adapters.aws.federation_grantor import FederationGrantor, federation_access
from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.adapters.aws.session_grantor import SessionGrantor, session_access
from cloudprobe.domain.ids import role_name
from cloudprobe.domain.run import GrantRequest, RunRequest
from cloudprobe.errors import RefusedError
from cloudprobe.guard.policy import digest
from cloudprobe.sandbox.permit import AllowedOperation, Permit
from cloudprobe.testing import FakeClock, FakeGrantor

RUN = "20261124-034200-9f86d081/1/1/0"
OTHER = "20261124-034200-9f86d081/1/1/1"


def request_for(*actions, run_id=RUN):
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
    policy = {"Version": "2012-10-17", "Statement": statements}
    return GrantRequest(run_id=run_id, policy=policy, policy_digest=digest(policy))


@pytest.fixture(params=["roles", "memory"])
def grantor_and_active(request):
    """A grantor, and a way to ask for which runs access stands."""
    if request.param == "memory":
        fake = FakeGrantor()
        return fake, lambda: set(fake.active)
    session = session_of(request.getfixturevalue("clean_account"))
    grantor = RoleGrantor(session, session.identify(), clock=FakeClock())
    return grantor, lambda: {left.run_id for left in grantor.leftovers()}


def session_of(access):
    return open_session(endpoint_url=access.endpoint_url, keys=Keys(access.access_key_id, access.secret_access_key))


@pytest.fixture(scope="module")
def paths(embedded_account):
    """An account where every access path is open, by the name of the path."""
    session = session_of(embedded_account.second_account())
    identity, clock = session.identify(), FakeClock()
    role = InspectorRole(
        account=identity.account, principal=identity.arn, external_id=default_external_id(identity.account)
    )
    deploy(session, role)
    by_session = SessionGrantor(session, role.arn, external_id=role.external_id, clock=clock)
    return {
        "role": role_access(session, identity, clock=clock),
        "session": session_access(by_session, role_arn=role.arn),
        "federation": federation_access(FederationGrantor(session, identity, clock=clock), identity),
    }


@pytest.fixture(params=["role", "session", "federation"])
def access(request, paths):
    """One access path; what it granted is taken back."""
    found = paths[request.param]
    yield found
    for run in (RUN, OTHER):
        found.grantor.revoke(run)


def entered(access, *actions, operations=(), run_id=RUN):
    """Clients of a run that was granted some actions."""
    asked = request_for(*actions, run_id=run_id).model_copy(update={"operations": operations})
    grant = access.grantor.grant(asked)
    permit = Permit(
        operations=tuple(
            AllowedOperation(service=o.partition(":")[0], operation=o.partition(":")[2]) for o in operations
        ),
        accounts=(access.account,),
        script_digest="",
        policy_digest=asked.policy_digest,
    )
    request = RunRequest(
        run_id=run_id, script="", permit=permit.to_json(), policy=asked.policy, grant=grant, region="us-east-1"
    )
    return access.enter(request, permit)


def denied(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"] in {"AccessDenied", "UnauthorizedOperation", "AccessDeniedException"}


def test_a_run_may_do_what_it_was_granted_and_nothing_else(access):
    run = entered(access, "ec2:DescribeVpcs", "s3:ListAllMyBuckets")
    assert run.client("ec2", "us-east-1").describe_vpcs()["Vpcs"] is not None
    assert run.client("s3", "us-east-1").list_buckets()["Buckets"] is not None
    assert denied(run.client("ec2", "us-east-1").describe_subnets)
    assert denied(run.client("s3", "us-east-1").create_bucket, Bucket="acme-not-granted")
    assert denied(run.client("sqs", "us-east-1").list_queues)


def test_a_run_without_actions_may_do_nothing(access):
    assert denied(entered(access).client("ec2", "us-east-1").describe_vpcs)


def test_who_runs_is_told_by_the_session_s_name(access):
    arn = entered(access, "ec2:DescribeVpcs").client("sts", "us-east-1").get_caller_identity()["Arn"]
    assert arn.endswith("/20261124-034200-9f86d081-1-1-0")


def test_a_grant_says_which_path_and_account_it_is_of(access):
    grant = access.grantor.grant(request_for("ec2:DescribeVpcs"))
    assert (grant.path, grant.account) == (access.path, access.account)
    assert "Secret" not in grant.model_dump_json()


def test_a_policy_beyond_the_ceiling_is_refused(access):
    for action in ("s3:PutObject", "*", "secretsmanager:GetSecretValue", "sts:AssumeRole"):
        with pytest.raises(RefusedError, match="ceiling"):
            access.grantor.grant(request_for("ec2:DescribeVpcs", action))


def test_a_policy_that_was_swapped_is_refused(access):
    swapped = request_for("ec2:DescribeVpcs").model_copy(update={"policy": request_for("s3:ListAllMyBuckets").policy})
    with pytest.raises(RefusedError, match="signed off"):
        access.grantor.grant(swapped)


def test_a_grant_of_another_path_is_not_entered(access, paths):
    other = next(path for name, path in paths.items() if name != access.path)
    asked = request_for("ec2:DescribeVpcs")
    grant = other.grantor.grant(asked)
    permit = Permit(operations=(), accounts=(access.account,), script_digest="", policy_digest=asked.policy_digest)
    request = RunRequest(
        run_id=RUN, script="", permit=permit.to_json(), policy=asked.policy, grant=grant, region="us-east-1"
    )
    with pytest.raises(RefusedError, match="access path"):
        access.enter(request, permit)
    other.grantor.revoke(RUN)


def test_ownership_is_asked_in_the_account(access, paths):
    assert access.ownership.accounts() == {access.account}
    assert not access.ownership.owns_bucket("acme-of-nobody")


def test_a_grant_names_the_role_and_no_credential(grantor_and_active):
    grantor, active = grantor_and_active
    grant = grantor.grant(request_for("ec2:DescribeVpcs"))
    assert grant.run_id == RUN
    assert grant.role_arn.endswith(f":role/cloudprobe/{role_name(RUN)}")
    assert grant.external_id
    assert grant.expires > "2026"
    assert set(grant.model_dump()) == {"run_id", "path", "account", "role_arn", "external_id", "expires"}
    assert "ASIA" not in grant.model_dump_json()
    assert "AKIA" not in grant.model_dump_json()
    assert active() == {RUN}


def test_a_grant_can_be_repeated(grantor_and_active):
    grantor, active = grantor_and_active
    first = grantor.grant(request_for("ec2:DescribeVpcs"))
    assert grantor.grant(request_for("ec2:DescribeVpcs")) == first
    assert active() == {RUN}


def test_a_probe_that_calls_nothing_is_granted_nothing(grantor_and_active):
    grantor, active = grantor_and_active
    grantor.grant(request_for())
    assert active() == {RUN}
    grantor.revoke(RUN)
    assert active() == set()


def test_a_revocation_can_be_repeated(grantor_and_active):
    grantor, active = grantor_and_active
    grantor.grant(request_for("ec2:DescribeVpcs"))
    grantor.revoke(RUN)
    grantor.revoke(RUN)
    assert active() == set()


def test_what_was_never_granted_can_be_revoked(grantor_and_active):
    grantor, active = grantor_and_active
    grantor.revoke(RUN)
    assert active() == set()


def test_runs_have_access_of_their_own(grantor_and_active):
    grantor, active = grantor_and_active
    first = grantor.grant(request_for("ec2:DescribeVpcs"))
    second = grantor.grant(request_for("ec2:DescribeVpcs", run_id=OTHER))
    assert first.role_arn != second.role_arn
    assert first.external_id != second.external_id
    grantor.revoke(RUN)
    assert active() == {OTHER}


def test_what_was_revoked_can_be_granted_again(grantor_and_active):
    grantor, active = grantor_and_active
    grantor.grant(request_for("ec2:DescribeVpcs"))
    grantor.revoke(RUN)
    grantor.grant(request_for("ec2:DescribeSubnets"))
    assert active() == {RUN}
