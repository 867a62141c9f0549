"""What the broker decides, asked as a child would ask."""

import itertools
import threading

import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from cloudprobe.errors import RefusedError
from cloudprobe.sandbox.broker import Broker
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.conversation import Question
from cloudprobe.sandbox.decide import Rules
from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.partitions import partition_of
from cloudprobe.sandbox.permit import Budgets
from cloudprobe.sandbox.recording import Recorder, Recording

ACCOUNT = "123456789012"


@pytest.fixture
def ask(aws, sandbox, tmp_path):
    """Ask one question of a broker whose permit covers what the fake cloud can answer."""
    with Recorder(tmp_path / "recording") as recorder:
        brokers = {}
        numbers = itertools.count()

        def ask(service, operation, parameters=None, region="us-east-1", **permit):
            key = str(sorted(permit.items()))
            if key not in brokers:
                brokers[key] = Broker(
                    aws.permit("", **permit), clients=aws.clients, ownership=sandbox.ownership, recorder=recorder
                )
            ask.broker = brokers[key]
            answer = ask.broker.answer(Question(next(numbers), service, operation, region, parameters or {}))
            return answer.kind, wire.decode(answer.body)

        ask.folder = tmp_path / "recording"
        recorder.begin({})
        yield ask


def denied(answer):
    kind, body = answer
    assert kind == "error", answer
    assert "AccessDenied" in body["Error"]["Code"] or body["Error"]["Code"] == "UnauthorizedOperation"
    return body["Error"]["Message"]


def test_a_permitted_call_is_made_and_answered(ask, aws):
    kind, body = ask("sts", "GetCallerIdentity")
    assert (kind, body["Account"], body["ResponseMetadata"]["RequestId"]) == ("response", ACCOUNT, "request-1")
    assert ask.broker.tally.used == ("sts:GetCallerIdentity",)


def test_an_operation_outside_the_permit_is_not_made(ask, aws):
    assert "s3:DeleteBucket is not among" in denied(ask("s3", "DeleteBucket", {"Bucket": "mine"}))
    assert aws.asked == []
    assert [(d.operation, d.cause, d.count) for d in ask.broker.tally.denials] == [("s3:DeleteBucket", "permit", 1)]


@pytest.mark.parametrize(
    "region",
    [None, "", "eu-west-1.evil.com", "x@y", "EU-WEST-1", "eu-west-1\r\n", "us-east", "xx-stolen-1", "us-stolen-east-1"],
)
def test_a_region_that_is_none_is_refused(region, ask, aws):
    assert "is not a region" in denied(ask("sts", "GetCallerIdentity", region=region))
    assert aws.asked == []


def test_every_region_that_there_is_passes_for_one(aws):
    permit = aws.permit("", operations=[("sts", "GetCallerIdentity")])
    session = botocore.session.Session()
    for name in session.get_available_partitions():
        regions = {
            region
            for service in ("ec2", "lambda", "sts")
            for region in session.get_available_regions(service, partition_name=name)
        }
        rules = Rules(permit, partition=partition_of(min(regions)))
        assert [region for region in regions if rules.refuse("sts", "GetCallerIdentity", region)] == []


@pytest.mark.parametrize("region", ["eu-west-99", "us-east-3", "ap-central-1", "aws-nowhere-global", "fips-us-east-1"])
def test_a_region_that_only_looks_like_one_is_refused(region, ask, aws):
    assert "is not a region" in denied(ask("sts", "GetCallerIdentity", region=region))
    assert aws.asked == []


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "aws-cn-global"])
def test_a_region_of_another_partition_is_refused(region, ask, aws):
    assert "the inspected account is in aws" in denied(ask("sts", "GetCallerIdentity", region=region))
    assert aws.asked == []


def test_an_account_of_another_partition_stays_in_that(aws, sandbox, tmp_path):
    with Recorder(tmp_path / "recording") as recorder:
        broker = Broker(
            aws.permit(""), clients=aws.clients, ownership=sandbox.ownership, recorder=recorder, region="cn-north-1"
        )
        recorder.begin({})
        kinds = [
            broker.answer(Question(0, "sts", "GetCallerIdentity", region, {})).kind
            for region in ("cn-northwest-1", "us-east-1", "aws-cn-global", "aws-global")
        ]
    assert kinds == ["response", "error", "response", "error"]


