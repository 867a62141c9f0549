import json
import re
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.role_grantor import LIFETIME, RoleGrantor
from cloudprobe.adapters.aws.run_credentials import assume
from cloudprobe.adapters.aws.session import Keys
from cloudprobe.domain.ids import role_name
from cloudprobe.errors import AccessError, RefusedError, ThrottledError

RUN = "20261124-034200-9f86d081/1/1/0"
ROLE = role_name(RUN)
BOUNDARY = "policy/cloudprobe/cloudprobe-ceiling-metadata"


def roles(session):
    return sorted(r["RoleName"] for r in session.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"])


def denied(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return "AccessDenied" in str(caught.value) or "UnauthorizedOperation" in str(caught.value)


def user_with(session, name, statement):
    """A user of the account, and keys of theirs."""
    iam = session.client("iam")
    iam.create_user(UserName=name)
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def test_the_role_is_what_the_run_needs_and_says_whose_it_is(grantor, session, request_for):
    grant = grantor.grant(request_for("ec2:DescribeVpcs"))
    iam, me = session.client("iam"), session.identify()
    role = iam.get_role(RoleName=ROLE)["Role"]
    assert role["Arn"] == grant.role_arn == f"arn:aws:iam::{me.account}:role/cloudprobe/{ROLE}"
    assert {tag["Key"]: tag["Value"] for tag in role["Tags"]} == {
        "cloudprobe:inspection": "20261124-034200-9f86d081",
        "cloudprobe:run": RUN,
        "cloudprobe:expires": grant.expires,
    }
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(BOUNDARY)
    assert role["MaxSessionDuration"] == 3600
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        assert statement["Principal"] == {"AWS": me.arn}
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == ["probe"]


def test_the_role_may_do_its_policy_and_nothing_else(grantor, session, clock, request_for):
    grant = grantor.grant(request_for("ec2:DescribeVpcs"))
    run = assume(session, grant, seconds=60, clock=clock)
    assert run.client("ec2").describe_vpcs()["Vpcs"] is not None
    assert denied(run.client("ec2").describe_subnets)
    assert denied(run.client("s3").list_buckets)
    assert denied(run.client("iam").list_users)
    assert denied(run.client("iam").put_role_policy, RoleName=ROLE, PolicyName="probe", PolicyDocument="{}")


def test_the_ceiling_holds_whatever_the_policy_says(grantor, session, clock, request_for):
    grant = grantor.grant(request_for("s3:ListAllMyBuckets"))
    session.client("s3").create_bucket(Bucket="acme-ceiling")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    session.client("iam").put_role_policy(RoleName=ROLE, PolicyName="more", PolicyDocument=json.dumps(everything))
    run = assume(session, grant, seconds=60, clock=clock)
    assert run.client("s3").list_buckets()["Buckets"]
    assert denied(run.client("s3").delete_bucket, Bucket="acme-ceiling")
    assert denied(run.client("s3").put_object, Bucket="acme-ceiling", Key="k", Body=b"x")
    assert denied(run.client("secretsmanager").get_secret_value, SecretId="any")
    assert denied(run.client("iam").create_user, UserName="mine")
    assert denied(run.client("sts").assume_role, RoleArn=grant.role_arn, RoleSessionName="again")


def test_what_is_ours_is_out_of_reach_whatever_the_policy_says(grantor, session, clock, request_for):
    """The boundary denies it by name: beside it stand a role and a bucket like them that may be read."""
    grant = grantor.grant(request_for("s3:ListAllMyBuckets"))
    iam, s3 = session.client("iam"), session.client("s3")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    account = session.identify().account
    for bucket in (f"cloudprobe-results-{account}", f"plain-results-{account}"):
        s3.create_bucket(Bucket=bucket)
    iam.create_role(RoleName="plain", AssumeRolePolicyDocument=trust)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=ROLE, PolicyName="more", PolicyDocument=json.dumps(everything))
    run = assume(session, grant, seconds=60, clock=clock)
    assert run.client("iam").get_role(RoleName="plain")
    assert denied(run.client("iam").get_role, RoleName=ROLE)
    assert run.client("s3").get_bucket_acl(Bucket=f"plain-results-{account}")
    assert denied(run.client("s3").get_bucket_acl, Bucket=f"cloudprobe-results-{account}")


def test_a_rare_service_stands_under_a_boundary_of_its_own(grantor, session, clock, request_for):
    """It holds what nearly every probe reads besides, and bounds just as the first one does."""
    grant = grantor.grant(request_for("iot:ListThings", "ec2:DescribeVpcs"))
    iam = session.client("iam")
    boundary = iam.get_role(RoleName=ROLE)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert re.search(r"cloudprobe-ceiling-more-\d+$", boundary)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=ROLE, PolicyName="more", PolicyDocument=json.dumps(everything))
    run = assume(session, grant, seconds=60, clock=clock)
    assert run.client("iot").list_things()["things"] == []
    assert run.client("ec2").describe_vpcs()["Vpcs"] is not None
    assert denied(run.client("iot").create_thing, thingName="mine")
    assert denied(run.client("iam").create_user, UserName="mine")
    assert denied(run.client("secretsmanager").get_secret_value, SecretId="any")
    with pytest.raises(RefusedError, match="ListThings"):
        grantor.grant(request_for("iot:ListThings", "workspaces:DescribeWorkspaces", run_id=RUN[:-1] + "1"))


