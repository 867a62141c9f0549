"""Scripts as models write them: none may notice that it is confined."""

import datetime as dt
import json
import threading
import uuid
from pathlib import Path

import pytest
from botocore.response import StreamingBody

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import isolation
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier

ACCOUNT = "123456789012"
SCRIPTS = sorted((Path(__file__).parent / "ordinary").glob("*.py"))
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
VARIABLES = {"max_age_days": 90}

EXPECTED = {
    "whoami": {"account": ACCOUNT, "request": True},
    "list_buckets_client": {"count": 2, "names": ["mine", "ours"]},
    "buckets_resource": [{"name": name, "created": "2020-01-01T00:00:00+00:00"} for name in ("mine", "ours")],
    "public_access_block": {"findings": ["ours"]},
    "typed_exception": {"result": "NoSuchEntity"},
    "paginator": {"count": 12, "unique": 12},
    "paginator_search": ["user-1", "user-10", "user-11"],
    "manual_token_loop": 12,
    "waiter": {"running": True},
    "threads_over_regions": dict.fromkeys(REGIONS, 12),
    "threads_shared_client": {"count": 60, "accounts": [ACCOUNT]},
    "asyncio_gather": 4,
    "session_and_config": {"region": "eu-west-1", "n": 1},
    "old_access_keys": {
        "findings": [{"user": f"user-{n}", "key": "AKIAIOSFODNN7EXAMPLE", "days": None} for n in range(12)]
    },
    "security_groups_resource": [{"id": "sg-1", "name": "open", "from": 22}],
    "lambda_and_tags": [{"name": "f", "runtime": "python3.12", "env": ["DB_PASSWORD", "TABLE"], "tags": {"team": "a"}}],
    "cloudwatch_metrics": {"sum": 3.0, "last": "2020-01-01T00:00:00+00:00"},
    "logs_query_poll": {"status": "Complete", "rows": 1},
    "dataclasses_and_typing": [{"id": ACCOUNT, "severity": "low", "tags": [], "note": None}],
    "csv_in_memory_and_file": {"size": 18, "same": True},
    "logging_to_stderr": {"account": ACCOUNT},
    "argparse_defaults": {"region": "us-east-1", "n": 1},
    "sys_exit_zero": {"account": ACCOUNT},
    "exit_builtin": {"ok": True},
    "empty_stdin_variables": {"given": VARIABLES},
    "decimal_and_dynamodb_resource": {"price": "12.5", "is_decimal": True, "status": "ACTIVE"},
    "streaming_body": {"parsed": {"a": 1}, "lines": 1},
    "policy_documents": [{"Service": "lambda.amazonaws.com"}],
    "access_denied_is_coverage": {
        "coverage": {
            "skipped": [
                {"service": "kms", "why": "AccessDeniedException"},
                {"service": "rds", "why": "AccessDeniedException"},
            ]
        }
    },
    "param_validation_caught": {"result": True},
    "retry_own_backoff": {"zones": 1, "attempts": 3},
    "available_regions": {"has": True, "services": True},
    "collections_and_itertools": {"counts": {"prod": 12}, "private": True},
    "time_arithmetic": {"ok": True, "type": "datetime"},
    "s3_list_objects_resource": ["logs/a", "logs/b"],
    "sqs_attributes": {"q": {"VisibilityTimeout": "30"}},
    "arns_of_our_own": ["v1", "v1"],
    "ipaddress_of_groups": [["sg-1", 22, "0.0.0.0/0"]],
    "regions_of_a_service": {"some": True, "aws": True, "resources": True},
    "config_with_retries": {"functions": ["f"]},
    "zoneinfo_and_dateutil": {
        "local": "2019-12-31T19:00:00-05:00",
        "month": "2020-02-01T00:00:00+00:00",
        "old": True,
        "same": True,
        "sum": "1 day, 1:00:00",
    },
    "gzip_zip_base64": {
        "again": {"a": 1},
        "gzip": '{"a": 1}',
        "b64": "eyJhIjogMX0=",
        "sha": "f9d86028",
        "crc": 2363233923,
    },
    "statistics_and_defaultdict": {"running": {"n": 12, "mean": 5.5, "median": 5.5, "stdev": 3.606}},
    "enum_abc_typing": {
        "findings": [{"id": f"user-{n}", "severity": "low"} for n in (1, 11)],
        "coverage": {"regions": ["global"]},
    },
    "walrus_and_match": {"n": 12, "kind": "days 90", "ages": "   12"},
    "executor_with_as_completed": {"facts": dict.fromkeys(REGIONS, 1), "errors": {}},
    "queue_and_threading": {"n": 20, "accounts": [ACCOUNT]},
    "sessions_and_credentials": {
        "has": True,
        "profile": "default",
        "profiles": [],
        "region": "eu-west-1",
        "account": ACCOUNT,
        "partition": "aws",
    },
    "exceptions_by_name": [
        ["entity", "NoSuchEntity", "GetUser"],
        ["client", "AccessDeniedException", 403],
        ["param", True, 0],
        ["unknown", True, 0],
    ],
    "urllib_parse_policies": {"services": ["lambda"], "path": "q", "quoted": "a%20b", "q": "a=1"},
    "tempfile_and_pathlib": {"rows": 12, "names": ["users.bak", "users.csv"], "scratch": 1, "gone": True},
    "uuid_random_secrets": {
        "n": 3,
        "token": 16,
        "session": 42,
        "ns": str(uuid.uuid5(uuid.NAMESPACE_DNS, ACCOUNT)),
        "letters": "abc",
        "os": 4,
    },
    "asyncio_semaphore": {"vpcs": 1, "groups": 1},
    "paginator_build_full_result": {
        "full": 12,
        "limited": 7,
        "more": True,
        "first": ["user-0", "user-1"],
        "can": True,
        "cannot": False,
    },
    "resource_collections": {"ids": 3, "keys": ["logs/a", "logs/b"], "table": "ACTIVE", "meta": "us-east-1"},
    "custom_json_encoder": {
        "item": {"id": 7.0, "price": 12.5},
        "buckets": [{"Name": name, "CreationDate": "2020-01-01T00:00:00+00:00"} for name in ("mine", "ours")],
        "set": ["a", "b"],
        "day": "2020-01-01",
    },
    "response_metadata_headers": {
        "status": 200,
        "retries": 0,
        "keys": ["Account", "Arn", "UserId"],
        "id": True,
        "headers": True,
    },
    "client_introspection": {
        "region": "eu-central-1",
        "member": True,
        "method": "DescribeVpcs",
        "waiter": True,
        "doc": True,
        "py": True,
        "endpoint": True,
        "v": True,
        "impl": "CPython",
        "fn": True,
    },
    "event_hooks": {"account": ACCOUNT, "type": "list"},
    "signal_and_contextlib": {"n": 1, "timed": ["vpcs"], "region": "us-east-1"},
    "warnings_and_traceback": ["AttributeError"],
    "text_and_difflib": {
        "match": ["user-1"],
        "top": ["user-4", "user-3"],
        "near": ["user-2"],
        "wrap": 3,
        "norm": "e",
        "groups": {"u": 5},
    },
    "metrics_over_a_window": {"total": 3.0, "days": 14, "iso": None, "epoch": 0.0},
    "waiter_with_config": {"running": True, "state": True},
    "global_and_main_guard": {"ünïcode": 1, "name": "__main__", "file": True},
    "decimal_fractions_math": {"cost": "91.10", "ceil": 92, "third": "1/3", "log": 3.0},
}


