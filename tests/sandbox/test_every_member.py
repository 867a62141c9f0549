"""Every member of every read that botocore models, and could name somebody else's thing: judged, or reviewed here."""

import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from cloudprobe.guard.actions import action_for
from cloudprobe.guard.ceiling import decide_operation
from cloudprobe.sandbox.ownership import Judge
from cloudprobe.sandbox.partitions import partition_of

ACCOUNT, FOREIGN = "123456789012", "999999999999"
MODELS = botocore.session.Session()

# An account id picks a member of our own organisation, or of what it administers; the question goes to AWS alone.
ORGANISATION = {
    *("accessanalyzer", "account", "budgets", "ce", "cloudtrail", "compute-optimizer", "config", "detective"),
    *("guardduty", "health", "identitystore", "inspector2", "logs", "macie2", "organizations", "pricing"),
    *("securityhub", "sso-admin", "support", "trustedadvisor"),
}
REVIEWED = {
    ("ec2", "DescribeImages", "Owners"): "who publishes an image is public, and asking goes to AWS alone",
    ("ec2", "DescribeFpgaImages", "Owners"): "as of machine images",
    ("iam", "SimulateCustomPolicy", "ResourceOwner"): "part of a text that is evaluated",
    ("iam", "SimulatePrincipalPolicy", "ResourceOwner"): "part of a text that is evaluated",
    ("s3outposts", "ListSharedEndpoints", "OutpostId"): "an Outpost's id; an account's id names none",
    ("lightsail", "GetBuckets", "bucketName"): "no bucket of S3: a name within the account",
    ("s3", "ListBuckets", "BucketRegion"): "a region",
}
TEXT = {
    ("accessanalyzer", "CheckAccessNotGranted"): {"policyDocument", "access"},
    ("accessanalyzer", "CheckNoNewAccess"): {"newPolicyDocument", "existingPolicyDocument"},
    ("accessanalyzer", "CheckNoPublicAccess"): {"policyDocument"},
    ("accessanalyzer", "ListFindings"): {"filter"},
    ("accessanalyzer", "ListFindingsV2"): {"filter"},
    ("accessanalyzer", "ValidatePolicy"): {"policyDocument"},
    ("cloudtrail", "LookupEvents"): {"LookupAttributes"},
    ("config", "SelectAggregateResourceConfig"): {"Expression"},
    ("config", "SelectResourceConfig"): {"Expression"},
    ("guardduty", "ListFindings"): {"FindingCriteria"},
    ("inspector2", "ListFindings"): {"filterCriteria"},
    ("logs", "FilterLogEvents"): {"filterPattern"},
    ("logs", "StartQuery"): {"queryString"},
    ("macie2", "ListFindings"): {"findingCriteria"},
    ("resource-explorer-2", "Search"): {"QueryString"},
    ("securityhub", "GetFindings"): {"Filters"},
    **{
        ("iam", operation): {
            *("PolicyInputList", "PermissionsBoundaryPolicyInputList", "ResourceArns", "ResourcePolicy"),
            *("ResourceOwner", "CallerArn", "ContextEntries"),
        }
        for operation in ("SimulateCustomPolicy", "SimulatePrincipalPolicy")
    },
}
"""Searched for or evaluated; nothing is asked of what it names."""


class Nobody:
    def accounts(self) -> frozenset[str]:
        return frozenset({ACCOUNT})

    def owns_bucket(self, name: str) -> bool:
        return False


JUDGE = Judge(ownership=Nobody(), accounts=frozenset({ACCOUNT}), partition=partition_of("us-east-1"))


def leaves(shape: Shape, path: tuple[str, ...] = (), seen: frozenset[str] = frozenset()) -> Iterator[Any]:
    """Every string below a shape, with the members that lead to it."""
    if shape.name in seen:
        return
    seen = seen | {shape.name}
    if isinstance(shape, StructureShape):
        for name, inner in shape.members.items():
            yield from leaves(inner, (*path, name), seen)
    elif isinstance(shape, ListShape):
        yield from leaves(shape.member, path, seen)
    elif isinstance(shape, MapShape):
        yield from leaves(shape.value, path, seen)
    elif shape.type_name == "string" and not getattr(shape, "enum", None):
        yield path, shape.metadata.get("pattern", "")


