from cloudprobe.guard.policy import allowed_actions
from cloudprobe.guard.validation import ProbeDraft, validate

SCRIPT = """
import json
import boto3

print(json.dumps({"facts": {"n": len(boto3.client("sns").list_subscriptions_by_topic(TopicArn="arn:aws:sns:eu-west-1:123456789012:a"))}}))
"""


def judged(*supplement, data_class="metadata"):
    return validate(
        ProbeDraft(script=SCRIPT),
        accounts=("123456789012",),
        data_class=data_class,
        enforce_contract=False,
        supplement=supplement,
    )


def test_an_action_that_was_narrowed_and_denied_is_widened():
    (before,) = judged().policy["Statement"]
    (after,) = judged(("sns:ListSubscriptionsByTopic", "sns:ListSubscriptionsByTopic")).policy["Statement"]
    assert before["Action"] == after["Action"]
    assert before["Resource"] != "*"
    assert after["Resource"] == "*"


def test_an_operation_comes_with_its_action_into_policy_and_permit():
    verdict = judged(("sns:GetTopicAttributes", "sns:GetTopicAttributes"))
    assert "sns:GetTopicAttributes" in allowed_actions(verdict.policy)
    assert verdict.excess == ()
    assert verdict.permit.allows("sns", "GetTopicAttributes")


def test_nothing_beyond_the_ceiling_comes_in():
    asked = [("sns:Publish", "sns:Publish"), ("secretsmanager:GetSecretValue", "secretsmanager:GetSecretValue")]
    asked += [
        ("logs:FilterLogEvents", "logs:FilterLogEvents"),
        ("iam:PassRole", "iam:PassRole"),
        ("x:Y", "*"),
        ("", ""),
    ]
    assert judged(*asked).policy == judged().policy
    assert "logs:FilterLogEvents" in allowed_actions(judged(asked[2], data_class="logs").policy)


def test_what_needs_another_boundary_is_left_out_and_the_rest_comes_in():
    """A role has one boundary: with both, the grant would be refused, and what was seen so far lost."""
    rare, other = ("iot:ListThings", "iot:ListThings"), ("sns:GetTopicAttributes", "sns:GetTopicAttributes")
    verdict = judged(rare, other)
    assert verdict.accepted
    assert "iot:ListThings" not in allowed_actions(verdict.policy)
    assert "sns:GetTopicAttributes" in allowed_actions(verdict.policy)
