"""Operations that answer what was recorded for them: every protocol, the gate in front, the door for records."""

import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.errors import UsageError

MOMENT = dt.datetime(2026, 3, 1, 4, 5, 6, tzinfo=dt.UTC)
ZONED = MOMENT.astimezone(dt.timezone(dt.timedelta(hours=5)))
PATH = "/_cloudprobe/orders"


@pytest.fixture(scope="module")
def account(embedded_account: EmbeddedAccount) -> AccountAccess:
    return embedded_account.second_account()


@pytest.fixture(autouse=True)
def _forgotten(account: AccountAccess) -> Iterator[None]:
    """What one test records is not there for the next."""
    done: list[tuple[Any, ...]] = []
    _RECORDED[account.account_id] = done
    yield
    for service, operation, region, parameters in done:
        record_answer(account.client, service, operation, region=region, parameters=parameters)


_RECORDED: dict[str, list[tuple[Any, ...]]] = {}


def record(account: AccountAccess, service: str, operation: str, **what: Any) -> None:
    record_answer(account.client, service, operation, **what)
    _RECORDED[account.account_id].append((service, operation, what.get("region"), what.get("parameters")))


def user(account: AccountAccess, name: str, *actions: str, resource: str = "*") -> AccountAccess:
    iam = account.client("iam")
    iam.create_user(UserName=name)
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    return account.acting_as(iam.create_access_key(UserName=name)["AccessKey"])


# One of each protocol, of services the emulator has and of some it lacks; each with a time, and a token where it pages.
PROTOCOLS = [
    ("json-1.1", "ecs", "ListClusters", {}, {"clusterArns": ["a", "b"], "nextToken": "on"}),
    (
        "json-1.1-absent",
        "service-quotas",
        "ListServiceQuotas",
        {"ServiceCode": "ec2"},
        {"Quotas": [{"QuotaCode": "L-1", "Value": 5.5, "Adjustable": True}], "NextToken": "on"},
    ),
    (
        "json-1.0-absent",
        "compute-optimizer",
        "GetEC2InstanceRecommendations",
        {},
        {
            "instanceRecommendations": [{"instanceArn": "arn:x", "finding": "Overprovisioned", "lastRefreshTimestamp": MOMENT}],
            "nextToken": "on",
        },
    ),
    (
        "query-compatible-json",
        "sqs",
        "GetQueueAttributes",
        {"QueueUrl": "http://x/1/q"},
        {"Attributes": {"ApproximateNumberOfMessages": "7"}},
    ),
    (
        "query",
        "elbv2",
        "DescribeLoadBalancers",
        {},
        {"LoadBalancers": [{"LoadBalancerName": "front <&>", "CreatedTime": MOMENT, "AvailabilityZones": []}], "NextMarker": "on"},
    ),
    (
        "ec2",
        "ec2",
        "DescribeVolumes",
        {},
        {"Volumes": [{"VolumeId": "vol-1", "Size": 8, "Encrypted": False, "CreateTime": MOMENT}], "NextToken": "on"},
    ),
    (
        "rest-json",
        "lambda",
        "ListEventSourceMappings",
        {"FunctionName": "f"},
        {"EventSourceMappings": [{"UUID": "u", "LastModified": MOMENT, "BatchSize": 3}], "NextMarker": "on"},
    ),
    (
        "rest-json-absent",
        "accessanalyzer",
        "ListFindingsV2",
        {"analyzerArn": "arn:x"},
        {
            "findings": [
                {
                    "id": "1",
                    "status": "ACTIVE",
                    "resourceType": "AWS::S3::Bucket",
                    "resourceOwnerAccount": "1",
                    "analyzedAt": MOMENT,
                    "createdAt": MOMENT,
                    "updatedAt": MOMENT,
                }
            ],
            "nextToken": "on",
        },
    ),
    (
        "rest-xml",
        "s3",
        "ListObjectsV2",
        {"Bucket": "b"},
        {
            "Contents": [{"Key": "k", "Size": 3, "LastModified": MOMENT}],
            "IsTruncated": True,
            "NextContinuationToken": "on",
            "KeyCount": 1,
        },
    ),
    (
        "rest-xml-route53",
        "route53",
        "ListHostedZones",
        {},
        {
            "HostedZones": [{"Id": "/hostedzone/Z1", "Name": "x.", "CallerReference": "r"}],
            "IsTruncated": True,
            "NextMarker": "on",
            "MaxItems": "1",
            "Marker": "",
        },
    ),
    (
        "cbor-absent",
        "cloudwatchomni",
        "ListSpaces",
        {},
        {"items": [], "nextToken": "on"},
    ),
]  # fmt: skip
IDS = [case[0] for case in PROTOCOLS]


