"""The policy derived from a library probe's text is enough for it, and nothing it may do goes unused."""

from collections.abc import Callable

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import restricted, run_probe
from tests.worlds.seeded import Seeded

HOME = {"regions": ["us-east-1", "eu-west-1"]}
# Needed for what this world has nothing of: websites, prefix lists, regions that are not named.
RARELY = {
    "s3:GetBucketWebsite",
    "s3control:GetPublicAccessBlock",
    "ec2:GetManagedPrefixListEntries",
    "ec2:DescribeRegions",
}


@pytest.mark.parametrize(
    ("template", "variables"),
    [("s3_public_buckets", {}), ("ec2_open_security_groups", HOME), ("iam_users_mfa_and_keys", {})],
)
def test_the_derived_policy_is_enough_and_no_more(
    seeded: Callable[[str, str], Seeded], template: str, variables: dict[str, object]
) -> None:
    access = seeded("faulty", "own").access
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(template).script))
    assert verdict.findings == ()
    reader = restricted(access, f"only-{template}", *verdict.policy["Statement"])
    confined = run_probe(template, reader, variables)
    try:
        free = run_probe(template, access, variables)
    finally:
        _remove(access, f"only-{template}")
    assert {f for f in confined.verdict if "only-" not in f[0]} == free.verdict
    assert not [s for s in confined.result.coverage.skipped if "AccessDenied" in s.why or "Unauthorized" in s.why]
    derived = {operation.name for operation in verdict.operations}
    assert set(confined.operations) <= derived
    assert derived - set(confined.operations) <= RARELY


def _remove(access: AccountAccess, user: str) -> None:
    """The world is shared: leave it as it was."""
    iam = access.client("iam")
    for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=user, PolicyName="only")
    iam.delete_user(UserName=user)
