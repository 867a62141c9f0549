import json
from importlib import resources

import pytest

from cloudprobe.guard import actions
from cloudprobe.guard.boundary import boundaries, boundary_for, make_extensions, split_needed
from cloudprobe.guard.ceiling import POLICY_LIMIT, decide, policy_size
from cloudprobe.guard.policy import minimal_policy, needs
from cloudprobe.guard.signoff import covers
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.sandbox.permit import DataClass

CLASSES: tuple[DataClass, ...] = ("metadata", "logs", "data")
ACCOUNT = "123456789012"


@pytest.mark.parametrize("data_class", CLASSES)
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_boundary_fits_a_managed_policy(data_class: DataClass, partition: str) -> None:
    for boundary in boundaries(account_id=ACCOUNT, data_class=data_class, partition=partition):
        assert policy_size(boundary.document) <= POLICY_LIMIT, boundary.name


@pytest.mark.parametrize("data_class", CLASSES)
def test_boundaries_and_decisions_say_the_same_for_every_action(data_class: DataClass) -> None:
    """Whatever may be granted passes one of them; whatever may not is denied outright by each."""
    known = list(boundaries(account_id=ACCOUNT, data_class=data_class))
    for prefix in actions.prefixes():
        for action in actions.actions_of(prefix).values():
            allowed = decide(action.name, data_class).allowed
            policy = minimal_policy(needs({action.name: ()}))
            assert any(covers(one.document, policy) for one in known) == allowed, action.name


def test_the_extensions_are_those_of_the_installed_list_of_actions() -> None:
    stored = json.loads(resources.files("cloudprobe.guard.data").joinpath("extensions.json").read_text())
    assert stored == make_extensions()


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (["s3:ListAllMyBuckets", "ec2:DescribeRegions"], "metadata"),
        (["iot:ListThings", "ec2:DescribeRegions", "cloudwatch:GetMetricData"], "more-"),
        (["quicksight:ListDashboards"], "more-"),
        (["kms:Decrypt"], "metadata"),  # none covers it; the own one says so
    ],
)
def test_a_policy_finds_the_boundary_that_covers_it(wanted: list[str], name: str) -> None:
    policy = minimal_policy(needs(dict.fromkeys(wanted, ())))
    found = boundary_for(policy, account_id=ACCOUNT, data_class="metadata")
    assert found.name.startswith(name)
    assert covers(found.document, policy) == (wanted != ["kms:Decrypt"])


def test_services_of_two_boundaries_do_not_go_into_one_probe() -> None:
    assert split_needed(["iot:ListThings", "lambda:GetPolicy"], "metadata") == ("iot:ListThings",)
    assert split_needed(["iot:ListThings"], "metadata") == ()
    assert split_needed([], "metadata") == ()
    script = """
import boto3
print(boto3.client("lambda").get_policy(FunctionName="a"))
for thing in boto3.client("iot").list_things()["things"]:
    print(thing)
"""
    verdict = validate(ProbeDraft(script=script), enforce_contract=False)
    assert not verdict.accepted
    (finding,) = [one for one in verdict.findings if one.severity == "error"]
    assert (finding.code, finding.line) == ("boundary", 4)
    assert "probe of its own" in finding.hint