def test_a_run_without_actions_may_do_nothing(grantor, session, clock, request_for):
    run = assume(session, grantor.grant(request_for()), seconds=60, clock=clock)
    assert denied(run.client("ec2").describe_vpcs)
    assert session.client("iam").list_role_policies(RoleName=ROLE)["PolicyNames"] == []


def test_only_the_runner_may_assume_it_and_only_with_the_external_id(grantor, session, open_as, clock, request_for):
    grant = grantor.grant(request_for("ec2:DescribeVpcs"))
    sts = session.client("sts")
    assert denied(sts.assume_role, RoleArn=grant.role_arn, RoleSessionName="somebody")
    assert denied(sts.assume_role, RoleArn=grant.role_arn, RoleSessionName="somebody", ExternalId="another")
    named = {"RoleArn": grant.role_arn, "RoleSessionName": "somebody", "ExternalId": grant.external_id}
    assert denied(sts.assume_role, **named, SourceIdentity="another-run")
    keys = user_with(session, "nosy", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    nosy = open_as(keys).client("sts")
    assert denied(nosy.assume_role, RoleArn=grant.role_arn, RoleSessionName="somebody", ExternalId=grant.external_id)


def test_a_runner_of_its_own_can_be_named(session, open_as, clock, request_for):
    keys = user_with(
        session, "runner", {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"], "Resource": "*"}
    )
    runner = open_as(keys)
    grantor = RoleGrantor(session, session.identify(), clock=clock, runner_arn=runner.identify().arn)
    grant = grantor.grant(request_for("ec2:DescribeVpcs"))
    assert assume(runner, grant, seconds=60, clock=clock).client("ec2").describe_vpcs()
    assert denied(
        session.client("sts").assume_role,
        RoleArn=grant.role_arn,
        RoleSessionName="somebody",
        ExternalId=grant.external_id,
    )


def test_a_run_s_session_says_whose_it_is(grantor, session, clock, request_for):
    run = assume(session, grantor.grant(request_for("ec2:DescribeVpcs")), seconds=60, clock=clock)
    assert run.identify().arn.endswith(f"assumed-role/{ROLE}/20261124-034200-9f86d081-1-1-0")


def test_what_was_revoked_is_worth_nothing(grantor, session, clock, request_for):
    run = assume(session, grantor.grant(request_for("ec2:DescribeVpcs")), seconds=60, clock=clock)
    grantor.revoke(RUN)
    assert roles(session) == []
    assert denied(run.client("ec2").describe_vpcs)


@pytest.mark.parametrize("change", ["policy", "another policy", "attached", "trust", "boundary", "expired"])
def test_a_leftover_that_is_not_exactly_right_is_replaced(grantor, session, clock, request_for, change):
    first = grantor.grant(request_for("ec2:DescribeVpcs"))
    iam = session.client("iam")
    everything = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    match change:
        case "policy":
            iam.put_role_policy(RoleName=ROLE, PolicyName="probe", PolicyDocument=everything)
        case "another policy":
            iam.put_role_policy(RoleName=ROLE, PolicyName="more", PolicyDocument=everything)
        case "attached":
            iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        case "trust":
            iam.update_assume_role_policy(
                RoleName=ROLE,
                PolicyDocument=json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
                    }
                ),
            )
        case "boundary":
            iam.delete_role_permissions_boundary(RoleName=ROLE)
        case "expired":
            clock.advance(LIFETIME.total_seconds() * 0.6)
    before = iam.get_role(RoleName=ROLE)["Role"]["RoleId"]
    again = grantor.grant(request_for("ec2:DescribeVpcs"))
    assert iam.get_role(RoleName=ROLE)["Role"]["RoleId"] != before
    assert again.role_arn == first.role_arn
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == ["probe"]
    assert iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"] == []
    run = assume(session, again, seconds=60, clock=clock)
    assert denied(run.client("s3").list_buckets)


