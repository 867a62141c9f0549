import json

import pytest

from cloudprobe.adapters.aws.session_policy import LIMIT, packed, session_parts
from cloudprobe.errors import RefusedError
from cloudprobe.guard.actions import action_for, actions_of

RUN = "20261124-034200-9f86d081/1/1/0"


def policy(*statements):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": f"s{number}", "Effect": "Allow", "Action": list(actions), "Resource": resource}
            for number, (actions, resource) in enumerate(statements)
        ],
    }


def allowed(text):
    """Every action and resource a packed policy allows, patterns spelt out from AWS's own list."""
    found = set()
    for statement in json.loads(text)["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        resources = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        for action in actions:
            service, _, name = action.partition(":")
            stem = name.removesuffix("*").lower()
            matching = (
                [known.name for short, known in actions_of(service).items() if short.startswith(stem)]
                if name.endswith("*")
                else [action]
            )
            found |= {(match, resource) for match in matching for resource in resources}
    return found


def wanted(document):
    return {
        (action, resource)
        for statement in document["Statement"]
        for action in statement["Action"]
        for resource in ([statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"])
    }


def all_of(service, *prefixes):
    return sorted(a.name for a in actions_of(service).values() if a.name.split(":")[1].startswith(prefixes))


def operations_of(service, client_service, count):
    import botocore.session

    names = botocore.session.Session().get_service_model(client_service).operation_names
    mapped = [(f"{client_service}:{name}", action_for(client_service, name)) for name in names]
    return [(operation, action) for operation, action in mapped if action and action.startswith(f"{service}:")][:count]


def test_what_fits_keeps_each_action_by_name():
    document = policy((["ec2:DescribeVpcs", "ec2:DescribeSubnets"], "*"), (["s3:GetBucketPolicy"], "arn:aws:s3:::one"))
    text = packed(document)
    assert allowed(text) == wanted(document)
    assert "DescribeVpcs" in text
    assert "Desc*" not in text
    assert "Sid" not in text
    assert " " not in text


def test_statements_about_the_same_are_one():
    document = policy(
        (["s3:GetBucketPolicy"], "arn:aws:s3:::one"),
        (["s3:GetBucketPolicy"], "arn:aws:s3:::two"),
        (["s3:GetBucketAcl"], "*"),
        (["s3:ListAllMyBuckets"], "*"),
    )
    assert allowed(packed(document)) == wanted(document)
    assert len(json.loads(packed(document))["Statement"]) == 2


def test_no_statement_is_a_policy_that_allows_nothing():
    assert json.loads(packed({}))["Statement"] == [{"Effect": "Deny", "Action": "*", "Resource": "*"}]


def test_whole_families_become_patterns_where_nothing_else_is_let_through():
    document = policy((all_of("ec2", "Describe"), "*"))
    text = packed(document)
    assert len(text) <= LIMIT
    assert allowed(text) == wanted(document)


@pytest.mark.parametrize("service", ["ec2", "iam", "s3", "rds", "ssm", "cloudfront", "glue"])
@pytest.mark.parametrize("left_out", [0, 1, 7])
def test_a_family_that_lacks_one_is_never_widened(service, left_out):
    every = all_of(service, "Describe", "List", "Get")
    kept = [name for number, name in enumerate(every) if left_out == 0 or number % left_out]
    document = policy((kept, "*"))
    assert allowed(packed(document)) == wanted(document)


def test_what_does_not_fit_is_split_by_service():
    taken = {
        "ec2": operations_of("ec2", "ec2", 50)[::2],
        "iam": operations_of("iam", "iam", 70)[::2],
        "rds": operations_of("rds", "rds", 60)[::2],
    }
    operations = [operation for pairs in taken.values() for operation, _ in pairs]
    document = policy((sorted({action for pairs in taken.values() for _, action in pairs}), "*"))
    parts = session_parts(document, operations, run_id=RUN)
    assert len(parts) > 1
    assert all(len(part.policy) <= LIMIT for part in parts)
    assert sorted(service for part in parts for service in part.services) == ["ec2", "iam", "rds"]
    assert set().union(*(allowed(part.policy) for part in parts)) == wanted(document)
    for part in parts:
        mine = {action for service in part.services for _, action in taken[service]}
        assert {action for action, _ in allowed(part.policy)} == mine


def test_too_much_of_one_service_is_refused_with_the_number_of_characters():
    arns = [f"arn:aws:s3:::a-rather-long-name-of-a-bucket-{number:03}" for number in range(60)]
    document = policy((["s3:GetBucketPolicy"], arns))
    with pytest.raises(RefusedError, match=r"s3 takes [\d,]+ characters, [\d,]+ more than the 2,048") as caught:
        session_parts(document, ["s3:GetBucketPolicy"], run_id=RUN)
    over = len(packed(document)) - LIMIT
    assert f"{over:,} more" in caught.value.message
    assert "--access role" in caught.value.hint
    assert caught.value.exit_code == 3


def test_what_belongs_to_no_call_is_never_split():
    arns = [f"arn:aws:s3:::a-rather-long-name-of-a-bucket-{number:03}" for number in range(60)]
    document = policy((["s3:GetBucketPolicy"], arns), (["ec2:DescribeVpcs"], "*"))
    with pytest.raises(RefusedError, match="the policy as a whole"):
        session_parts(document, ["s3:GetBucketPolicy"], run_id=RUN)