@pytest.fixture(scope="module")
def members() -> list[tuple[str, str, tuple[str, ...], str]]:
    found = []
    for service in MODELS.get_available_services():
        model = MODELS.get_service_model(service)
        for operation in model.operation_names:
            action = action_for(service, operation)
            if action is None or not decide_operation(service, operation, action, "data").allowed:
                continue
            shape = model.operation_model(operation).input_shape
            if shape is not None:
                found += [(service, operation, path, pattern) for path, pattern in leaves(shape)]
    assert len(found) > 8000
    return found


def admits(pattern: str, text: str) -> bool:
    try:
        return not pattern or re.fullmatch(pattern.replace(r"\p{XDigit}", "[0-9a-fA-F]"), text) is not None
    except re.error:
        return True


def passes(service: str, operation: str, path: tuple[str, ...], value: str) -> bool:
    document: Any = value
    for step in reversed(path):
        document = {step: document}
    return JUDGE.foreign(document, service=service, operation=operation) is None


def only_accounts(pattern: str) -> bool:
    """A pattern that takes twelve digits, and neither more nor fewer, nor a word of twelve letters."""
    others = ("9" * 11, "9" * 13, "abcdefabcdef")
    return bool(pattern) and admits(pattern, FOREIGN) and not any(admits(pattern, other) for other in others)


def test_every_member_that_could_name_an_account(members) -> None:
    named = re.compile(
        r"account(?!.*(?:arn|name|url|status|filter|option|scope|requestid)$)|owner|registryid|catalogid"
    )
    left = [
        (service, operation, path)
        for service, operation, path, pattern in members
        if (named.search(path[-1].lower()) or only_accounts(pattern))
        and service not in ORGANISATION
        and admits(pattern, FOREIGN)
        and (service, operation, path[-1]) not in REVIEWED
        and passes(service, operation, path, FOREIGN)
    ]
    assert left == []


def test_every_member_that_could_name_a_bucket(members) -> None:
    left = [
        (service, operation, path)
        for service, operation, path, pattern in members
        if "bucket" in path[-1].lower()
        and not path[-1].lower().endswith(("arn", "owner"))
        and admits(pattern, "theirs")
        and (service, operation, path[-1]) not in REVIEWED
        and passes(service, operation, path, "theirs")
    ]
    assert left == []


def test_every_member_that_could_name_an_address(members) -> None:
    address = "https://evil.example.com/x"
    named = re.compile(r"(?<!so)(?<!sec)ur[li](?!ty)|endpoint|webhook|callback|location$|source$")
    of_something_else = ("arn", "id", "ids", "name", "names", "nameequals", "identifier", "prefix", "type")
    left = [
        (service, operation, path)
        for service, operation, path, pattern in members
        if named.search(path[-1].lower())
        and not path[-1].lower().endswith(of_something_else)
        and admits(pattern, address)
        and (service, operation, path[-1]) not in REVIEWED
        and passes(service, operation, path, address)
    ]
    assert left == []


@pytest.mark.parametrize(
    "value",
    [
        f"arn:aws:kms:us-east-1:{FOREIGN}:key/k",
        f"arn:AWS:iam::{FOREIGN}:role/r",
        f"ARN:aws:sqs:eu-west-1:{FOREIGN}:q",
        f"us-east-1:{FOREIGN}:function:f",
        f"{FOREIGN}:function:f",
        "s3://theirs/x",
    ],
)
def test_whatever_member_a_foreign_thing_stands_in(value, members) -> None:
    left = [
        (service, operation, path)
        for service, operation, path, _ in members
        if path[0] not in TEXT.get((service, operation), ()) and passes(service, operation, path, value)
    ]
    assert left == []


def test_what_is_reviewed_is_there(members) -> None:
    assert set(REVIEWED) <= {(service, operation, path[-1]) for service, operation, path, _ in members}
    for (service, operation), named in TEXT.items():
        model = MODELS.get_service_model(service).operation_model(operation)
        assert named <= set(model.input_shape.members), (service, operation)
