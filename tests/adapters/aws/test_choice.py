"""Which access path is taken, why not another, and what is refused."""

import json
from dataclasses import replace

import pytest

from cloudprobe.adapters.aws.choice import accesses, choose_access, trusted_principal
from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.principals import checked_principal, principal_of
from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.session import Identity, Keys
from cloudprobe.domain.inspection import AccessSettings
from cloudprobe.errors import AccessError, RefusedError, UsageError

AUTO = AccessSettings()
MAY_ASSUME = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


@pytest.fixture
def user(session, open_as):
    """A session of a new user who may do some actions."""

    def make(name, *actions):
        iam = session.client("iam")
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": list(actions) or ["sts:GetCallerIdentity"], "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return open_as(Keys(key["AccessKeyId"], key["SecretAccessKey"]))

    return make


def inspector(session, principal, **changes):
    account = session.identify().account
    values = {"account": account, "principal": principal, "external_id": default_external_id(account)}
    role = InspectorRole(**(values | changes))
    deploy(session, role)
    return role


def left(session):
    return session.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"]


def test_a_role_for_each_run_comes_first(session, clock):
    found = choose_access(session, session.identify(), AUTO, clock=clock)
    assert (found.path, found.why) == ("role", ())
    assert left(session) == []


def test_a_session_policy_comes_second(session, user, clock):
    dev = user("dev", *MAY_ASSUME, "sts:GetFederationToken")
    role = inspector(session, dev.identify().arn)
    found = choose_access(dev, dev.identify(), AUTO, clock=clock)
    assert found.path == "session"
    assert role.arn in found.description
    (why,) = found.why
    assert why.startswith("a role for each run: ")
    assert "iam:" in why


def test_a_federation_token_comes_last(user, clock):
    lone = user("lone", "sts:GetFederationToken")
    found = choose_access(lone, lone.identify(), AUTO, clock=clock)
    assert found.path == "federation"
    assert "neither IAM nor STS" in found.description
    assert len(found.why) == 2


def test_with_none_the_command_is_told_that_sets_it_up(user, clock):
    poor = user("poor")
    with pytest.raises(RefusedError) as caught:
        choose_access(poor, poor.identify(), AUTO, clock=clock)
    assert f"cloudprobe setup --deploy --trust {poor.identify().arn}" in caught.value.hint
    for tried in ("a role for each run", "a session policy", "a federation token"):
        assert tried in caught.value.message


def test_a_path_that_is_asked_for_is_the_only_one(session, user, clock):
    dev = user("dev", *MAY_ASSUME, "sts:GetFederationToken")
    inspector(session, dev.identify().arn)
    me = dev.identify()
    assert choose_access(dev, me, AccessSettings(path="session"), clock=clock).path == "session"
    assert choose_access(dev, me, AccessSettings(path="federation"), clock=clock).path == "federation"
    with pytest.raises(AccessError, match="iam:"):
        choose_access(dev, me, AccessSettings(path="role"), clock=clock)


def test_a_role_that_cannot_be_assumed(session, user, clock):
    dev = user("dev", *MAY_ASSUME)
    role = inspector(session, session.identify().arn)
    with pytest.raises(AccessError, match="cannot be assumed") as caught:
        choose_access(dev, dev.identify(), AccessSettings(role_arn=role.arn), clock=clock)
    assert "cloudprobe setup --deploy" in caught.value.hint
    assert caught.value.exit_code == 5


def test_the_external_id_has_to_be_the_role_s(session, user, clock):
    dev = user("dev", *MAY_ASSUME)
    role = inspector(session, dev.identify().arn, external_id="of-our-own")
    wanted = AccessSettings(role_arn=role.arn)
    with pytest.raises(AccessError, match=default_external_id(role.account)):
        choose_access(dev, dev.identify(), wanted, clock=clock)
    found = choose_access(dev, dev.identify(), wanted.model_copy(update={"external_id": "of-our-own"}), clock=clock)
    assert found.path == "session"


