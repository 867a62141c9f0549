"""Messages as AWS words them, each with what is known of the run beside it."""

import pytest

from cloudprobe.guard.ceiling import decide
from cloudprobe.guard.denials import MOST_RESOURCES, Cause, DeniedCall, Granted, explain, explain_all

ACCOUNT = "123456789012"
USER = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cloudprobe-20261124-000000-00000000-1-1-0/20261124"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/inspector"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetBucketPolicy", "ec2:DescribeVpcs", "kms:DescribeKey"], "Resource": "*"},
        {"Effect": "Allow", "Action": "sqs:GetQueueAttributes", "Resource": f"arn:aws:sqs:*:{ACCOUNT}:orders"},
    ],
}


def told(message, *, service="s3", operation="GetBucketPolicy", refused_by="account", parameters=None, **granted):
    call = DeniedCall(
        service=service, operation=operation, refused_by=refused_by, message=message, parameters=parameters or {}
    )
    access = {"policy": POLICY, "data_class": "metadata", "account": ACCOUNT, **granted}
    return explain(call, Granted(**access))


def said(action, resource="", reason=""):
    on = f" on resource: {resource}" if resource else ""
    return f"{USER} is not authorized to perform: {action}{on} {reason}"


BUCKET = "arn:aws:s3:::reports"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (said("s3:GetBucketPolicy", f'"{BUCKET}"', "because no permissions boundary allows the s3:GetBucketPolicy action"), Cause.CEILING),
        (said("s3:GetBucketPolicy", f'"{BUCKET}"', "with an explicit deny in a permissions boundary"), Cause.CEILING),
        (said("s3:GetBucketPolicy", f'"{BUCKET}"', "with an explicit deny in a permissions boundary: arn:aws:iam::1:policy/x"), Cause.CEILING),
        (said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in a service control policy"), Cause.ORGANISATION),
        (said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-a/service_control_policy/p-b"), Cause.ORGANISATION),
        (said("s3:GetBucketPolicy", BUCKET, "because no service control policy allows the s3:GetBucketPolicy action"), Cause.ORGANISATION),
        (said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in a resource control policy"), Cause.ORGANISATION),
        (said("s3:GetBucketPolicy", BUCKET, "because no resource control policy allows the s3:GetBucketPolicy action"), Cause.ORGANISATION),
        (said("s3:GetBucketPolicy", f'"{BUCKET}"', "with an explicit deny in a resource-based policy"), Cause.RESOURCE_POLICY),
        (said("s3:GetBucketPolicy", BUCKET, "because no resource-based policy allows the s3:GetBucketPolicy action"), Cause.RESOURCE_POLICY),
        (said("s3:GetBucketPolicy", BUCKET, "because no VPC endpoint policy allows the s3:GetBucketPolicy action"), Cause.ENDPOINT_POLICY),
        (said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in a VPC endpoint policy"), Cause.ENDPOINT_POLICY),
        (said("kms:DescribeKey", "arn:aws:kms:eu-west-1:123456789012:key/1", "because no resource-based policy allows the kms:DescribeKey action"), Cause.KEY_POLICY),
        (said("kms:Decrypt", "", "on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"), Cause.KEY_POLICY),
        ("The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.", Cause.KEY_POLICY),
        (said("s3:GetBucketAcl", f'"{BUCKET}"', "because no identity-based policy allows the s3:GetBucketAcl action"), Cause.PROBE_POLICY),
        (said("s3:GetBucketAcl", BUCKET, "because no session policy allows the s3:GetBucketAcl action"), Cause.PROBE_POLICY),
        (said("s3:PutBucketAcl", BUCKET, "because no identity-based policy allows the s3:PutBucketAcl action"), Cause.CEILING),
        (said("s3:GetBucketPolicy", BUCKET, "because no identity-based policy allows the s3:GetBucketPolicy action"), Cause.PROPAGATION),
        ("Access Denied", Cause.UNTOLD),
        ("", Cause.UNTOLD),
    ],
)  # fmt: skip
def test_the_cause_is_what_the_message_says_or_what_is_known(message, cause):
    assert told(message).cause is cause


def test_ec2_says_it_in_its_own_way():
    plain = f"You are not authorized to perform this operation. {said('ec2:DescribeSubnets', '', 'because no identity-based policy allows the ec2:DescribeSubnets action')}"
    assert told(plain, service="ec2", operation="DescribeSubnets").cause is Cause.PROBE_POLICY
    encoded = "You are not authorized to perform this operation. Encoded authorization failure message: AbCd-_123"
    assert told(encoded, service="ec2", operation="DescribeVpcs").cause is Cause.UNTOLD
    missing = told(encoded, service="ec2", operation="DescribeSubnets")
    assert (missing.cause, missing.action) == (Cause.PROBE_POLICY, "ec2:DescribeSubnets")
    both = said(
        "ec2:DescribeVpcs",
        "",
        "with an explicit deny in a service control policy. Encoded authorization failure message: AbCd-_123",
    )
    assert told(both, service="ec2", operation="DescribeVpcs").cause is Cause.ORGANISATION


def test_a_session_of_a_shared_role_lacks_what_the_role_lacks():
    message = said(
        "s3:GetBucketPolicy", BUCKET, "because no identity-based policy allows the s3:GetBucketPolicy action"
    )
    found = told(message, path="session", role_arn=ROLE)
    assert found.cause is Cause.INSPECTOR
    assert found.statement == {"Effect": "Allow", "Action": "s3:GetBucketPolicy", "Resource": BUCKET}
    assert "inspector role" in found.where


def test_what_denies_a_role_of_the_runs_own_is_its_boundary():
    found = told(said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in an identity-based policy"))
    assert (found.cause, found.statement) == (Cause.CEILING, None)
    shared = told(
        said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in an identity-based policy"),
        path="session",
        role_arn=ROLE,
    )
    assert shared.cause is Cause.INSPECTOR


def test_a_bare_denial_names_the_bucket_the_call_was_about():
    found = told("Access Denied", operation="GetBucketAcl", parameters={"Bucket": "reports"})
    assert (found.cause, found.action, found.resource) == (Cause.PROBE_POLICY, "s3:GetBucketAcl", BUCKET)
    assert found.statement == {"Effect": "Allow", "Action": "s3:GetBucketAcl", "Resource": BUCKET}


def test_a_policy_that_names_another_resource_does_not_cover():
    for name, cause in (("orders", Cause.PROPAGATION), ("returns", Cause.PROBE_POLICY)):
        message = said(
            "sqs:getqueueattributes",
            f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}",
            "because no identity-based policy allows the sqs:getqueueattributes action",
        )
        found = told(message, service="sqs", operation="GetQueueAttributes")
        assert (found.cause, found.action) == (cause, "sqs:GetQueueAttributes")


def test_what_a_wider_data_class_lets_through_is_said():
    assert decide("logs:FilterLogEvents", "metadata").tier == "logs"
    found = told("", service="logs", operation="FilterLogEvents")
    assert found.cause is Cause.CEILING
    assert "--data-class logs" in found.where
    assert found.statement["Action"] == "logs:FilterLogEvents"
    refused = told("", service="secretsmanager", operation="GetSecretValue")
    assert (refused.cause, refused.statement) == (Cause.CEILING, None)


def test_an_explicit_denial_is_lifted_by_an_exception_not_by_a_grant():
    found = told(said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in a service control policy"))
    (operator,) = found.statement["Condition"]
    assert operator == "ArnNotLike"
    assert found.statement["Condition"][operator]["aws:PrincipalArn"] == f"arn:aws:iam::{ACCOUNT}:role/cloudprobe/*"
    shared = told(
        said("s3:GetBucketPolicy", BUCKET, "with an explicit deny in a resource-based policy"),
        path="session",
        role_arn=ROLE,
    )
    assert shared.statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == ROLE


def test_the_name_of_a_resource_cannot_pass_for_the_reason():
    evil = f"{BUCKET}/because no session policy allows the s3:GetObject action"
    found = told(said("s3:GetBucketPolicy", f'"{evil}"', "with an explicit deny in a service control policy"))
    assert found.cause is Cause.ORGANISATION
    other = f"{BUCKET}/x is not authorized to perform: iam:CreateUser"
    assert (
        told(said("s3:GetBucketPolicy", other, "with an explicit deny in a service control policy")).action
        == "s3:GetBucketPolicy"
    )


@pytest.mark.parametrize("broker", ["permit", "region", "ownership", "budget"])
def test_what_the_broker_refused_was_never_sent(broker):
    found = told("cloudprobe: not in the permit", operation="GetBucketAcl", refused_by=broker)
    assert found.cause is (Cause.PROBE_POLICY if broker == "permit" else Cause(broker))
    assert found.action == "s3:GetBucketAcl"


def several(*calls):
    granted = Granted(policy=POLICY, data_class="metadata", account=ACCOUNT, path="session", role_arn=ROLE)
    return explain_all(
        [
            DeniedCall(
                service="s3",
                operation="GetBucketPolicy",
                refused_by="account",
                message=message,
                parameters={"Bucket": name},
            )
            for name, message in calls
        ],
        granted,
    )


def by_inspector(name):
    why = "because no identity-based policy allows the s3:GetBucketPolicy action"
    return name, said("s3:GetBucketPolicy", f'"arn:aws:s3:::{name}"', why)


def by_bucket(name, why="because no resource-based policy allows the s3:GetBucketPolicy action"):
    return name, said("s3:GetBucketPolicy", f'"arn:aws:s3:::{name}"', why)


def test_one_statement_covers_everything_one_policy_denied():
    names = [f"bucket-{number:02}" for number in range(12)]
    (told_once,) = several(*map(by_inspector, names))
    arns = [f"arn:aws:s3:::{name}" for name in names]
    assert (told_once.cause, told_once.count, list(told_once.resources)) == (Cause.INSPECTOR, 12, arns)
    assert told_once.statement["Resource"] == arns
    assert "bucket-00" in told_once.said
    assert "and 7 more" in told_once.said


def test_resources_beyond_what_can_be_told_are_counted():
    (told_once,) = several(*(by_inspector(f"bucket-{number:03}") for number in range(MOST_RESOURCES + 8)))
    assert (len(told_once.resources), told_once.further, told_once.count) == (MOST_RESOURCES, 8, MOST_RESOURCES + 8)
    assert len(told_once.statement["Resource"]) == MOST_RESOURCES


def test_each_decision_is_told_though_the_operation_is_one():
    found = several(*(by_inspector(f"bucket-{number:02}") for number in range(11)), by_bucket("closed"))
    assert {(one.cause, one.count, one.resource) for one in found} == {
        (Cause.INSPECTOR, 11, "arn:aws:s3:::bucket-00"),
        (Cause.RESOURCE_POLICY, 1, "arn:aws:s3:::closed"),
    }


def test_what_each_buckets_own_policy_lacks_is_told_bucket_by_bucket_and_one_exemption_for_all():
    lacking = several(by_bucket("one"), by_bucket("two"))
    assert [one.statement["Resource"] for one in lacking] == ["arn:aws:s3:::one", "arn:aws:s3:::two"]
    explicit = "with an explicit deny in a resource-based policy"
    (denying,) = several(by_bucket("one", explicit), by_bucket("two", explicit))
    assert denying.resources == ("arn:aws:s3:::one", "arn:aws:s3:::two")
    assert denying.where.endswith("(arn:aws:s3:::one, arn:aws:s3:::two)")


def test_every_region_the_broker_refused_is_told():
    calls = [
        DeniedCall(
            service="ec2", operation="DescribeVpcs", refused_by="region", message=f"The region r-{n} is not inspected."
        )
        for n in (1, 2, 2, 3, 4, 5)
    ]
    (told_once,) = explain_all(calls, Granted(policy=POLICY, data_class="metadata", account=ACCOUNT))
    assert (told_once.cause, told_once.count) == (Cause.REGION, 6)
    assert told_once.said.endswith("r-3 is not inspected. And 2 more such.")