def test_a_whole_leftover_is_adopted(grantor, session, open_as, clock, request_for):
    first = grantor.grant(request_for("ec2:DescribeVpcs"))
    before = session.client("iam").get_role(RoleName=ROLE)["Role"]["RoleId"]
    clock.advance(60)
    other = open_as()
    assert RoleGrantor(other, other.identify(), clock=clock).grant(request_for("ec2:DescribeVpcs")) == first
    assert session.client("iam").get_role(RoleName=ROLE)["Role"]["RoleId"] == before


@pytest.mark.parametrize("tags", [[], [{"Key": "cloudprobe:run", "Value": "20261124-034200-9f86d081/1/1/7"}]])
@pytest.mark.parametrize("path", ["/", "/cloudprobe/"])
def test_a_role_of_somebody_else_is_never_touched(grantor, session, request_for, tags, path):
    iam = session.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName=ROLE, Path=path, AssumeRolePolicyDocument=trust, Tags=tags)
    for use in (lambda: grantor.grant(request_for("ec2:DescribeVpcs")), lambda: grantor.revoke(RUN)):
        with pytest.raises(RefusedError, match=ROLE):
            use()
    assert grantor.leftovers() == []
    assert grantor.sweep() == []
    assert iam.get_role(RoleName=ROLE)["Role"].get("Tags", []) == tags


def test_a_policy_that_was_not_signed_off(grantor, session, request_for):
    request = request_for("ec2:DescribeVpcs").model_copy(update={"policy": request_for("ec2:DescribeSubnets").policy})
    with pytest.raises(RefusedError, match="not the one that was signed off"):
        grantor.grant(request)
    assert roles(session) == []


@pytest.mark.parametrize(
    "action", ["s3:PutObject", "s3:*", "*", "iam:PassRole", "secretsmanager:GetSecretValue", "s3:GetObject"]
)
def test_a_policy_beyond_the_ceiling(grantor, session, request_for, action):
    with pytest.raises(RefusedError, match=re.escape(action)):
        grantor.grant(request_for("ec2:DescribeVpcs", action))
    assert roles(session) == []


def test_a_wider_data_class_has_a_ceiling_of_its_own(grantor, session, clock, request_for):
    session.client("s3").create_bucket(Bucket="acme-data")
    session.client("s3").put_object(Bucket="acme-data", Key="k", Body=b"x")
    run = assume(session, grantor.grant(request_for("s3:GetObject", data_class="data")), seconds=60, clock=clock)
    assert run.client("s3").get_object(Bucket="acme-data", Key="k")["Body"].read() == b"x"
    arn = session.client("iam").get_role(RoleName=ROLE)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert arn.endswith("cloudprobe-ceiling-data")


def test_an_unknown_data_class(grantor, request_for):
    with pytest.raises(RefusedError, match="everything"):
        grantor.grant(request_for("ec2:DescribeVpcs", data_class="everything"))


