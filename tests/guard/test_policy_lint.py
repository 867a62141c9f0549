import pytest

from cloudprobe.guard.policy import policy_of
from cloudprobe.guard.policy_lint import lint
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary


def one(**statement):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}


def codes(policy, data_class="metadata"):
    return {(finding.code, finding.severity) for finding in lint(policy, data_class=data_class)}


def test_a_derived_policy_has_nothing_wrong_with_it() -> None:
    script = """
import boto3
s3 = boto3.client("s3")
for bucket in s3.list_buckets()["Buckets"]:
    print(s3.get_bucket_policy(Bucket=bucket["Name"]))
print(s3.get_bucket_acl(Bucket="ledger"))
print(boto3.client("iam").get_role(RoleName="clerk"))
"""
    assert lint(policy_of(script), data_class="metadata") == []


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ([], "structure"),
        ({"Version": "2012-10-17"}, "structure"),
        ({"Version": "2012-10-17", "Statement": ["no"]}, "structure"),
        ({"Version": "2012-10-17", "Statement": [], "Comment": "x"}, "structure"),
        (one(Action="s3:ListAllMyBuckets", Principal="*"), "structure"),
        (one(Actions="s3:ListAllMyBuckets"), "structure"),
        (one(Action="s3:ListAllMyBuckets", Effect="allow"), "effect"),
        (one(Action="s3:ListAllMyBuckets", NotResource="*"), "structure"),
        (one(NotAction="iam:*"), "not-action"),
        (one(Action="s3:ListAllMyBuckets", Sid="no spaces"), "sid"),
        (one(Action="s3:ListBuckets"), "no-such-action"),
        (one(Action="s3x:GetBucketAcl"), "no-such-action"),
        (one(Action="s3:Frobnicate*"), "no-such-action"),
        (one(Action="s3:Get*"), "wildcard"),
        (one(Action="*"), "wildcard"),
        (one(Action="s3:PutObject"), "ceiling"),
        (one(Action="s3:GetObject"), "ceiling"),
        (one(Action="secretsmanager:GetSecretValue"), "ceiling"),
        (one(Action="s3:GetBucketAcl", Resource="ledger"), "arn"),
        (
            one(Action="ec2:DescribeInstances", Resource="arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc"),
            "resource",
        ),
        (one(Action=["s3:GetBucketAcl"] * 600), "size"),
    ],
)
def test_what_is_wrong_is_named(policy, code) -> None:
    assert (code, "error") in codes(policy)


def test_the_nearest_real_names_are_offered() -> None:
    (finding,) = lint(one(Action="s3:GetBuketPolicy"), data_class="metadata")
    assert "s3:GetBucketPolicy" in finding.hint
    (finding,) = lint(one(Action="dynamodb2:Scan"), data_class="metadata")
    assert "dynamodb" in finding.hint
    (finding,) = lint(one(Action="s3:GetBucketAcl", Resoures="*"), data_class="metadata")
    assert "Resource" in finding.hint


def test_a_resource_of_the_wrong_kind_is_remarked_and_wildcards_in_one_are_not() -> None:
    wrong = one(Action="s3:GetBucketPolicy", Resource="arn:aws:s3:::ledger/2026/file.csv")
    queue = one(Action="sqs:GetQueueAttributes", Resource="arn:aws:s3:::ledger")
    assert ("resource", "warning") in codes(queue)
    assert codes(wrong) <= {("resource", "warning")}
    assert codes(one(Action="s3:GetBucketPolicy", Resource="arn:aws:s3:::*")) == set()
    assert codes(one(Action="sqs:GetQueueAttributes", Resource="arn:aws:sqs:*:123456789012:orders-?")) == set()


def test_denials_may_be_as_wide_as_they_like() -> None:
    assert codes(one(Effect="Deny", Action=["s3:*", "iam:PassRole"])) == set()
    assert codes(one(Effect="Deny", NotAction="s3:GetBucketAcl")) == set()


def test_a_wider_class_allows_more() -> None:
    policy = one(Action="s3:GetObject", Resource="arn:aws:s3:::ledger/*")
    assert codes(policy, "data") == set()
    assert codes(policy, "logs") == {("ceiling", "error")}


def test_the_policies_of_the_library_have_nothing_wrong_with_them() -> None:
    for template in TemplateLibrary.builtin():
        assert lint(policy_of(template.script), data_class=template.definition.data_class) == [], template.name


def test_a_proposal_is_remarked_on_and_refuses_nothing() -> None:
    script = "import boto3\nprint(boto3.client('s3').list_buckets())\n"
    proposal = one(Action=["s3:ListAllMyBuckets", "s3:ListBukets", "s3:*"])
    verdict = validate(ProbeDraft(script=script, policy=proposal), enforce_contract=False)
    assert verdict.accepted
    remarks = [finding for finding in verdict.findings if finding.code.startswith("proposed-policy-")]
    assert {finding.code for finding in remarks} == {"proposed-policy-no-such-action", "proposed-policy-wildcard"}
    assert all(finding.severity == "warning" for finding in remarks)
