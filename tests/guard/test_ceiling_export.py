from typing import Any

import pytest
import yaml

from cloudprobe.guard.boundary import boundaries
from cloudprobe.guard.ceiling import POLICY_LIMIT, entries
from cloudprobe.guard.ceiling_export import as_cloudformation, as_json

ACCOUNT = "123456789012"
INLINE_TEMPLATE = 51_200
"""Bytes CloudFormation takes without a bucket. Source: CloudFormation quotas."""


class Loader(yaml.SafeLoader):
    """Reads ``!Sub`` as CloudFormation would carry it out in our account."""


def _substituted(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    text = str(loader.construct_scalar(node))
    return text.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", ACCOUNT)


Loader.add_constructor("!Sub", _substituted)


def parsed(text: str) -> Any:
    return yaml.load(text, Loader)


@pytest.mark.parametrize("data_class", ["metadata", "logs", "data"])
def test_the_template_installs_exactly_the_boundaries(data_class: Any) -> None:
    text = as_cloudformation(data_class=data_class)
    assert len(text.encode()) <= INLINE_TEMPLATE
    policies = [resource["Properties"] for resource in parsed(text)["Resources"].values()]
    expected = list(boundaries(account_id=ACCOUNT, data_class=data_class))
    assert [one["ManagedPolicyName"] for one in policies] == [f"cloudprobe-ceiling-{b.name}" for b in expected]
    for policy, boundary in zip(policies, expected, strict=True):
        assert policy["Path"] == "/cloudprobe/"
        for ours, theirs in zip(policy["PolicyDocument"]["Statement"], boundary.document["Statement"], strict=True):
            assert {key: sorted(v) if isinstance(v, list) else v for key, v in ours.items()} == {
                key: sorted(v) if isinstance(v, list) else v for key, v in theirs.items()
            }


def test_the_template_says_why_beside_the_actions() -> None:
    text = as_cloudformation(data_class="logs")
    for entry in entries():
        if entry.tier in {"metadata", "logs"}:
            assert f"# {entry.reason}" in text
    assert "123456789012" not in text
    assert "000000000000" not in text


def test_the_document_carries_sizes_and_reasons() -> None:
    document = as_json(account_id=ACCOUNT, data_class="data")
    assert [one["name"] for one in document["boundaries"]][:2] == ["data", "more-1"]
    assert all(0 < one["characters"] <= POLICY_LIMIT for one in document["boundaries"])
    assert all(entry["reason"] for entry in document["catalogue"])
    assert document["exceptions"]["logs:StartQuery"]
