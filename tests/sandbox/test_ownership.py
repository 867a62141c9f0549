"""Whole hosts, whole ARNs: what only looks like ours is somebody else's."""

import itertools

import pytest

from cloudprobe.sandbox.ownership import Judge
from cloudprobe.sandbox.partitions import partition_of, partitions

ACCOUNT, FOREIGN = "123456789012", "999999999999"


class Owner:
    def __init__(self, *buckets: str) -> None:
        self.buckets = buckets

    def accounts(self) -> frozenset[str]:
        return frozenset({ACCOUNT})

    def owns_bucket(self, name: str) -> bool:
        return name in self.buckets


def judge(region: str = "us-east-1") -> Judge:
    return Judge(ownership=Owner("mine", "dotted.mine"), accounts=frozenset({ACCOUNT}), partition=partition_of(region))


def template(url: str, region: str = "us-east-1") -> str | None:
    return judge(region).foreign({"TemplateURL": url}, service="cloudformation", operation="GetTemplateSummary")


def queue(url: str, region: str = "us-east-1") -> str | None:
    return judge(region).foreign({"QueueUrl": url}, service="sqs", operation="GetQueueAttributes")


@pytest.mark.parametrize(
    "host",
    [
        *("s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "s3-eu-west-1.amazonaws.com"),
        *("s3.dualstack.us-east-2.amazonaws.com", "s3-fips.us-east-1.amazonaws.com", "s3-external-1.amazonaws.com"),
    ],
)
def test_buckets_of_ours_in_either_style(host) -> None:
    assert template(f"https://{host}/mine/t.json") is None
    assert template(f"https://mine.{host}/t.json") is None
    assert template(f"https://dotted.mine.{host}/t.json?versionId=1") is None
    assert template(f"https://{host.upper()}:443/mine/t.json") is None
    assert template(f"https://{host}/theirs/mine/t.json")
    assert template(f"https://theirs.{host}/mine/t.json")


@pytest.mark.parametrize(
    "url",
    [
        "https://mine.s3.evil.s3.amazonaws.com/x",
        "https://mine.s3-eu-west-1.s3.amazonaws.com/x",
        "https://mine.s3evil.s3.amazonaws.com/x",
        "https://s3-evil.s3.amazonaws.com/mine/leak",
        "https://s3.evil.s3.us-east-1.amazonaws.com/mine/x",
        "https://s3-x.eu-west-1.elb.amazonaws.com/mine/x",
        "https://s3.eu-west-1.elb.amazonaws.com/mine/x",
        "https://mine.s3.eu-west-1.elb.amazonaws.com/x",
        "https://s3-evil-1.us-east-1.elb.amazonaws.com/mine/x",
        "https://s3.x.execute-api.us-east-1.amazonaws.com/mine/x",
        "https://s3.eu-west-99.amazonaws.com/mine/x",
        "https://mine.s3.eu-west-99.amazonaws.com/x",
        "https://s3-website-us-east-1.amazonaws.com/mine/x",
        "https://mine.s3-website-us-east-1.amazonaws.com/x",
        "https://s3.amazonaws.com.evil.com/mine/x",
        "https://mine.s3.amazonaws.com.evil.com/x",
        "https://mine.s3.cn-north-1.amazonaws.com.cn/x",
        "https://s3.amazonaws.com.cn/mine/x",
        "https://mine.s3.us-gov-west-1.amazonaws.com/x",
        "https://s3.amazonaws.com./mine/x",
        "https://s3.amazonaws.com:8443/mine/x",
        "https://s3.amazonaws.com:99999/mine/x",
        "https://.s3.amazonaws.com/mine/x",
        "https://s3.amazonaws.com/%6Dine/x",
        "https://s3.amazonaws.com/",
        "https://s3.amazonaws.com",
        "https://mines3.amazonaws.com/x",
        "https://mine-s3.amazonaws.com/x",
        "https://mine.s3.api.aws/x",
        "https://xn--mine.s3.amazonaws.com/x",
        "ftp://theirs.s3.amazonaws.com/mine",
    ],
)
def test_hosts_that_only_look_like_ours(url) -> None:
    assert template(url)


def test_a_bucket_of_the_same_name_in_another_partition_is_anothers() -> None:
    assert template("https://mine.s3.cn-north-1.amazonaws.com.cn/x", "cn-northwest-1") is None
    assert template("https://mine.s3.us-gov-west-1.amazonaws.com/x", "us-gov-east-1") is None
    assert template("https://mine.s3.us-east-1.amazonaws.com/x", "cn-north-1")
    assert template("https://mine.s3.us-east-1.amazonaws.com/x", "us-gov-east-1")


def test_no_host_of_s3_is_the_end_of_another() -> None:
    for partition in partitions():
        pairs = itertools.permutations(partition.s3_hosts, 2)
        assert not [(one, other) for one, other in pairs if one.endswith(f".{other}")]


@pytest.mark.parametrize(
    "host",
    [
        *("sqs.us-east-1.amazonaws.com", "us-east-1.queue.amazonaws.com", "queue.amazonaws.com"),
        *("sqs-fips.us-east-2.amazonaws.com", "sqs.eu-west-1.api.aws"),
    ],
)
def test_queues_of_ours(host) -> None:
    assert queue(f"https://{host}/{ACCOUNT}/q") is None
    assert queue(f"https://{host}/{FOREIGN}/q")
    assert queue(f"https://{host}/{ACCOUNT}/q?stolen")
    assert queue(f"https://{host}/{ACCOUNT}/q#stolen")
    assert queue(f"https://{host}:8443/{ACCOUNT}/q")


@pytest.mark.parametrize(
    "host",
    [
        "queue.evil-1.us-east-1.elb.amazonaws.com",
        "sqs.us-east-1.elb.amazonaws.com",
        "sqs.evil.s3.amazonaws.com",
        "evil.queue.amazonaws.com",
        "x.sqs.us-east-1.amazonaws.com",
        "sqs.eu-west-99.amazonaws.com",
        "sqs.amazonaws.com.evil.com",
        "queue.x.execute-api.eu-west-1.amazonaws.com",
        "sqs.cn-north-1.amazonaws.com.cn",
        "vpce-1.sqs.us-east-1.vpce.amazonaws.com",
    ],
)
def test_hosts_that_are_no_queues(host) -> None:
    assert queue(f"https://{host}/{ACCOUNT}/q")


def function(name: str) -> str | None:
    return judge().foreign({"FunctionName": name}, service="lambda", operation="GetFunctionConfiguration")


@pytest.mark.parametrize(
    "name",
    [
        f"us-east-1:{FOREIGN}:function:x",
        f"lambda:us-east-1:{FOREIGN}:function:x",
        f"aws:lambda:us-east-1:{FOREIGN}:function:x",
        f"{FOREIGN}:x",
        f"arn:AWS:lambda:us-east-1:{FOREIGN}:function:x",
        f"ARN:aws:lambda:us-east-1:{FOREIGN}:function:x",
        f"aRn:aws:lambda:us-east-1:{FOREIGN}:function:x",
        f"x:arn:aws:lambda:us-east-1:{FOREIGN}:function:x",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:arn:aws:lambda:us-east-1:{FOREIGN}:function:x",
        f'["arn:aws:lambda:us-east-1:{FOREIGN}:function:x"]',
        f"\tarn:aws:lambda:us-east-1:{FOREIGN}:function:x",
        f"arn:aws-cn:lambda:us-east-1:{ACCOUNT}:function:x",
        "arn:aws:lambda:us-east-1:cloudfront:function:x",
        "arn:aws:S3:::theirs",
        "arn:aws:s3:::theirs/x",
        "arn:aws-us-gov:s3:::mine",
    ],
)
def test_a_foreign_account_wherever_an_arn_has_it(name) -> None:
    assert function(name)


@pytest.mark.parametrize(
    "name",
    [
        "x",
        f"us-east-1:{ACCOUNT}:function:x:7",
        f"{ACCOUNT}:function:x",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:x:live",
        f"x-{FOREIGN}",
        f"2026/{FOREIGN}:x",
        f"app-{FOREIGN}:latest",
        "1767225600000:event",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        "arn:aws:bedrock:us-east-1::foundation-model/m",
        "arn:aws:health:us-east-1::event/EC2/x/y",
        "arn:aws:s3:::mine/x",
    ],
)
def test_what_names_nobody_else(name) -> None:
    assert function(name) is None


@pytest.mark.parametrize(
    "member",
    [
        *("BackupVaultAccountId", "ByAccountId", "meshOwner", "ResourceOwnerAccountId", "ResourceOwnerAwsAccountId"),
        *("domainOwner", "OwningAccount", "StackInstanceAccount", "EventBusAccountId", "sourceAccountEquals"),
        *("TargetAccounts", "accountIdentifiers", "HubOwnerIds", "LinkedAccounts", "profileOwner", "CatalogId"),
    ],
)
def test_members_that_name_an_account_by_the_end_of_their_name(member) -> None:
    asked = {"service": "backup", "operation": "DescribeBackupVault"}
    for foreign in (FOREIGN, f" {FOREIGN} "):
        assert judge().foreign({"deep": [{member: foreign}]}, **asked)
        assert judge().foreign({member: [foreign]}, **asked)
    for ours in (ACCOUNT, "SELF", "*", "OTHER_ACCOUNTS", "9999999999999", "", "12345"):
        assert judge().foreign({member: ours}, **asked) is None


@pytest.mark.parametrize(
    "bucket", ["arn:evil", "arn:aws:x:y:aws:theirs", "arn:aws:lambda:::theirs", "ARN:aws:s3:::theirs"]
)
def test_a_bucket_named_by_what_is_no_arn_of_ours(bucket) -> None:
    assert judge().foreign({"Bucket": bucket}, service="s3", operation="ListObjectsV2")


def test_text_is_no_name_but_its_neighbours_are() -> None:
    foreign = f"arn:aws:iam::{FOREIGN}:role/r"
    simulate = {"service": "iam", "operation": "SimulatePrincipalPolicy"}
    assert judge().foreign({"ResourceArns": [foreign], "ResourceOwner": FOREIGN}, **simulate) is None
    assert judge().foreign({"PolicySourceArn": foreign}, **simulate)
    logs = {"service": "logs", "operation": "FilterLogEvents"}
    group = f"arn:aws:logs:us-east-1:{FOREIGN}:log-group:g"
    assert judge().foreign({"filterPattern": group}, **logs) is None
    assert judge().foreign({"logGroupIdentifier": group}, **logs)
