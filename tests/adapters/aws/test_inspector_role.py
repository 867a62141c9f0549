"""The inspector role, deployed: what each line of it refuses, and that without the line it would not."""

import json
from copy import deepcopy

import pytest
from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.session import Keys
from cloudprobe.cli.setup_formats import cloudformation, commands
from cloudprobe.errors import RefusedError

RUN = "20261124-034200-9f86d081-1-1-0"
TAGS = [
    {"Key": "cloudprobe:inspection", "Value": "20261124-034200-9f86d081"},
    {"Key": "cloudprobe:run", "Value": "20261124-034200-9f86d081/1/1/0"},
]
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture
def dev(session, open_as):
    """A session of the user the role trusts, who may do nothing else."""
    return user(session, open_as, "dev")


def user(session, open_as, name):
    iam = session.client("iam")
    iam.create_user(UserName=name)
    may = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": may, "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return open_as(Keys(key["AccessKeyId"], key["SecretAccessKey"]))


@pytest.fixture
def role(session, dev):
    account = session.identify().account
    found = InspectorRole(account=account, principal=dev.identify().arn, external_id=default_external_id(account))
    deploy(session, found)
    return found


def open_session_of(who, role, **changes):
    asked = {
        "RoleArn": role.arn,
        "RoleSessionName": RUN,
        "SourceIdentity": RUN,
        "ExternalId": role.external_id,
        "Tags": TAGS,
        **changes,
    }
    given = who.client("sts").assume_role(**{k: v for k, v in asked.items() if v is not None})["Credentials"]
    return who.with_keys(Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))


def refused(call, *args, **parameters):
    try:
        call(*args, **parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}:
            raise
        return True
    return False


def without(condition, key):
    def change(trust):
        del trust["Statement"][0]["Condition"][condition][key]

    return change


def any_principal(trust):
    for statement in trust["Statement"]:
        statement["Principal"] = {"AWS": "*"}


def any_identity(trust):
    del trust["Statement"][0]["Condition"]["StringLike"]["sts:SourceIdentity"]
    del trust["Statement"][1]["Condition"]


def any_tags(trust):
    del trust["Statement"][2]["Condition"]


LINES = {
    "principal": (any_principal, {"who": "other"}),
    "external id": (without("StringEquals", "sts:ExternalId"), {"ExternalId": "another"}),
    "no external id": (without("StringEquals", "sts:ExternalId"), {"ExternalId": None}),
    "session name": (without("StringLike", "sts:RoleSessionName"), {"RoleSessionName": "somebody"}),
    "no source identity": (without("StringLike", "sts:SourceIdentity"), {"SourceIdentity": None}),
    "another source identity": (any_identity, {"SourceIdentity": "somebody"}),
    "no run's tag": (without("StringLike", "aws:RequestTag/cloudprobe:run"), {"Tags": None}),
    "another tag": (any_tags, {"Tags": [*TAGS, {"Key": "team", "Value": "admins"}]}),
}


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_the_trust_refuses_what_it_is_there_for(session, open_as, dev, role, line):
    change, asked = LINES[line]
    who = user(session, open_as, "other") if asked.get("who") else dev
    parameters = {name: value for name, value in asked.items() if name != "who"}
    assert not refused(open_session_of, dev, role)
    assert refused(open_session_of, who, role, **parameters)
    trust = deepcopy(role.trust)
    change(trust)
    session.client("iam").update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(trust))
    assert not refused(open_session_of, who, role, **parameters)


@pytest.mark.parametrize("statement", ["NameTheRunInTheTrail", "TagTheSession"])
def test_what_lets_sessions_be_marked_is_needed(session, dev, role, statement):
    trust = deepcopy(role.trust)
    trust["Statement"] = [one for one in trust["Statement"] if one["Sid"] != statement]
    session.client("iam").update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(trust))
    assert refused(open_session_of, dev, role)


def test_the_boundary_holds_whatever_is_attached(session, dev, role):
    iam = session.client("iam")
    iam.put_role_policy(RoleName=role.name, PolicyName="more", PolicyDocument=json.dumps(EVERYTHING))
    iam.detach_role_policy(RoleName=role.name, PolicyArn=role.ceiling_arn)
    run = open_session_of(dev, role)
    session.client("secretsmanager").create_secret(Name="quiet", SecretString="x")
    assert run.client("ec2").describe_vpcs()["Vpcs"]
    assert refused(run.client("s3").create_bucket, Bucket="acme-inspector-wrote")
    assert refused(run.client("secretsmanager").get_secret_value, SecretId="quiet")
    iam.delete_role_permissions_boundary(RoleName=role.name)
    assert not refused(run.client("s3").create_bucket, Bucket="acme-inspector-wrote")
    assert not refused(run.client("secretsmanager").get_secret_value, SecretId="quiet")