def test_a_role_that_was_not_made_by_us_is_taken_with_what_it_allows(session, user, clock):
    """No source identity, no tags, no external id: the session policy bounds it all the same."""
    dev = user("dev", *MAY_ASSUME)
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": dev.identify().arn}, "Action": "sts:AssumeRole"}],
    }
    created = session.client("iam").create_role(RoleName="auditor", AssumeRolePolicyDocument=json.dumps(trust))
    wanted = AccessSettings(role_arn=created["Role"]["Arn"])
    found = choose_access(dev, dev.identify(), wanted, clock=clock)
    assert found.path == "session"
    assert found.grantor.marks == ()


@pytest.mark.parametrize("path", ["auto", "role", "session", "federation"])
def test_a_root_user_is_refused(session, clock, path):
    me = session.identify()
    root = Identity(account=me.account, arn=f"arn:aws:iam::{me.account}:root", region=me.region)
    for ask in (
        lambda wanted: choose_access(session, root, wanted, clock=clock),
        lambda wanted: accesses(session, root, wanted, [me.account], clock=clock),
    ):
        with pytest.raises(RefusedError, match="root user"):
            ask(AccessSettings(path=path))


@pytest.mark.parametrize(
    "arn", ["auditor", "arn:aws:iam::1:role/x", "arn:aws:iam::123456789012:user/x", "arn:aws:s3:::b"]
)
def test_what_is_no_role(session, clock, arn):
    with pytest.raises(UsageError, match="no role"):
        choose_access(session, session.identify(), AccessSettings(role_arn=arn), clock=clock)


def test_other_accounts_are_reached_by_session_policy_alone(session, clock):
    me = session.identify()
    for path in ("role", "federation"):
        with pytest.raises(UsageError, match="no other account"):
            accesses(session, me, AccessSettings(path=path), [me.account, "111122223333"], clock=clock)
    found = accesses(session, me, AUTO, [me.account, "111122223333"], clock=clock)
    assert {account: access.path for account, access in found.items()} == {
        me.account: "role",
        "111122223333": "session",
    }
    assert "arn:aws:iam::111122223333:role/cloudprobe-inspector" in found["111122223333"].description


def test_a_trial_that_was_killed_leaves_nothing_past_its_expiry(mortal, session, clock):
    me = session.identify()
    for calls in range(40):
        try:
            choose_access(mortal(calls), me, AUTO, clock=clock)
        except BaseException as error:
            if type(error).__name__ != "Killed":
                raise
        else:
            break
        clock.advance(3600)
        RoleGrantor(session, me, clock=clock).sweep()
        assert left(session) == []
    assert calls > 5


def test_a_session_s_role_is_what_a_trust_policy_names(session, user, clock):
    me = Identity(account="123456789012", arn="arn:aws:sts::123456789012:assumed-role/Ops/me@x", region="us-east-1")
    assert trusted_principal(me) == "arn:aws:iam::123456789012:role/Ops"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    session.client("iam").create_role(RoleName="Ops", Path="/teams/", AssumeRolePolicyDocument=trust)
    account = session.identify().account
    here = replace(me, account=account, arn=me.arn.replace("123456789012", account))
    assert principal_of(session, here) == f"arn:aws:iam::{account}:role/teams/Ops"
    with pytest.raises(UsageError, match="--trust"):
        principal_of(user("blind"), here)


@pytest.mark.parametrize("principal", ["*", "arn:aws:iam::*:root"])
def test_nobody_makes_a_role_for_everybody(principal):
    with pytest.raises(RefusedError, match="everybody"):
        checked_principal(principal)


@pytest.mark.parametrize("principal", ["", "me", "arn:aws:s3:::b", "arn:aws:iam::123456789012:role/*", "123456789012"])
def test_what_is_no_principal(principal):
    with pytest.raises(UsageError):
        checked_principal(principal)