def test_a_home_region_that_is_none_ends_it_before_it_begins(aws, sandbox, tmp_path):
    with Recorder(tmp_path / "recording") as recorder, pytest.raises(RefusedError, match="not a region"):
        Broker(aws.permit(""), clients=aws.clients, ownership=sandbox.ownership, recorder=recorder, region="eu-west-99")


def test_regions_of_the_permit(ask, aws):
    aws.on("ec2", "DescribeVpcs", {"Vpcs": []})
    aws.on("iam", "ListUsers", {"Users": []})
    only = {"regions": ("eu-west-1",)}
    assert "covers eu-west-1" in denied(ask("ec2", "DescribeVpcs", region="us-east-1", **only))
    assert ask("ec2", "DescribeVpcs", region="eu-west-1", **only)[0] == "response"
    # These have no region of their own, or say which there are.
    for service, operation in (("iam", "ListUsers"), ("s3", "ListBuckets"), ("sts", "GetCallerIdentity")):
        assert ask(service, operation, region="us-east-1", **only)[0] == "response"
    assert ask("iam", "ListUsers", region="aws-global", **only)[0] == "response"


def test_parameters_are_judged_by_botocores_model(ask, aws):
    aws.on("ec2", "DescribeInstances", {})
    kind, body = ask("ec2", "DescribeInstances", {"InstanceIds": "i-1", "Nonsense": 1})
    assert (kind, body["type"]) == ("fault", "ParamValidationError")
    assert "Nonsense" in body["arguments"]["report"]
    assert aws.asked == []


def test_an_operation_that_no_model_has(ask, aws):
    kind, body = ask("sts", "Imagine", operations=[("sts", "Imagine")])
    assert (kind, body["type"]) == ("fault", "ParamValidationError")


def test_a_service_that_nobody_knows(ask):
    kind, body = ask("nonsense", "Imagine", operations=[("nonsense", "Imagine")])
    assert (kind, body["type"]) == ("fault", "UnknownServiceError")


def test_event_streams_cannot_be_brokered(ask, aws):
    aws.on("logs", "StartLiveTail", {})
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g"
    kind, body = ask("logs", "StartLiveTail", {"logGroupIdentifiers": [arn]})
    assert kind == "fault"
    assert "stream of events" in body["message"]


