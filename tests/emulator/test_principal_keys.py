"""aws:PrincipalArn is the role behind a session, with its path, whatever policy asks for it."""

import itertools
import json

import pytest

from cloudprobe.guard.denials import Cause, DeniedCall, Granted, explain
from tests.emulator.test_iam_fidelity import Laboratory, allow, deny, document, passes, when

KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn"
ROLE = "arn:aws:iam::${account}:role/"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def laboratory(embedded_account):
    return Laboratory(embedded_account.second_account(), embedded_account.second_account())


@pytest.fixture
def role(laboratory):
    """Makes a role, with a path where one is given, and gives its name, ARN and a maker of clients of a session."""

    def make(policy, *, path="/", boundary=None):
        name = f"who-{next(_numbers)}"
        options = {}
        if boundary is not None:
            made = laboratory.iam.create_policy(
                PolicyName=f"{name}-b", PolicyDocument=document(laboratory.filled(boundary))
            )
            options["PermissionsBoundary"] = made["Policy"]["Arn"]
        trust = laboratory.trust()
        arn = laboratory.iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust, **options)["Role"][
            "Arn"
        ]
        own = laboratory.filled(json.loads(json.dumps(policy).replace("${self}", name)))
        laboratory.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(own))
        return arn, lambda service: laboratory.client(service, laboratory.session(arn))

    return make


@pytest.mark.parametrize(
    ("operator", "value", "path", "allowed"),
    [
        ("ArnEquals", ROLE + "${self}", "/", True),
        ("ArnLike", ROLE + "who-*", "/", True),
        ("StringEquals", ROLE + "${self}", "/", True),
        ("StringLike", ROLE + "*", "/", True),
        ("StringEquals", ROLE + "teams/red/${self}", "/teams/red/", True),
        ("ArnLike", ROLE + "teams/*", "/teams/red/", True),
        ("StringEquals", ROLE + "${self}", "/teams/red/", False),
        ("ArnLike", "arn:aws:sts::${account}:assumed-role/*", "/", False),
        ("StringLike", "arn:aws:sts::*:assumed-role/${self}/*", "/teams/", False),
        ("ArnNotLike", "arn:aws:sts::${account}:assumed-role/*", "/", True),
        ("ArnNotEquals", ROLE + "${self}", "/", False),
        ("ArnLike", "arn:aws:iam::${account}:user/*", "/", False),
    ],
)
def test_an_identity_policy_sees_the_role(role, operator, value, path, allowed):
    """AWS's answer: KEYS."""
    _, client = role([allow("ec2:*", **when(operator, "aws:PrincipalArn", value))], path=path)
    assert passes(client("ec2").describe_vpcs) is allowed


def test_an_identity_policy_denies_by_the_role(role):
    _, denied = role([allow("*"), deny("ec2:*", **when("ArnLike", "aws:PrincipalArn", ROLE + "who-*"))])
    _, spared = role([allow("*"), deny("ec2:*", **when("ArnLike", "aws:PrincipalArn", ROLE + "them-*"))])
    assert not passes(denied("ec2").describe_vpcs)
    assert passes(spared("ec2").describe_vpcs)


def test_a_boundary_sees_the_role(role):
    for value, path, allowed in ((ROLE + "runs/*", "/runs/", True), (ROLE + "runs/*", "/", False)):
        boundary = [allow("*", **when("ArnLike", "aws:PrincipalArn", value))]
        _, client = role([allow("ec2:*")], path=path, boundary=boundary)
        assert passes(client("ec2").describe_vpcs) is allowed


def test_a_variable_stands_for_the_role(role):
    statement = allow("ec2:*", **when("StringEquals", "aws:PrincipalArn", "$${aws:PrincipalArn}"))
    both = [statement, deny("*", **when("StringNotLike", "aws:PrincipalArn", ROLE + "teams/*"))]
    _, client = role(both, path="/teams/")
    assert passes(client("ec2").describe_vpcs)


@pytest.mark.parametrize("path", ["/", "/cloudprobe/"])
@pytest.mark.parametrize("operator", ["StringNotEquals", "ArnNotEquals", "ArnNotLike", "StringNotLike"])
def test_a_locked_bucket_opens_to_its_role_alone(laboratory, role, operator, path):
    """https://repost.aws/knowledge-center/s3-bucket-access-default-role, the lock by aws:PrincipalArn."""
    keeper, ours = role([allow("s3:*")], path=path)
    _, theirs = role([allow("s3:*")], path=path)
    s3, bucket = laboratory.account.client("s3"), f"lock-{next(_numbers)}-{laboratory.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    lock = deny("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal="*", **when(operator, "aws:PrincipalArn", keeper))
    s3.put_bucket_policy(Bucket=bucket, Policy=document([lock]))
    assert passes(lambda: ours("s3").list_objects_v2(Bucket=bucket))
    assert not passes(lambda: theirs("s3").list_objects_v2(Bucket=bucket))
    assert not passes(lambda: s3.list_objects_v2(Bucket=bucket)), "the administrator is a user, not the role"