def call(
    access: AccountAccess, service: str, operation: str, parameters: dict[str, Any], region: str | None = None
) -> Any:
    client = access.client(service, region, config=Config(retries={"total_max_attempts": 1}))
    method = {api: name for name, api in client.meta.method_to_api_mapping.items()}[operation]
    return getattr(client, method)(**parameters)


@pytest.mark.parametrize(("service", "operation", "parameters", "response"), [c[1:] for c in PROTOCOLS], ids=IDS)
def test_a_recorded_response_comes_back_as_it_was(
    account: AccountAccess, service: str, operation: str, parameters: dict[str, Any], response: dict[str, Any]
) -> None:
    record(account, service, operation, response=response)
    first = call(account, service, operation, parameters)
    second = call(account, service, operation, parameters)
    ids = [answer.pop("ResponseMetadata")["RequestId"] for answer in (first, second)]
    assert {name: first[name] for name in response} == response
    assert first == second
    assert len(set(ids)) == 2


@pytest.mark.parametrize(("service", "operation", "parameters", "response"), [c[1:] for c in PROTOCOLS], ids=IDS)
def test_a_recorded_error_is_the_typed_one(
    account: AccountAccess, service: str, operation: str, parameters: dict[str, Any], response: dict[str, Any]
) -> None:
    record(account, service, operation, error=("ThrottlingException", "Rate <exceeded>", 429))
    with pytest.raises(ClientError) as caught:
        call(account, service, operation, parameters)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("ThrottlingException", "Rate <exceeded>")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(("service", "operation", "parameters", "response"), [c[1:] for c in PROTOCOLS], ids=IDS)