def test_the_ceiling_holds_without_the_boundary_too(session, dev, role):
    session.client("iam").delete_role_permissions_boundary(RoleName=role.name)
    run = open_session_of(dev, role)
    assert run.client("ec2").describe_vpcs()["Vpcs"]
    assert refused(run.client("s3").create_bucket, Bucket="acme-inspector-wrote")
    session.client("iam").detach_role_policy(RoleName=role.name, PolicyArn=role.ceiling_arn)
    assert refused(run.client("ec2").describe_vpcs)


def test_the_role_says_what_it_is(session, role):
    found = session.client("iam").get_role(RoleName=role.name)["Role"]
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == role.tags
    assert found["MaxSessionDuration"] == 3600
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == role.ceiling_arn


def test_it_can_be_brought_up_to_what_it_has_to_be(session, role):
    iam = session.client("iam")
    iam.delete_role_permissions_boundary(RoleName=role.name)
    iam.update_assume_role_policy(
        RoleName=role.name,
        PolicyDocument=json.dumps(
            {**role.trust, "Statement": [{**role.trust["Statement"][0], "Principal": {"AWS": "*"}}]}
        ),
    )
    wider = InspectorRole(
        account=role.account, principal=role.principal, external_id=role.external_id, data_class="logs"
    )
    deploy(session, wider)
    found = iam.get_role(RoleName=role.name)["Role"]
    assert found["AssumeRolePolicyDocument"] == wider.trust
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == wider.ceiling_arn
    version = iam.get_policy(PolicyArn=wider.ceiling_arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=wider.ceiling_arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document == wider.ceiling != role.ceiling


def test_a_role_of_somebody_else_is_left_alone(session, role):
    iam = session.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=trust)
    theirs = InspectorRole(account=role.account, principal=role.principal, external_id=role.external_id, name="theirs")
    with pytest.raises(RefusedError, match="theirs"):
        deploy(session, theirs)
    assert "PermissionsBoundary" not in iam.get_role(RoleName="theirs")["Role"]


def test_a_deployment_killed_between_any_two_calls_leaves_no_role_without_its_boundary(mortal, session, dev):
    account = session.identify().account
    iam = session.client("iam")
    for calls in range(20):
        wanted = InspectorRole(account=account, principal=dev.identify().arn, external_id="id", name=f"killed-{calls}")
        try:
            deploy(mortal(calls), wanted)
        except BaseException as error:
            if type(error).__name__ != "Killed":
                raise
            for found in iam.list_roles()["Roles"]:
                if found["RoleName"] == wanted.name:
                    assert iam.get_role(RoleName=wanted.name)["Role"]["PermissionsBoundary"]
            deploy(session, wanted)
            attached = iam.list_attached_role_policies(RoleName=wanted.name)["AttachedPolicies"]
            assert [one["PolicyArn"] for one in attached] == [wanted.ceiling_arn]
        else:
            assert calls > 3
            return
    pytest.fail("it never came to its end")


def in_any_order(value):
    """Actions stand in the template grouped by reason."""
    if isinstance(value, dict):
        return {key: in_any_order(item) for key, item in value.items()}
    return (
        sorted(value)
        if isinstance(value, list) and all(isinstance(one, str) for one in value)
        else ([in_any_order(one) for one in value] if isinstance(value, list) else value)
    )


@pytest.fixture
def stack(session, role):
    """The same role made by CloudFormation from the printed template, under another name."""
    client = session.client("cloudformation")
    client.create_stack(
        StackName="inspector",
        TemplateBody=cloudformation(role),
        Parameters=[{"ParameterKey": "RoleName", "ParameterValue": "by-template"}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    client.get_waiter("stack_create_complete").wait(StackName="inspector", WaiterConfig={"Delay": 1})
    return client.describe_stacks(StackName="inspector")["Stacks"][0]


def test_the_template_makes_the_same_role(session, dev, role, stack):
    iam = session.client("iam")
    by_hand, by_template = (iam.get_role(RoleName=name)["Role"] for name in (role.name, "by-template"))
    assert by_template["AssumeRolePolicyDocument"] == by_hand["AssumeRolePolicyDocument"] == role.trust
    assert by_template["MaxSessionDuration"] == by_hand["MaxSessionDuration"]
    arn = by_template["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert arn == f"arn:aws:iam::{role.account}:policy/cloudprobe/by-template-ceiling"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert in_any_order(document) == in_any_order(role.ceiling)
    attached = iam.list_attached_role_policies(RoleName="by-template")["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [arn]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert outputs == {"RoleArn": f"arn:aws:iam::{role.account}:role/by-template", "ExternalId": role.external_id}


def test_a_template_fits_where_it_is_given_inline(role):
    assert len(cloudformation(role).encode()) < 51_200


def test_the_commands_name_every_part(role):
    text = commands(role)
    words = [line for line in text.splitlines() if line.startswith("aws ")]
    assert [line.split()[2] for line in words] == ["create-policy", "create-role", "attach-role-policy"]
    assert json.dumps(role.trust, separators=(",", ":")) in text
    assert json.dumps(role.ceiling, separators=(",", ":")) in text
    assert role.ceiling_arn in words[1]
