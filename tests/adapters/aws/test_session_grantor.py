"""Sessions of a shared role, and federation tokens: what they carry, what is refused, and STS's own limits."""

import json

import pytest
from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.federation_grantor import FederationGrantor
from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.session_grantor import SessionGrantor
from cloudprobe.adapters.local.log_redaction import redacted
from cloudprobe.domain.run import RunRequest
from cloudprobe.errors import AccessError, RefusedError
from cloudprobe.guard.policy import digest
from cloudprobe.sandbox.permit import AllowedOperation, Permit

RUN = "20261124-034200-9f86d081/1/1/0"
NAME = "20261124-034200-9f86d081-1-1-0"


@pytest.fixture
def role(session):
    me = session.identify()
    found = InspectorRole(account=me.account, principal=me.arn, external_id=default_external_id(me.account))
    deploy(session, found)
    return found


@pytest.fixture
def grantor(session, role, clock):
    return SessionGrantor(session, role.arn, external_id=role.external_id, clock=clock, set_up="cloudprobe setup")


@pytest.fixture
def federation(session, clock):
    return FederationGrantor(session, session.identify(), clock=clock)


@pytest.fixture
def asked(session):
    """Parameters of every call of STS that opens a session."""
    seen = []
    for operation in ("AssumeRole", "GetFederationToken"):
        session.client("sts").meta.events.register(
            f"provide-client-params.sts.{operation}", lambda params, **_: seen.append(dict(params))
        )
    return seen


def failing(session, operation, *codes):
    """Make coming calls answer with errors, one each; what was asked goes on being seen."""
    left = list(codes)

    def answer(**_):
        if left and (code := left.pop(0)):
            return type("Answer", (), {"status_code": 400})(), {"Error": {"Code": code, "Message": f"said {code}"}}
        return None

    session.client("sts").meta.events.register_first(f"before-call.sts.{operation}", answer)


def enter(grantor, request, **changes):
    operations = tuple(
        AllowedOperation(service=o.partition(":")[0], operation=o.partition(":")[2]) for o in request.operations
    )
    permit = Permit(operations=operations, accounts=("1" * 12,), script_digest="", policy_digest=request.policy_digest)
    values = {"run_id": RUN, "script": "", "permit": permit.to_json(), "policy": request.policy, "region": "us-east-1"}
    values["grant"] = grantor.grant(request)
    return grantor.enter(RunRequest(**(values | changes)), permit)


def test_a_session_says_whose_it_is(grantor, request_for, asked, role):
    enter(grantor, request_for("ec2:DescribeVpcs"))
    opened = asked[-1]
    assert opened["RoleSessionName"] == opened["SourceIdentity"] == NAME
    assert {tag["Key"]: tag["Value"] for tag in opened["Tags"]} == {
        "cloudprobe:inspection": "20261124-034200-9f86d081",
        "cloudprobe:run": RUN,
    }
    assert opened["ExternalId"] == role.external_id
    assert 900 <= opened["DurationSeconds"] <= 3600
    assert json.loads(opened["Policy"])["Statement"] == [
        {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}
    ]


def test_the_trial_may_do_nothing(grantor, asked):
    grantor.try_out()
    (trial,) = asked
    assert json.loads(trial["Policy"])["Statement"] == [{"Effect": "Deny", "Action": "*", "Resource": "*"}]
    assert trial["RoleSessionName"].endswith("-0-0-0")


@pytest.mark.parametrize("made", ["grantor", "federation"])
def test_a_policy_swapped_after_the_grant_is_refused(request, request_for, made):
    grantor = request.getfixturevalue(made)
    with pytest.raises(RefusedError, match="policy is not the one"):
        enter(grantor, request_for("ec2:DescribeVpcs"), policy=request_for("s3:ListAllMyBuckets").policy)


def test_a_role_swapped_after_the_grant_is_refused(grantor, request_for):
    given = grantor.grant(request_for("ec2:DescribeVpcs"))
    other = given.model_copy(update={"role_arn": given.role_arn.replace("inspector", "admin")})
    with pytest.raises(RefusedError, match="cloudprobe-admin"):
        enter(grantor, request_for("ec2:DescribeVpcs"), grant=other)


