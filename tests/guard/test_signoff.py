import pytest

from cloudprobe.errors import RefusedError
from cloudprobe.guard.ceiling import ceiling_policy
from cloudprobe.guard.signoff import check_policy, check_script, covers, not_covered, sign_off
from cloudprobe.guard.validation import ProbeDraft, Verdict, validate

SCRIPT = """
import json, sys, boto3
variables = json.load(sys.stdin)
buckets = [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]]
json.dump({"facts": {"buckets": buckets}}, sys.stdout)
"""
CEILING = ceiling_policy(account_id="123456789012", data_class="metadata")


@pytest.fixture
def verdict() -> Verdict:
    found = validate(ProbeDraft(script=SCRIPT), accounts=("123456789012",))
    assert found.permit is not None
    return found


def test_what_was_validated_passes_every_step(verdict: Verdict) -> None:
    assert verdict.permit is not None
    sign_off(verdict.permit, script=verdict.script, policy=verdict.policy, ceiling=CEILING)


def test_a_swapped_script_is_refused(verdict: Verdict) -> None:
    assert verdict.permit is not None
    with pytest.raises(RefusedError, match="not the one that was validated"):
        check_script(verdict.permit, verdict.script + "\n")
    with pytest.raises(RefusedError):
        sign_off(verdict.permit, script="print(1)", policy=verdict.policy, ceiling=CEILING)


def test_a_swapped_policy_is_refused(verdict: Verdict) -> None:
    assert verdict.permit is not None
    wider = {**verdict.policy, "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    with pytest.raises(RefusedError, match="not the one that was derived"):
        check_policy(verdict.permit, wider)
    with pytest.raises(RefusedError):
        sign_off(verdict.permit, script=verdict.script, policy=wider, ceiling=CEILING)


def test_a_ceiling_that_does_not_cover_is_refused(verdict: Verdict) -> None:
    assert verdict.permit is not None
    narrow = {"Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}
    with pytest.raises(RefusedError, match="s3:ListAllMyBuckets"):
        sign_off(verdict.permit, script=verdict.script, policy=verdict.policy, ceiling=narrow)


def allow(*actions: str, **more: object) -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]}


@pytest.mark.parametrize(
    ("policy", "failing"),
    [
        (allow("s3:GetBucketPolicy", "ec2:DescribeInstances"), ()),
        (allow("s3:GetObject"), ("s3:GetObject",)),
        (allow("s3:Get*"), ("s3:Get*",)),
        (allow("*"), ("*",)),
        ({"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}, ("NotAction",)),
        ({"Statement": [{"Effect": "Allow", "Resource": "*"}]}, ("a statement without actions",)),
        ({"Statement": []}, ()),
        ({"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}, ()),
    ],
)
def test_a_policy_is_covered_when_all_it_allows_passes(policy: dict[str, object], failing: tuple[str, ...]) -> None:
    found = not_covered(CEILING, policy)
    assert set(failing) <= set(found)
    assert covers(CEILING, policy) == (not failing)


def test_denials_of_single_resources_take_no_action_away() -> None:
    ceiling = {
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::ours"},
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Null": {"aws:x": "false"}}},
            {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
        ]
    }
    assert covers(ceiling, allow("s3:ListAllMyBuckets"))
    assert not covers(ceiling, allow("iam:ListUsers"))