@pytest.fixture
def account(aws, sandbox):  # noqa: C901  # one answer after another
    """An account with a bit of everything, and pages wherever AWS has pages."""
    sandbox.ownership.buckets.add("ours")
    names = [f"user-{n}" for n in range(12)]
    attempts = {"zones": 0}
    lock = threading.Lock()

    def instances(params):
        start = int(params.get("NextToken", 0))
        chosen = range(start, min(start + 5, 12))
        if params.get("InstanceIds"):
            chosen = range(1)
        answer = {
            "Reservations": [
                {
                    "Instances": [
                        {
                            "InstanceId": f"i-{n:08}",
                            "State": {"Name": "running", "Code": 16},
                            "LaunchTime": LONG_AGO,
                            "Tags": [{"Key": "env", "Value": "prod"}],
                        }
                        for n in chosen
                    ]
                }
            ]
        }
        wants_pages = params.get("MaxResults") or "NextToken" in params
        if wants_pages and start + 5 < 12:
            answer["NextToken"] = str(start + 5)
        elif not wants_pages and not params.get("InstanceIds"):
            answer["Reservations"] = [
                {
                    "Instances": [
                        {"InstanceId": f"i-{n:08}", "Tags": [{"Key": "env", "Value": "prod"}]} for n in range(12)
                    ]
                }
            ]
        return answer

    def users(params):
        start = int(params.get("Marker", 0))
        page = [
            {"UserName": n, "UserId": n, "Arn": f"arn:aws:iam::{ACCOUNT}:user/{n}"} for n in names[start : start + 5]
        ]
        more = start + 5 < len(names)
        return {"Users": page, "IsTruncated": more, **({"Marker": str(start + 5)} if more else {})}

    def zones(params):
        with lock:
            attempts["zones"] += 1
        if attempts["zones"] < 3:
            raise aws.ServiceError("RequestLimitExceeded")
        return {"AvailabilityZones": [{"ZoneName": "us-east-1a"}]}

    def access_block(params):
        if params["Bucket"] == "ours":
            raise aws.ServiceError("NoSuchPublicAccessBlockConfiguration", status=404)
        return {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}

    def nobody(params):
        raise aws.ServiceError("NoSuchEntity", status=404)

    function = {
        "FunctionName": "f",
        "FunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
        "Runtime": "python3.12",
        "Environment": {"Variables": {"TABLE": "orders", "DB_PASSWORD": "hunter2"}},
    }
    group = {
        "GroupId": "sg-1",
        "GroupName": "open",
        "IpPermissions": [{"FromPort": 22, "ToPort": 22, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }
    policies = [f"arn:aws:iam::{ACCOUNT}:policy/p", "arn:aws:iam::aws:policy/ReadOnlyAccess"]
    queue = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q"
    answers = {
        ("s3", "ListBuckets"): {"Buckets": [{"Name": n, "CreationDate": LONG_AGO} for n in ("mine", "ours")]},
        ("s3", "GetPublicAccessBlock"): access_block,
        ("s3", "GetObject"): lambda _: {"Body": StreamingBody(_Bytes(b'{"a": 1}'), 8), "ContentLength": 8},
        ("s3", "ListObjects"): {"Contents": [{"Key": "logs/a"}, {"Key": "logs/b"}], "IsTruncated": False},
        ("iam", "GetUser"): nobody,
        ("iam", "ListUsers"): users,
        ("iam", "ListAccessKeys"): lambda p: {
            "AccessKeyMetadata": [
                {
                    "UserName": p["UserName"],
                    "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
                    "Status": "Active",
                    "CreateDate": LONG_AGO,
                }
            ]
        },
        ("iam", "GetRole"): {
            "Role": {
                "RoleName": "r",
                "AssumeRolePolicyDocument": json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        },
                    }
                ),
            }
        },
        ("iam", "ListAttachedRolePolicies"): {
            "AttachedPolicies": [{"PolicyName": "p", "PolicyArn": arn} for arn in policies],
            "IsTruncated": False,
        },
        ("iam", "GetPolicy"): {"Policy": {"DefaultVersionId": "v1"}},
        ("ec2", "DescribeInstances"): instances,
        ("ec2", "DescribeRegions"): {"Regions": [{"RegionName": region} for region in REGIONS]},
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [group]},
        ("ec2", "DescribeVpcs"): {"Vpcs": [{"VpcId": "vpc-1"}]},
        ("ec2", "DescribeAvailabilityZones"): zones,
        ("lambda", "ListFunctions"): {"Functions": [function]},
        ("lambda", "ListTags"): {"Tags": {"team": "a"}},
        ("cloudwatch", "GetMetricStatistics"): {"Datapoints": [{"Timestamp": LONG_AGO, "Sum": 3.0}]},
        ("logs", "StartQuery"): {"queryId": "1"},
        ("logs", "GetQueryResults"): {"status": "Complete", "results": [[{"field": "@message", "value": "m"}]]},
        ("dynamodb", "GetItem"): {"Item": {"id": {"N": "7"}, "price": {"N": "12.5"}}},
        ("dynamodb", "DescribeTable"): {"Table": {"TableName": "orders", "TableStatus": "ACTIVE"}},
        ("sqs", "ListQueues"): {"QueueUrls": [queue]},
        ("sqs", "GetQueueAttributes"): {"Attributes": {"VisibilityTimeout": "30"}},
    }
    for (service, operation), answer in answers.items():
        aws.on(service, operation, answer)
    return aws