def test_a_ceiling_that_was_changed_is_put_right(grantor, session, open_as, clock, request_for):
    grantor.grant(request_for("ec2:DescribeVpcs"))
    iam = session.client("iam")
    arn = f"arn:aws:iam::{session.identify().account}:{BOUNDARY}"
    right = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    wrong = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=wrong, SetAsDefault=True)
    other = open_as()
    RoleGrantor(other, other.identify(), clock=clock).grant(request_for("ec2:DescribeVpcs", run_id=RUN[:-1] + "1"))
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    assert iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"] == right
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 5


def test_a_ceiling_that_was_deleted_is_made_again(grantor, session, request_for):
    grantor.grant(request_for("ec2:DescribeVpcs"))
    grantor.revoke(RUN)
    arn = f"arn:aws:iam::{session.identify().account}:{BOUNDARY}"
    session.client("iam").delete_policy(PolicyArn=arn)
    grantor.grant(request_for("ec2:DescribeVpcs"))
    assert session.client("iam").get_policy(PolicyArn=arn)


def test_leftovers_and_what_has_expired_of_them(grantor, session, clock, request_for):
    first = grantor.grant(request_for("ec2:DescribeVpcs"))
    clock.advance(LIFETIME.total_seconds() - 1)
    grantor.grant(request_for("ec2:DescribeVpcs", run_id=RUN[:-1] + "1"))
    assert (RUN, first.expires) in [(left.run_id, left.expires.isoformat()) for left in grantor.leftovers()]
    assert grantor.sweep() == []
    clock.advance(1)
    assert [left.run_id for left in grantor.sweep()] == [RUN]
    assert roles(session) == [role_name(RUN[:-1] + "1")]
    assert [left.run_id for left in grantor.sweep(clock.now() + LIFETIME)] == [RUN[:-1] + "1"]
    assert roles(session) == []


@pytest.mark.parametrize("expires", ["nonsense", "2030-01-01T00:00:00"])
def test_a_leftover_that_does_not_say_when_it_expires_has_expired(grantor, session, request_for, expires):
    grantor.grant(request_for("ec2:DescribeVpcs"))
    tag = {"Key": "cloudprobe:expires", "Value": expires}
    session.client("iam").tag_role(RoleName=ROLE, Tags=[tag])
    assert [left.expires for left in grantor.leftovers()] == [None]
    assert [left.run_id for left in grantor.sweep()] == [RUN]


def test_a_caller_who_may_not_manage_roles_is_told_the_action(session, open_as, clock, request_for):
    keys = user_with(
        session, "reader", {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "iam:CreatePolicy"], "Resource": "*"}
    )
    reader = open_as(keys)
    with pytest.raises(AccessError, match="iam:CreateRole") as caught:
        RoleGrantor(reader, reader.identify(), clock=clock).grant(request_for("ec2:DescribeVpcs"))
    assert "Allow iam:CreateRole" in caught.value.hint
    assert caught.value.exit_code == 5


def test_a_grant_that_fails_half_way_leaves_nothing(session, open_as, clock, request_for):
    may = ["iam:Get*", "iam:List*", "iam:CreatePolicy", "iam:CreateRole", "iam:DeleteRole"]
    limited = open_as(user_with(session, "limited", {"Effect": "Allow", "Action": may, "Resource": "*"}))
    with pytest.raises(AccessError, match="iam:PutRolePolicy"):
        RoleGrantor(limited, limited.identify(), clock=clock).grant(request_for("ec2:DescribeVpcs"))
    assert roles(session) == []


def test_a_clean_up_that_fails_too_does_not_hide_the_failure(session, open_as, clock, request_for, grantor):
    may = ["iam:Get*", "iam:List*", "iam:CreatePolicy", "iam:CreateRole"]
    limited = open_as(user_with(session, "limited", {"Effect": "Allow", "Action": may, "Resource": "*"}))
    with pytest.raises(AccessError, match="iam:PutRolePolicy"):
        RoleGrantor(limited, limited.identify(), clock=clock).grant(request_for("ec2:DescribeVpcs"))
    assert roles(session) == [ROLE]
    clock.advance(LIFETIME.total_seconds())
    grantor.sweep()
    assert roles(session) == []


