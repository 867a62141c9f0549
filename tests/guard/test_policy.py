import json

import pytest

from cloudprobe.guard.derivation import derive
from cloudprobe.guard.policy import (
    canonical,
    compare,
    digest,
    minimal_policy,
    needs,
    policy_of,
    script_digest,
)

HEAD = "import boto3\ns3 = boto3.client('s3')\n"


def test_a_policy_lists_its_actions_once_and_in_order() -> None:
    policy = policy_of(
        HEAD + "for b in s3.list_buckets()['Buckets']:\n    s3.get_bucket_acl(Bucket=b['Name'])\ns3.list_buckets()"
    )
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:ListAllMyBuckets"], "Resource": "*"}],
    }


def test_a_script_that_calls_nothing_gets_nothing() -> None:
    assert policy_of("print(1)") == {"Version": "2012-10-17", "Statement": []}
    assert policy_of("import boto3\nboto3.client('sts').get_caller_identity()")["Statement"] == []


def test_resources_are_named_only_where_every_call_is_certain() -> None:
    certain = policy_of(HEAD + "s3.get_bucket_policy(Bucket='logs')\ns3.get_bucket_policy(Bucket='data')")
    assert certain["Statement"] == [
        {"Effect": "Allow", "Action": ["s3:GetBucketPolicy"], "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::logs"]}
    ]
    for doubtful in (
        "s3.get_bucket_policy(Bucket='logs')\ns3.get_bucket_policy(Bucket=input())",
        "s3.get_bucket_policy(**{'Bucket': input()})",
        "s3.get_bucket_policy(Bucket='*')",
        "call = s3.get_bucket_policy\ncall(Bucket='logs')",
    ):
        assert policy_of(HEAD + doubtful)["Statement"][0]["Resource"] == "*", doubtful


def test_objects_topics_and_tables_are_narrowed() -> None:
    policy = policy_of(
        HEAD
        + "s3.get_object(Bucket='logs', Key='a')\n"
        + "boto3.client('sns').get_topic_attributes(TopicArn='arn:aws:sns:eu-west-1:123456789012:t')\n"
        + "boto3.client('dynamodb').describe_table(TableName='orders')\n"
    )
    resources = {s["Action"][0]: s["Resource"] for s in policy["Statement"]}
    assert resources["s3:GetObject"] == "arn:aws:s3:::logs/*"
    assert resources["sns:GetTopicAttributes"] == "arn:aws:sns:eu-west-1:123456789012:t"
    assert resources["dynamodb:DescribeTable"] == "arn:aws:dynamodb:*:*:table/orders"


def test_a_paginator_is_narrowed_by_what_paginate_is_given() -> None:
    policy = policy_of(HEAD + "for p in s3.get_paginator('list_objects_v2').paginate(Bucket='logs', Prefix='a'): pass")
    assert policy["Statement"][0]["Resource"] == "arn:aws:s3:::logs"


def test_the_digest_is_of_the_meaning_not_of_the_spelling() -> None:
    one = {"Version": "2012-10-17", "Statement": []}
    other = json.loads('{"Statement": [],   "Version": "2012-10-17"}')
    assert canonical(one) == '{"Statement":[],"Version":"2012-10-17"}'
    assert digest(one) == digest(other)
    assert digest(one) != digest({**one, "Id": "x"})
    assert script_digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


@pytest.mark.parametrize(
    ("action", "missing", "excess"),
    [
        (["s3:ListAllMyBuckets", "s3:GetBucketAcl"], (), ()),
        (["s3:ListAllMyBuckets"], ("s3:GetBucketAcl",), ()),
        (["s3:*"], (), ("s3:*",)),
        (["s3:ListAllMyBuckets", "s3:getbucketacl", "s3:PutObject"], (), ("s3:PutObject",)),
        ("s3:ListAllMyBuckets", ("s3:GetBucketAcl",), ()),
    ],
)
def test_a_proposed_policy_is_compared(action: object, missing: tuple[str, ...], excess: tuple[str, ...]) -> None:
    proposed = {"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
    difference = compare(proposed, ["s3:ListAllMyBuckets", "s3:GetBucketAcl"])
    assert (difference.missing, difference.excess) == (missing, excess)
    assert difference.same == (not missing and not excess)


def test_an_odd_proposal_allows_nothing() -> None:
    assert compare({}, ["s3:GetBucketAcl"]).missing == ("s3:GetBucketAcl",)
    assert compare({"Statement": [{"Effect": "Deny", "Action": "*"}, "x"]}, []).same
    assert compare({"Statement": [{"Effect": "Allow", "Action": 5}]}, []).same


def test_needs_remember_the_operations_behind_them() -> None:
    used = derive(HEAD + "s3.head_bucket(Bucket='logs')\ns3.list_objects_v2(Bucket='data')").operations
    (need,) = needs({"s3:ListBucket": used})
    assert [operation.name for operation in need.operations] == ["s3:HeadBucket", "s3:ListObjectsV2"]
    assert need.resources == ("arn:aws:s3:::data", "arn:aws:s3:::logs")
    assert minimal_policy([need])["Statement"][0]["Action"] == ["s3:ListBucket"]