def test_a_policy_of_several_parts_has_a_session_for_each(session, grantor, request_for, asked):
    arns = [f"arn:aws:s3:::a-rather-long-name-of-a-bucket-{number:03}" for number in range(28)]
    request = request_for("s3:GetBucketPolicy", resource=arns)
    roles = {
        "Effect": "Allow",
        "Action": ["iam:GetRole"],
        "Resource": [a.replace("s3:::", "iam::1:role/") for a in arns],
    }
    policy = {**request.policy, "Statement": [*request.policy["Statement"], roles]}
    request = request.model_copy(
        update={
            "policy": policy,
            "policy_digest": digest(policy),
            "operations": ("s3:GetBucketPolicy", "iam:GetRole"),
        }
    )
    run = enter(grantor, request)
    first, second = (json.loads(opened["Policy"]) for opened in asked[-2:])
    assert {one["Action"] for document in (first, second) for one in document["Statement"]} == {
        "s3:GetBucketPolicy",
        "iam:GetRole",
    }
    assert run.client("s3", "us-east-1") is not run.client("iam", "us-east-1")
    owner = grantor.account
    session.client("s3").create_bucket(Bucket=f"of-{owner}")
    with pytest.raises(ClientError, match="AccessDenied"):  # one part of the run may not do what the other may
        run._by_service["iam"].client("s3", "us-east-1").get_bucket_policy(Bucket=f"of-{owner}")


def test_where_the_packed_form_is_too_large_tags_go_first(session, grantor, request_for, asked):
    """A role that was made by us insists on its tags; what STS said first is what is told."""
    grantor.grant(request_for("ec2:DescribeVpcs"))
    failing(session, "AssumeRole", "PackedPolicyTooLarge")
    with pytest.raises(RefusedError, match="said PackedPolicyTooLarge"):
        enter(grantor, request_for("ec2:DescribeVpcs"))
    assert "Tags" not in asked[-1]


def test_a_token_s_tags_are_left_out_where_they_do_not_go(session, federation, request_for, asked):
    for code in ("PackedPolicyTooLarge", "AccessDenied"):
        failing(session, "GetFederationToken", code)
        run = enter(federation, request_for("ec2:DescribeVpcs"))
        assert run.client("ec2", "us-east-1").describe_vpcs()["Vpcs"] is not None
        assert ("Tags" in asked[-2], "Tags" in asked[-1]) == (True, False)
        assert asked[-1]["Name"] == NAME


def test_a_role_that_is_closed_meanwhile(session, grantor, request_for, role):
    request = request_for("ec2:DescribeVpcs")
    grantor.grant(request)
    trust = {**role.trust, "Statement": role.trust["Statement"][1:]}
    session.client("iam").update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(trust))
    with pytest.raises(AccessError, match="cannot be assumed") as caught:
        enter(grantor, request)
    assert "cloudprobe setup" in caught.value.hint
    assert "sts:TagSession" in caught.value.hint


@pytest.mark.parametrize("action", ["iam:ListUsers", "iam:GetAccountSummary"])
def test_a_token_can_call_no_iam(federation, request_for, action):
    with pytest.raises(RefusedError, match=action) as caught:
        federation.grant(request_for("ec2:DescribeVpcs", action))
    assert "cloudprobe setup --deploy --trust" in caught.value.hint


def test_sessions_credentials_stand_in_no_log(grantor, request_for):
    run = enter(grantor, request_for("ec2:DescribeVpcs"))
    keys = run._all._keys
    assert redacted(f"{keys.secret_access_key} {keys.session_token}") == "[redacted] [redacted]"
    assert keys.session_token not in repr(keys)


def test_buckets_are_listed_by_a_session_that_may_do_nothing_else(session, grantor, asked):
    session.client("s3").create_bucket(Bucket=f"listed-{grantor.account}")
    assert list(grantor.list_buckets()) == [f"listed-{grantor.account}"]
    assert json.loads(asked[-1]["Policy"])["Statement"] == [
        {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    ]