def key_with(laboratory, statement):
    leave_it_to_iam = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{laboratory.account.account_id}:root"})
    key = laboratory.account.client("kms").create_key(Policy=document([leave_it_to_iam, statement]))
    return lambda client: client("kms").describe_key(KeyId=key["KeyMetadata"]["Arn"])


def secret_with(laboratory, statement):
    secrets, name = laboratory.account.client("secretsmanager"), f"secret-{next(_numbers)}"
    secrets.create_secret(Name=name, SecretString="x")
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=document([statement]))
    return lambda client: client("secretsmanager").describe_secret(SecretId=name)


def queue_with(laboratory, statement):
    policy = {"Policy": document([statement])}
    url = laboratory.account.client("sqs").create_queue(QueueName=f"q-{next(_numbers)}", Attributes=policy)["QueueUrl"]
    return lambda client: client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


@pytest.mark.parametrize(
    ("resource_with", "action"),
    [
        (key_with, "kms:DescribeKey"),
        (secret_with, "secretsmanager:DescribeSecret"),
        (queue_with, "sqs:GetQueueAttributes"),
    ],
)
def test_a_resources_own_policy_denies_by_the_role(laboratory, role, resource_with, action):
    service = action.partition(":")[0]
    arn, denied = role([allow(f"{service}:*")], path="/teams/")
    _, spared = role([allow(f"{service}:*")], path="/teams/")
    read = resource_with(laboratory, deny(action, Principal="*", **when("ArnLike", "aws:PrincipalArn", arn)))
    assert not passes(lambda: read(denied))
    assert passes(lambda: read(spared))


def test_a_trust_policy_sees_the_role(laboratory, role):
    arn, client = role([allow("sts:AssumeRole")], path="/teams/")
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    for value, allowed in ((arn, True), (arn.replace("/teams/", "/"), False)):
        trust = document([{**everybody, **when("StringEquals", "aws:PrincipalArn", value)}])
        target = laboratory.role([allow("ec2:*")], trust=trust)
        assert passes(lambda t=target: client("sts").assume_role(RoleArn=t, RoleSessionName="next")) is allowed


def test_users_are_themselves_and_root_stands_for_the_account(laboratory):
    iam, name = laboratory.iam, f"user-{next(_numbers)}"
    arn = iam.create_user(UserName=name, Path="/staff/")["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = allow("ec2:*", **when("StringEquals", "aws:PrincipalArn", arn))
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document([own]))
    assert passes(laboratory.client("ec2", key).describe_vpcs)
    root = allow(
        "ec2:*", **when("StringEquals", "aws:PrincipalArn", f"arn:aws:iam::{laboratory.account.account_id}:root")
    )
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document([root]))
    assert not passes(laboratory.client("ec2", key).describe_vpcs)


def test_a_session_outlives_its_role_under_the_same_name(laboratory, role):
    arn, client = role([allow("*")])
    s3, bucket = laboratory.account.client("s3"), f"left-{next(_numbers)}-{laboratory.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    granted = allow(
        "s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal="*", **when("ArnEquals", "aws:PrincipalArn", arn)
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document([granted]))
    left = client("s3")
    laboratory.iam.delete_role_policy(RoleName=arn.rpartition("/")[2], PolicyName="p")
    assert passes(lambda: left.list_objects_v2(Bucket=bucket)), "the bucket's policy allows the role by itself"


@pytest.mark.parametrize("key", ["aws:ViaAWSService", "aws:PrincipalIsAWSService"])
def test_a_call_of_a_person_says_that_it_is_no_services(role, key):
    """Both are always in the request context, by KEYS."""
    for operator, value, allowed in (("Bool", "false", True), ("Bool", "true", False), ("Null", "true", False)):
        _, client = role([allow("ec2:*", **when(operator, key, value))])
        assert passes(client("ec2").describe_vpcs) is allowed


@pytest.mark.parametrize(
    ("resource_with", "action"),
    [(key_with, "kms:DescribeKey"), (secret_with, "secretsmanager:DescribeSecret")],
)
def test_the_exemption_that_a_denial_suggests_lets_the_run_in(laboratory, role, resource_with, action):
    """The suggested condition is added to the statement that denies, and nothing else is changed."""
    service = action.partition(":")[0]
    policy = [allow(action)]
    _, run = role(policy, path="/cloudprobe/")
    _, other = role(policy)
    denying = deny(action, Principal="*", **when("StringNotEquals", "aws:PrincipalOrgID", "o-elsewhere"))
    closed = resource_with(laboratory, denying)
    with pytest.raises(Exception, match="explicit deny") as refused:
        closed(run)
    call = DeniedCall(
        service=service,
        operation=action.partition(":")[2],
        refused_by="account",
        message=refused.value.response["Error"]["Message"],
    )
    granted = Granted(policy={"Statement": policy}, data_class="metadata", account=laboratory.account.account_id)
    explained = explain(call, granted)
    assert explained.cause in {Cause.RESOURCE_POLICY, Cause.KEY_POLICY}
    exempt = {**denying, "Condition": {**denying["Condition"], **explained.statement["Condition"]}}
    opened = resource_with(laboratory, exempt)
    assert passes(lambda: opened(run))
    assert not passes(lambda: opened(other))
