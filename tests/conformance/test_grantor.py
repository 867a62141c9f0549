"""Every ``Grantor`` behaves so."""

import pytest

from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.domain.ids import role_name
from cloudprobe.domain.run import GrantRequest
from cloudprobe.guard.policy import digest
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
    access = request.getfixturevalue("clean_account")
    keys = Keys(access.access_key_id, access.secret_access_key)
    session = open_session(endpoint_url=access.endpoint_url, keys=keys)
    grantor = RoleGrantor(session, session.identify(), clock=FakeClock())
    return grantor, lambda: {left.run_id for left in grantor.leftovers()}


def test_a_grant_names_the_role_and_no_credential(grantor_and_active):
    grantor, active = grantor_and_active
    grant = grantor.grant(request_for("ec2:DescribeVpcs"))
    assert grant.run_id == RUN
    assert grant.role_arn.endswith(f":role/cloudprobe/{role_name(RUN)}")
    assert grant.external_id
    assert grant.expires > "2026"
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