def test_who_may_not_call_is_denied_whatever_is_recorded(
    account: AccountAccess, service: str, operation: str, parameters: dict[str, Any], response: dict[str, Any]
) -> None:
    record(account, service, operation, response=response)
    stranger = user(account, f"stranger-{service}-{operation}"[:64], "sts:*")
    with pytest.raises(ClientError, match=r"not authorized|Access Denied|AccessDenied|UnauthorizedOperation"):
        call(stranger, service, operation, parameters)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action"),
    [
        ("service-quotas", "ListServiceQuotas", {"ServiceCode": "ec2"}, "servicequotas:ListServiceQuotas"),
        ("accessanalyzer", "ListFindingsV2", {"analyzerArn": "arn:x"}, "access-analyzer:ListFindings"),
        ("ce", "GetCostAndUsage", None, "ce:GetCostAndUsage"),
        ("health", "DescribeEvents", {}, "health:DescribeEvents"),
        ("s3", "ListObjectsV2", {"Bucket": "b"}, "s3:ListBucket"),
        ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": "arn:x"}, "elasticloadbalancing:DescribeTargetHealth"),
    ],
    ids=lambda value: value if isinstance(value, str) and ":" in value else "",
)
def test_the_action_asked_for_is_aws_own(
    account: AccountAccess, service: str, operation: str, parameters: dict[str, Any] | None, action: str
) -> None:
    if parameters is None:
        period = {"Start": "2026-01-01", "End": "2026-02-01"}
        parameters = {"TimePeriod": period, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
    record(account, service, operation, response={})
    allowed = user(account, f"only-{service}", action)
    assert call(allowed, service, operation, parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_the_most_specific_record_is_given_and_of_equals_the_latest(account: AccountAccess) -> None:
    def says(what: str, **match: Any) -> None:
        record(account, "ecs", "ListTasks", response={"taskArns": [what]}, **match)

    def said(**parameters: Any) -> str:
        return str(account.client("ecs").list_tasks(**parameters)["taskArns"][0])

    says("any")
    says("of c", parameters={"cluster": "c"})
    says("stopped of c", parameters={"cluster": "c", "desiredStatus": "STOPPED"})
    assert said() == "any"
    assert said(cluster="d") == "any"
    assert said(cluster="c") == "of c"
    assert said(cluster="c", desiredStatus="STOPPED", launchType="FARGATE") == "stopped of c"
    says("once more", parameters={"cluster": "c"})
    assert said(cluster="c") == "once more"
    says("stopped", parameters={"desiredStatus": "STOPPED"})
    assert said(cluster="c", desiredStatus="RUNNING") == "once more"


def test_a_region_counts_and_others_answer_as_ever(account: AccountAccess) -> None:
    record(
        account,
        "rds",
        "DescribeDBInstances",
        region="eu-west-1",
        response={"DBInstances": [{"DBInstanceIdentifier": "x"}]},
    )
    assert len(account.client("rds", "eu-west-1").describe_db_instances()["DBInstances"]) == 1
    assert account.client("rds", "us-east-1").describe_db_instances()["DBInstances"] == []


def test_pages_are_told_apart_by_their_token(account: AccountAccess) -> None:
    def page(code: str, **more: Any) -> dict[str, Any]:
        return {"Quotas": [{"QuotaCode": code}], **more}

    record(
        account,
        "service-quotas",
        "ListServiceQuotas",
        parameters={"NextToken": None},
        response=page("1", NextToken="n"),
    )
    record(account, "service-quotas", "ListServiceQuotas", parameters={"NextToken": "n"}, response=page("2"))
    pages = account.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="ec2")
    assert list(pages.search("Quotas[].QuotaCode")) == ["1", "2"]


def test_a_name_with_slashes_in_a_path_is_one_name(account: AccountAccess) -> None:
    arn = "arn:aws:access-analyzer:us-east-1:1:analyzer/a/b"
    record(
        account, "accessanalyzer", "ListTagsForResource", parameters={"resourceArn": arn}, response={"tags": {"a": "b"}}
    )
    assert account.client("accessanalyzer").list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}


def test_lists_and_nested_parameters_match_in_part(account: AccountAccess) -> None:
    asked = {"Filters": [{"Name": "status", "Values": ["available"]}]}
    record(account, "ec2", "DescribeVolumes", parameters=asked, response={"Volumes": [{"VolumeId": "vol-9"}]})
    ec2 = account.client("ec2")
    other = {"Name": "size", "Values": ["8"]}
    found = ec2.describe_volumes(Filters=[other, {"Name": "status", "Values": ["available", "in-use"]}])["Volumes"]
    assert [volume["VolumeId"] for volume in found] == ["vol-9"]
    assert ec2.describe_volumes(Filters=[other])["Volumes"] == []


def test_times_in_any_zone_are_meant(account: AccountAccess) -> None:
    record(account, "rds", "DescribeEvents", response={"Events": [{"Date": ZONED, "Message": "m"}]})
    record(account, "ecs", "DescribeTasks", response={"tasks": [{"stoppedAt": ZONED}]})
    assert account.client("rds").describe_events()["Events"][0]["Date"] == MOMENT
    assert account.client("ecs").describe_tasks(tasks=["t"])["tasks"][0]["stoppedAt"] == MOMENT