class _Bytes:
    def __init__(self, content):
        self._content = content

    def read(self, amount=None):
        content, self._content = self._content[:amount], self._content[amount:] if amount else b""
        return content

    def close(self):
        pass


def passes(script, tier, sandbox):
    try:
        chosen = isolation.require(tier)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    done = sandbox.run(script.read_text(), VARIABLES, isolation=chosen)
    assert done.status is Status.SUCCEEDED, (done.error, done.denials, done.stderr)
    result = done.result
    if script.stem == "old_access_keys":
        for finding in result["findings"]:
            assert finding["days"] > 2_000
            finding["days"] = None
    if script.stem == "metrics_over_a_window":
        assert result["iso"].endswith(":00")
        result["iso"] = None
    assert result == EXPECTED[script.stem]
    assert json.dumps(done.result)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_strongest_tier(script, account, sandbox):
    passes(script, isolation.detect().tier, sandbox)


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("name", ["csv_in_memory_and_file", "threads_over_regions", "asyncio_gather"])
def test_sample_on_every_tier(name, tier, account, sandbox):
    passes(Path(__file__).parent / "ordinary" / f"{name}.py", tier, sandbox)


@pytest.mark.full
@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_everything_on_every_tier(script, tier, account, sandbox):
    passes(script, tier, sandbox)


def test_every_script_says_what_it_should_print():
    assert {script.stem for script in SCRIPTS} == set(EXPECTED)
