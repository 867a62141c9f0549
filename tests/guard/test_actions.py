import pytest

from cloudprobe.guard import actions, models
from cloudprobe.guard.models import operation_names


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "HeadBucket", "s3:ListBucket"),
        ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("s3", "GetBucketCors", "s3:GetBucketCORS"),
        ("s3control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
        ("lambda", "ListFunctions", "lambda:ListFunctions"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("apigateway", "GetRestApis", "apigateway:GET"),
        ("apigatewayv2", "GetApis", "apigateway:GET"),
        ("elbv2", "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("cloudwatch", "GetMetricData", "cloudwatch:GetMetricData"),
        ("stepfunctions", "ListStateMachines", "states:ListStateMachines"),
        ("opensearch", "ListDomainNames", "es:ListDomainNames"),
        ("efs", "DescribeFileSystems", "elasticfilesystem:DescribeFileSystems"),
        ("emr", "ListClusters", "elasticmapreduce:ListClusters"),
        ("sso-admin", "ListInstances", "sso:ListInstances"),
        ("sesv2", "GetAccount", "ses:GetAccount"),
        ("docdb", "DescribeDBClusters", "rds:DescribeDBClusters"),
        ("resourcegroupstaggingapi", "GetResources", "tag:GetResources"),
        ("service-quotas", "ListServiceQuotas", "servicequotas:ListServiceQuotas"),
        ("budgets", "DescribeBudgets", "budgets:ViewBudget"),
        ("budgets", "DescribeBudgetAction", "budgets:DescribeBudgetAction"),
        ("dynamodbstreams", "DescribeStream", "dynamodb:DescribeStream"),
        ("sts", "GetCallerIdentity", ""),
    ],
)
def test_the_action_of_an_operation(service: str, operation: str, action: str) -> None:
    assert actions.action_for(service, operation) == action


def test_what_nobody_mapped_has_no_action() -> None:
    assert actions.action_for("apigateway", "TestInvokeMethod") is None


def test_every_mapped_action_exists() -> None:
    document = actions._data()
    named = [*document["operations"].values(), *(a for a in document["patterns"].values() if a != "identity")]
    assert [name for name in named if actions.action(name) is None] == []


def test_every_exception_names_an_operation_of_botocore() -> None:
    document = actions._data()
    for full in [*document["operations"], *document["refused_operations"], *document["no_permission"]]:
        service, operation = full.split(":")
        assert operation in operation_names(service), full
    assert set(document["prefixes"]) <= models.services()


def test_an_action_knows_its_level_in_any_case() -> None:
    found = actions.action("S3:getbucketpolicy".replace("S3", "s3"))
    assert found is not None
    assert found.name == "s3:GetBucketPolicy"
    assert found.level == "Read"
    assert found.reads
    assert "bucket" in found.resource_types
    assert actions.action("s3:NoSuchThing") is None
    assert actions.action("nosuchservice:List") is None


def test_some_operations_are_refused_on_their_own() -> None:
    assert "API keys" in actions.refused_operation("apigateway", "GetApiKeys")
    assert actions.refused_operation("apigateway", "GetRestApis") == ""


@pytest.mark.full
def test_nearly_all_operations_of_botocore_have_an_action() -> None:
    """Measured 96 %; a new botocore or data set that drops it would silently refuse what worked."""
    mapped = total = 0
    for service in models.services():
        for operation in operation_names(service):
            total += 1
            mapped += actions.action_for(service, operation) is not None
    assert mapped / total > 0.95