def test_an_answer_may_be_given_a_number_of_times(account: AccountAccess) -> None:
    record(account, "sqs", "ListQueues", error=("ThrottlingException", "slow down"), times=2)
    sqs = account.client("sqs", config=Config(retries={"total_max_attempts": 1}))
    for _ in range(2):
        with pytest.raises(ClientError, match="slow down"):
            sqs.list_queues()
    assert sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_listed_and_gone(account: AccountAccess) -> None:
    """A thing that is deleted between list and describe."""
    record(account, "lambda", "ListFunctions", response={"Functions": [{"FunctionName": "gone"}]})
    record(
        account,
        "lambda",
        "GetFunctionConfiguration",
        parameters={"FunctionName": "gone"},
        error=("ResourceNotFoundException", "Function not found: gone"),
    )
    client = account.client("lambda")
    (listed,) = client.list_functions()["Functions"]
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.get_function_configuration(FunctionName=listed["FunctionName"])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_head_request_has_no_body(account: AccountAccess) -> None:
    record(account, "s3", "HeadBucket", parameters={"Bucket": "gone"}, error=("404", "Not Found", 404))
    with pytest.raises(ClientError) as caught:
        account.client("s3").head_bucket(Bucket="gone")
    assert caught.value.response["Error"]["Code"] == "404"


class TestOverlays:
    def test_parts_of_what_is_there_are_put_over(self, account: AccountAccess) -> None:
        ec2, elb = account.client("ec2"), account.client("elbv2")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        group = elb.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0][
            "TargetGroupArn"
        ]
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "i-1", "Port": 80}, {"Id": "i-2", "Port": 80}])
        sick = {"State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out"}
        overlay = {"TargetHealthDescriptions[Target.Id=i-2].TargetHealth": sick}
        record(account, "elbv2", "DescribeTargetHealth", parameters={"TargetGroupArn": group}, overlay=overlay)
        found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        states = {entry["Target"]["Id"]: entry["TargetHealth"] for entry in found}
        assert states["i-2"] == sick
        assert states["i-1"]["State"] == "healthy"
        assert found[1]["Target"]["Port"] == 80

    def test_entries_are_added_and_taken_away(self, account: AccountAccess) -> None:
        sqs = account.client("sqs")
        kept, hidden = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("kept", "hidden"))
        lambdas = {"FunctionName": "ghost"}
        record(account, "lambda", "ListFunctions", overlay={"Functions[+]": lambdas})
        record(account, "iam", "ListUsers", overlay={"Users[UserName=administrator]": None})
        assert [f["FunctionName"] for f in account.client("lambda").list_functions()["Functions"]] == ["ghost"]
        assert "administrator" not in {u["UserName"] for u in account.client("iam").list_users()["Users"]}
        record(account, "sqs", "GetQueueAttributes", overlay={"Attributes.ApproximateNumberOfMessages": "900"})
        for queue in (kept, hidden):
            answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
            assert answer["ApproximateNumberOfMessages"] == "900"
            assert answer["QueueArn"]

    def test_every_entry_and_every_protocol(self, account: AccountAccess) -> None:
        ec2 = account.client("ec2")
        ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)
        whole = ec2.describe_volumes()["Volumes"]
        record(account, "ec2", "DescribeVolumes", overlay={"Volumes[].State": "error", "Volumes[].Size": None})
        for before, after in zip(whole, ec2.describe_volumes()["Volumes"], strict=True):
            assert after == {**{k: v for k, v in before.items() if k != "Size"}, "State": "error"}
        account.client("s3").create_bucket(Bucket=f"b-{account.account_id}")
        record(account, "s3", "ListBuckets", overlay={"Buckets[].CreationDate": MOMENT})
        assert account.client("s3").list_buckets()["Buckets"][0]["CreationDate"] == MOMENT

    def test_an_error_stays_one(self, account: AccountAccess) -> None:
        record(account, "lambda", "GetFunctionConfiguration", overlay={"State": "Failed"})
        with pytest.raises(ClientError, match="ResourceNotFound"):
            account.client("lambda").get_function_configuration(FunctionName="nobody")

    def test_what_is_recorded_may_be_patched_too(self, account: AccountAccess) -> None:
        record(account, "ecs", "DescribeTasks", response={"tasks": [{"taskArn": "t", "lastStatus": "RUNNING"}]})
        overlay = {"tasks[taskArn=t]": {"lastStatus": "STOPPED", "stoppedReason": "Essential container exited"}}
        record(account, "ecs", "DescribeTasks", parameters={"cluster": "c"}, overlay=overlay)
        ecs = account.client("ecs")
        assert ecs.describe_tasks(tasks=["t"])["tasks"][0]["lastStatus"] == "RUNNING"
        assert ecs.describe_tasks(tasks=["t"], cluster="c")["tasks"][0]["stoppedReason"] == "Essential container exited"