FOREIGN = "999999999999"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "ListObjectsV2", {"Bucket": "theirs", "Prefix": "stolen"}),
        ("s3", "ListObjectsV2", {"Bucket": f"arn:aws:s3:us-east-1:{FOREIGN}:accesspoint/x"}),
        ("s3", "ListObjectsV2", {"Bucket": "arn:aws:s3:::theirs"}),
        ("s3", "ListObjectsV2", {"Bucket": "mine", "ExpectedBucketOwner": FOREIGN}),
        ("s3", "ListObjectsV2", {"Bucket": "mine/../theirs"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{FOREIGN}/q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://evil.example.com/{ACCOUNT}/q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://sqs.amazonaws.com.evil.com/{ACCOUNT}/q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://bucket.s3.amazonaws.com/{ACCOUNT}/q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": "q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/../{FOREIGN}/q"}),
        (
            "sqs",
            "GetQueueAttributes",
            {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/%2e%2e/{FOREIGN}/q"},
        ),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{FOREIGN}/q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://x@sqs.us-east-1.amazonaws.com/{ACCOUNT}/q"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://s3.amazonaws.com/mine/../theirs/x"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"//evil.example.com/{ACCOUNT}/q"}),
        ("sqs", "GetQueueUrl", {"QueueName": "q", "QueueOwnerAWSAccountId": FOREIGN}),
        ("iam", "GetPolicy", {"PolicyArn": f"arn:aws:iam::{FOREIGN}:policy/p"}),
        ("kms", "DescribeKey", {"KeyId": f"arn:aws:kms:us-east-1:{FOREIGN}:key/k"}),
        ("kms", "DescribeKey", {"KeyId": f"arn:aws-cn:kms:cn-north-1:{FOREIGN}:alias/a"}),
        ("lambda", "GetFunctionConfiguration", {"FunctionName": f"{FOREIGN}:function:f"}),
        ("sns", "GetTopicAttributes", {"TopicArn": f"arn:aws:sns:us-east-1:{FOREIGN}:t"}),
        ("ecr", "DescribeImages", {"registryId": FOREIGN, "repositoryName": "stolen"}),
        ("ecs", "DescribeServices", {"cluster": f"arn:aws:ecs:us-east-1:{FOREIGN}:cluster/c", "services": ["s"]}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://theirs.s3.amazonaws.com/stolen"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://s3.eu-west-1.amazonaws.com/theirs/x"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "HTTP://[::1]/x"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://mine.s3.evil.s3.amazonaws.com/x"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://mine.s3evil.s3.amazonaws.com/x"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://s3-evil.s3.amazonaws.com/mine/x"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://s3.evil.s3.us-east-1.amazonaws.com/mine/x"}),
        (
            "cloudformation",
            "GetTemplateSummary",
            {"TemplateURL": "https://s3-x.eu-west-1.elb.amazonaws.com/mine/x"},
        ),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "http://["}),
        ("s3", "ListObjectsV2", {"Bucket": "mine-abc123-s3alias"}),
        ("s3", "ListObjectsV2", {"Bucket": f"arn:aws:s3::{FOREIGN}:accesspoint/m.mrap"}),
        ("s3", "ListObjectsV2", {"Bucket": f"arn:aws:s3-object-lambda:us-east-1:{FOREIGN}:accesspoint/x"}),
        ("s3control", "GetAccessPoint", {"AccountId": FOREIGN, "Name": "stolen"}),
        ("kms", "DescribeKey", {"KeyId": f"  arn:aws:kms:us-east-1:{FOREIGN}:alias/a"}),
        ("glue", "GetTables", {"CatalogId": FOREIGN, "DatabaseName": "stolen"}),
        ("ec2", "DescribeSnapshots", {"OwnerIds": [FOREIGN]}),
        ("ec2", "DescribeSnapshots", {"OwnerIds": ["self"], "RestorableByUserIds": [FOREIGN]}),
        ("sts", "AssumeRole", {"RoleArn": f"arn:aws:iam::{FOREIGN}:role/r", "RoleSessionName": "stolen"}),
        ("lambda", "GetPolicy", {"FunctionName": f"arn:aws:lambda:us-east-1:{FOREIGN}:function:f"}),
        ("events", "ListRules", {"EventBusName": f"arn:aws:events:us-east-1:{FOREIGN}:event-bus/default"}),
        ("events", "ListRuleNamesByTarget", {"TargetArn": f"arn:aws:sqs:us-east-1:{FOREIGN}:q"}),
        ("dynamodb", "DescribeTable", {"TableName": f"arn:aws:dynamodb:us-east-1:{FOREIGN}:table/stolen"}),
        ("kinesis", "DescribeStreamSummary", {"StreamARN": f"arn:aws:kinesis:us-east-1:{FOREIGN}:stream/s"}),
        ("rds", "DescribeDBSnapshots", {"DBSnapshotIdentifier": f"arn:aws:rds:us-east-1:{FOREIGN}:snapshot:s"}),
        (
            "accessanalyzer",
            "GetAnalyzedResource",
            {
                "analyzerArn": f"arn:aws:access-analyzer:us-east-1:{FOREIGN}:analyzer/a",
                "resourceArn": "arn:aws:s3:::mine",
            },
        ),
        ("secretsmanager", "DescribeSecret", {"SecretId": f"arn:aws:secretsmanager:us-east-1:{FOREIGN}:secret:x"}),
        (
            "stepfunctions",
            "DescribeStateMachine",
            {"stateMachineArn": f"arn:aws:states:us-east-1:{FOREIGN}:stateMachine:m"},
        ),
        (
            "ecr",
            "BatchGetImage",
            {"repositoryName": f"{FOREIGN}.dkr.ecr.us-east-1.amazonaws.com/stolen", "imageIds": [{"imageTag": "x"}]},
        ),
        (
            "athena",
            "StartQueryExecution",
            {"QueryString": "q", "ResultConfiguration": {"OutputLocation": "s3://theirs/stolen"}},
        ),
        ("sagemaker", "ListTrainingJobs", {"NameContains": "S3://theirs/stolen"}),
        (
            "logs",
            "CreateExportTask",
            {"logGroupName": "g", "from": 0, "to": 1, "destination": "theirs", "destinationPrefix": "s3://theirs"},
        ),
    ],
)
def test_what_belongs_to_somebody_else_is_not_asked(service, operation, parameters, ask, aws):
    aws.on(service, operation, {})
    assert "does not belong to the inspected account" in denied(ask(service, operation, parameters))
    assert aws.asked == []
    assert ask.broker.tally.denials[0].cause == "ownership"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "ListObjectsV2", {"Bucket": "mine", "Prefix": "https://example.com/x"}),
        ("s3", "ListObjectsV2", {"Bucket": f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/x"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q"}),
        ("sqs", "GetQueueAttributes", {"QueueUrl": f"https://us-east-1.queue.amazonaws.com/{ACCOUNT}/q"}),
        ("iam", "GetPolicy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        (
            "iam",
            "SimulateCustomPolicy",
            {"PolicyInputList": ["{}"], "ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::theirs/x"]},
        ),
        ("lambda", "GetFunctionConfiguration", {"FunctionName": f"{ACCOUNT}:function:f"}),
        ("lambda", "GetFunctionConfiguration", {"FunctionName": "f"}),
        ("kms", "DescribeKey", {"KeyId": "alias/aws/s3"}),
        ("apigateway", "GetTags", {"resourceArn": "arn:aws:apigateway:us-east-1::/restapis/x"}),
        ("ec2", "DescribeImages", {"Owners": ["amazon", "099720109477"]}),
        ("organizations", "DescribeAccount", {"AccountId": FOREIGN}),
        ("logs", "FilterLogEvents", {"logGroupName": "g", "filterPattern": f"arn:aws:iam::{FOREIGN}:role/x"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://mine.s3.eu-west-1.amazonaws.com/t.json"}),
        ("cloudformation", "GetTemplateSummary", {"TemplateURL": "https://s3.amazonaws.com/mine/t.json"}),
        ("ec2", "DescribeSnapshots", {"OwnerIds": ["self", ACCOUNT]}),
        ("lightsail", "GetBuckets", {"bucketName": "of-lightsail"}),
        ("sagemaker", "ListTrainingJobs", {"NameContains": "s3://mine/x"}),
        ("glue", "GetTables", {"CatalogId": ACCOUNT, "DatabaseName": "d"}),
        (
            "cloudwatch",
            "GetMetricStatistics",
            {
                "Namespace": "AWS/S3",
                "MetricName": "BucketSizeBytes",
                "Dimensions": [{"Name": "BucketName", "Value": "whatever"}],
                "StartTime": 0,
                "EndTime": 1,
                "Period": 60,
            },
        ),
        ("sqs", "GetQueueUrl", {"QueueName": "q", "QueueOwnerAWSAccountId": ACCOUNT}),
        ("kms", "DescribeKey", {"KeyId": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/a"}),
    ],
)
def test_what_is_ours_or_nobodys_is_asked(service, operation, parameters, ask, aws):
    aws.on(service, operation, {})
    assert ask(service, operation, parameters)[0] == "response"


def test_errors_of_the_service_are_passed_on_and_counted(ask, aws):
    def refuse(_):
        raise aws.ServiceError("AccessDenied", "no identity-based policy allows it", 403)

    aws.on("kms", "ListKeys", refuse)
    kind, body = ask("kms", "ListKeys")
    assert (kind, body["Error"]["Code"]) == ("error", "AccessDenied")
    assert body["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert [(d.operation, d.cause) for d in ask.broker.tally.denials] == [("kms:ListKeys", "account")]


def test_throttling_is_counted(ask, aws):
    def refuse(_):
        raise aws.ServiceError("ThrottlingException")

    aws.on("kms", "ListKeys", refuse)
    assert ask("kms", "ListKeys")[1]["Error"]["Code"] == "ThrottlingException"
    assert ask.broker.tally.throttled == 1


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (EndpointConnectionError(endpoint_url="https://x"), "EndpointConnectionError"),
        (ReadTimeoutError(endpoint_url="https://x"), "ReadTimeoutError"),
        (UnicodeEncodeError("latin-1", "x", 0, 1, "no"), "HTTPClientError"),
    ],
)
def test_whatever_breaks_on_the_way_is_a_fault_of_botocores(error, name, ask, aws):
    def fail(_):
        raise error

    aws.on("kms", "ListKeys", fail)
    kind, body = ask("kms", "ListKeys")
    assert (kind, body["type"]) == ("fault", name)
    assert body["ResponseMetadata"]["RequestId"]


def test_every_answer_has_a_request_id_of_its_own(ask, aws):
    given = iter([None, "same", "same", "other"])
    aws.request_ids = lambda: next(given)
    ids = [ask("sts", "GetCallerIdentity")[1]["ResponseMetadata"]["RequestId"] for _ in range(4)]
    assert len(set(ids)) == 4
    assert ids[1] == "same"
    assert ids[0].startswith("cloudprobe-")
    recording = Recording.load(ask.folder)
    assert [recording.find(request_id) for request_id in ids] == [0, 1, 2, 3]


def test_calls_beyond_the_budget_are_refused_and_then_end_the_run(ask, aws):
    budget = {"budgets": Budgets(calls=3, calls_per_second=1e9)}
    for _ in range(3):
        assert ask("sts", "GetCallerIdentity", **budget)[0] == "response"
    kind, body = ask("sts", "GetCallerIdentity", **budget)
    assert (kind, body["Error"]["Code"]) == ("error", "BudgetExceeded")
    assert "3 calls" in body["Error"]["Message"]
    assert ask.broker.budget.exceeded is LimitName.CALLS
    for _ in range(999):
        ask("sts", "GetCallerIdentity", **budget)
    with pytest.raises(wire.WireError, match="goes on calling"):
        ask("sts", "GetCallerIdentity", **budget)
    assert len(aws.asked) == 3


def test_answers_beyond_the_budget(ask, aws):
    budget = {"budgets": Budgets(response_bytes=10, calls_per_second=1e9)}
    ask("sts", "GetCallerIdentity", **budget)
    assert ask("sts", "GetCallerIdentity", **budget)[1]["Error"]["Code"] == "BudgetExceeded"
    assert ask.broker.budget.exceeded is LimitName.RESPONSE_BYTES


def test_an_answer_too_large_for_a_frame(ask, aws):
    aws.on("s3", "ListBuckets", {"Buckets": [{"Name": "x" * 2_000_000}] * 40})
    kind, body = ask("s3", "ListBuckets")
    assert (kind, body["Error"]["Code"]) == ("error", "AnswerTooLarge")


def test_the_permit_and_the_credentials_must_be_for_the_same_account(aws, sandbox, tmp_path):
    with Recorder(tmp_path / "r") as recorder, pytest.raises(RefusedError, match="111111111111"):
        Broker(
            aws.permit("", accounts=("111111111111",)),
            clients=aws.clients,
            ownership=sandbox.ownership,
            recorder=recorder,
        )


def test_rules_that_do_not_exist_are_not_ignored(aws, sandbox, tmp_path):
    with Recorder(tmp_path / "r") as recorder, pytest.raises(RefusedError, match="everything"):
        Broker(
            aws.permit("", redaction=("everything",)),
            clients=aws.clients,
            ownership=sandbox.ownership,
            recorder=recorder,
        )


def test_calls_may_be_under_way_at_once(ask, aws):
    together = threading.Barrier(4, timeout=20)
    aws.on("kms", "ListKeys", lambda _: {"Keys": [], "Truncated": together.wait() < 0})
    ask("sts", "GetCallerIdentity")
    threads = [threading.Thread(target=ask, args=("kms", "ListKeys")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ask.broker.tally.used == ("kms:ListKeys", "sts:GetCallerIdentity")


def test_a_display_that_fails_does_not_end_the_run(aws, sandbox, tmp_path):
    def fail(_):
        raise ValueError("display")

    with Recorder(tmp_path / "r") as recorder:
        broker = Broker(
            aws.permit(""), clients=aws.clients, ownership=sandbox.ownership, recorder=recorder, on_call=fail
        )
        for number in range(2):
            question = Question(number, "sts", "GetCallerIdentity", "us-east-1", {})
            assert broker.answer(question).kind == "response"