def _after_each_crash(mortal, act):
    """Run ``act`` with a process that dies before its first call, before its second … until it lives through."""
    for calls in range(100):
        dying = mortal(calls)
        try:
            act(dying)
        except BaseException as error:
            if type(error).__name__ != "Killed":
                raise
            yield calls
        else:
            assert calls > 3
            return


@pytest.mark.parametrize("then", ["grant again", "revoke", "sweep"])
def test_a_grant_killed_between_any_two_calls_leaves_nothing(mortal, session, clock, request_for, then):
    me = session.identify()
    request = request_for("ec2:DescribeVpcs")
    healthy = RoleGrantor(session, me, clock=clock)
    for _ in _after_each_crash(mortal, lambda dying: RoleGrantor(dying, me, clock=clock).grant(request)):
        if then == "grant again":
            grant = healthy.grant(request)
            assert assume(session, grant, seconds=60, clock=clock).client("ec2").describe_vpcs()
            healthy.revoke(RUN)
        elif then == "revoke":
            healthy.revoke(RUN)
        else:
            healthy.sweep(clock.now() + LIFETIME)
        assert roles(session) == []


@pytest.mark.parametrize("then", ["grant again", "revoke", "sweep"])
def test_a_revocation_killed_between_any_two_calls_is_completed(mortal, session, clock, request_for, then):
    me = session.identify()
    request = request_for("ec2:DescribeVpcs")
    healthy = RoleGrantor(session, me, clock=clock)

    def revoke(dying):
        healthy.grant(request)
        RoleGrantor(dying, me, clock=clock).revoke(RUN)

    for _ in _after_each_crash(mortal, revoke):
        if then == "grant again":
            assert assume(session, healthy.grant(request), seconds=60, clock=clock).client("ec2").describe_vpcs()
            healthy.revoke(RUN)
        elif then == "revoke":
            healthy.revoke(RUN)
        else:
            healthy.sweep(clock.now() + LIFETIME)
        assert roles(session) == []


def _failing(session, operation, *errors):
    """Make coming calls of an operation answer with errors, one each."""
    left = list(errors)

    def answer(**_):
        if left:
            code, message = left.pop(0)
            return type("Answer", (), {"status_code": 400})(), {"Error": {"Code": code, "Message": message}}
        return None

    session.client("iam").meta.events.register_first(f"before-call.iam.{operation}", answer)


def test_what_iam_does_not_know_yet_is_waited_for(grantor, session, clock, request_for):
    _failing(
        session,
        "CreateRole",
        ("NoSuchEntity", "Scope ARN does not exist"),
        ("MalformedPolicyDocument", "Invalid principal in policy"),
    )
    _failing(session, "PutRolePolicy", ("NoSuchEntity", "The role cannot be found."))
    grantor.grant(request_for("ec2:DescribeVpcs"))
    assert clock.sleeps == [0.2, 0.5, 0.2]
    assert roles(session) == [ROLE]


def test_what_iam_never_knows_is_given_up(grantor, session, clock, request_for):
    _failing(session, "PutRolePolicy", *[("NoSuchEntity", "The role cannot be found.")] * 20)
    with pytest.raises(AccessError, match="NoSuchEntity"):
        grantor.grant(request_for("ec2:DescribeVpcs"))
    assert timedelta(seconds=10) < timedelta(seconds=sum(clock.sleeps)) < timedelta(seconds=60)
    assert roles(session) == []


@pytest.mark.parametrize("code", ["Throttling", "ServiceFailure", "ConcurrentModification", "DeleteConflict"])
def test_what_may_pass_is_temporary(grantor, session, request_for, code):
    _failing(session, "CreateRole", *[(code, "later")] * 20)
    with pytest.raises(ThrottledError, match=code):
        grantor.grant(request_for("ec2:DescribeVpcs"))


def test_a_policy_iam_does_not_take(grantor, session, request_for):
    _failing(session, "PutRolePolicy", ("MalformedPolicyDocument", "Syntax errors in policy."))
    with pytest.raises(AccessError, match="Syntax errors in policy"):
        grantor.grant(request_for("ec2:DescribeVpcs"))
    assert roles(session) == []