class TestTheDoor:
    DOCUMENT = json.dumps(
        {"order": "answer", "service": "iam", "operation": "ListUsers", "response": {"Users": []}}
    ).encode()

    def _post(self, access: AccountAccess, *, sign: bool = True, path: str = PATH, secret: str = "") -> int:
        request = AWSRequest(method="POST", url=access.endpoint_url + path, data=self.DOCUMENT)
        if sign:
            credentials = Credentials(
                access.access_key_id, secret or access.secret_access_key, access.session_token or None
            )
            SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
        sent = urllib.request.Request(
            access.endpoint_url + path, data=self.DOCUMENT, headers=dict(request.headers.items())
        )
        try:
            with urllib.request.urlopen(sent, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def test_it_opens_to_the_administrator(self, embedded_account: EmbeddedAccount) -> None:
        access = embedded_account.second_account()
        assert self._post(access) == 200
        assert access.client("iam").list_users()["Users"] == []

    def test_it_is_not_there_for_anybody_else(self, embedded_account: EmbeddedAccount) -> None:
        access = embedded_account.second_account()
        everything = user(access, "administrator-too", "*")
        iam = access.client("iam")
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": access.account_id}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        session = access.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        refused = [
            self._post(everything),
            self._post(access.acting_as(session)),
            self._post(access, sign=False),
            self._post(access, secret="wrong"),
            self._post(access, path="/_cloudprobe/other"),
            self._post(access, path="/_cloudprobe/orders/"),
        ]
        assert refused == [404] * 6
        assert {"administrator", "administrator-too"} <= {u["UserName"] for u in iam.list_users()["Users"]}

    def test_it_leads_into_ones_own_account_alone(self, embedded_account: EmbeddedAccount) -> None:
        one, other = embedded_account.second_account(), embedded_account.second_account()
        record_answer(one.client, "iam", "ListRoles", response={"Roles": []})
        other.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
        assert len(other.client("iam").list_roles()["Roles"]) == 1

    def test_records_of_a_real_account_are_refused_before_anything_is_sent(self) -> None:
        keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}

        def clients(service: str, region: str | None = None) -> Any:
            return boto3.client(service, **keys)  # type: ignore[call-overload] # any service

        with pytest.raises(UsageError, match="embedded account alone"):
            record_answer(clients, "iam", "ListUsers", response={})

    @pytest.mark.parametrize(
        ("service", "operation", "what", "complaint"),
        [
            ("nothing", "ListUsers", {}, "no service"),
            ("iam", "list_users", {}, "no operation"),
            ("iam", "ListUsers", {"response": {"Usres": []}}, "no member 'Usres'"),
            ("iam", "ListUsers", {"response": {"Users": [{"Name": "x"}]}}, "no member 'Name'"),
            ("iam", "ListUsers", {"parameters": {"Prefix": "x"}, "response": {}}, "no member 'Prefix'"),
            ("iam", "ListUsers", {"response": {"Users": [{"CreateDate": "whenever"}]}}, "whenever"),
            ("iam", "ListUsers", {"overlay": {"Users[": 1}}, "cannot be read"),
            ("iam", "ListUsers", {"overlay": {"Users[].Nmae": 1}}, "no member 'Nmae'"),
            ("iam", "ListUsers", {"overlay": {"Users.UserName": 1}}, "is a list"),
            ("s3", "GetObject", {"response": {}}, "streams"),
            ("s3control", "GetPublicAccessBlock", {"response": {}}, "cannot be recorded"),
        ],
    )
    def test_a_slip_shows_where_it_was_made(
        self, account: AccountAccess, service: str, operation: str, what: dict[str, Any], complaint: str
    ) -> None:
        with pytest.raises(UsageError, match=complaint):
            record_answer(account.client, service, operation, **what)
