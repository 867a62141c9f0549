import pytest

from cloudprobe.adapters.aws.run_credentials import assume
from cloudprobe.adapters.local.log_redaction import redacted
from cloudprobe.domain.run import Grant
from cloudprobe.errors import AccessError, GrantNotReadyError, ThrottledError

RUN = "20261124-034200-9f86d081/1/1/0"


def answering(session, *codes, message="no"):
    """Make coming calls of AssumeRole fail, with one code each."""
    left = list(codes)

    def answer(**_):
        if left:
            return type("Answer", (), {"status_code": 403})(), {"Error": {"Code": left.pop(0), "Message": message}}
        return None

    session.client("sts").meta.events.register_first("before-call.sts.AssumeRole", answer)


def asked(session):
    """The parameters of every AssumeRole from now on."""
    seen = []
    session.client("sts").meta.events.register(
        "provide-client-params.sts.AssumeRole", lambda params, **_: seen.append(dict(params))
    )
    return seen


@pytest.fixture
def grant(grantor, request_for) -> Grant:
    return grantor.grant(request_for("ec2:DescribeVpcs"))


def test_the_session_carries_the_run_s_name(session, clock, grant):
    seen = asked(session)
    assume(session, grant, seconds=60, clock=clock)
    (parameters,) = seen
    assert parameters["RoleSessionName"] == parameters["SourceIdentity"] == "20261124-034200-9f86d081-1-1-0"
    assert parameters["ExternalId"] == grant.external_id


@pytest.mark.parametrize(("seconds", "lasts"), [(1, 900), (60, 900), (1000, 1120), (10_000, 3600)])
def test_it_lasts_as_long_as_the_run_may(session, clock, grant, seconds, lasts):
    seen = asked(session)
    assume(session, grant, seconds=seconds, clock=clock)
    assert seen[0]["DurationSeconds"] == lasts


def test_a_role_iam_does_not_know_yet_is_waited_for(session, clock, grant):
    answering(session, *["AccessDenied"] * 8)
    run = assume(session, grant, seconds=60, clock=clock)
    assert run.client("ec2").describe_vpcs()
    assert clock.sleeps == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_patience_ends(session, clock, grant):
    answering(session, *["AccessDenied"] * 100)
    with pytest.raises(GrantNotReadyError, match=grant.role_arn) as caught:
        assume(session, grant, seconds=60, clock=clock, patience=10)
    assert 10 <= clock.monotonic() < 16
    assert "sts:AssumeRole" in caught.value.hint


def test_other_failures_are_not_waited_for(session, clock, grant):
    answering(session, "ValidationError")
    with pytest.raises(AccessError, match="ValidationError"):
        assume(session, grant, seconds=60, clock=clock)
    answering(session, "Throttling")
    with pytest.raises(ThrottledError):
        assume(session, grant, seconds=60, clock=clock)
    assert clock.sleeps == []


def test_a_caller_keeps_its_own_credentials(session, clock, grant):
    run = assume(session, grant, seconds=60, clock=clock)
    assert ":assumed-role/" in run.identify().arn
    assert ":user/administrator" in session.identify().arn


def test_the_credentials_of_a_run_stand_in_no_log(session, clock, grant):
    run = assume(session, grant, seconds=60, clock=clock)
    keys = run._keys
    assert keys.session_token not in repr(keys)
    shown = redacted(f"secret {keys.secret_access_key} token {keys.session_token}")
    assert shown == "secret [redacted] token [redacted]"
