"""The list of known differences is printed as it is, and says no more than is so."""

import json
import time
from pathlib import Path

import pytest

from cloudprobe.emulator.known_differences import KNOWN_DIFFERENCES


def test_the_documentation_prints_the_list():
    text = Path("docs/emulator.md").read_text(encoding="utf-8")
    printed = [line for line in text.partition("| service | difference |")[2].splitlines() if line.startswith("| ")]
    assert printed == [f"| {one.service} | {one.what} | {one.consequence} |" for one in KNOWN_DIFFERENCES]


def instances_ignore_a_filter(account):
    ec2 = account.client("ec2")
    ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)
    wanted = [{"Name": "private-ip-address", "Values": ["192.0.2.1"]}]
    return ec2.describe_instances(Filters=wanted)["Reservations"]


def addresses_ignore_filters(account):
    ec2 = account.client("ec2")
    ec2.allocate_address()
    return ec2.describe_addresses(Filters=[{"Name": "public-ip", "Values": ["192.0.2.1"]}])["Addresses"]


def metrics_come_oldest_first(account):
    cloudwatch, now = account.client("cloudwatch"), time.time()
    for age, value in ((180, 1.0), (60, 2.0)):
        datum = {"MetricName": "m", "Value": value, "Timestamp": now - age}
        cloudwatch.put_metric_data(Namespace="N", MetricData=[datum])
    stat = {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "a", "MetricStat": stat}], StartTime=now - 3600, EndTime=now + 60
    )
    return answer["MetricDataResults"][0]["Values"] == [1.0, 2.0]


def optional_terms_are_all_wanted(account):
    logs, now = account.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": now, "message": "A one"}])
    return not logs.filter_log_events(logGroupName="g", filterPattern="?A ?B")["events"]


def keys_do_not_protect_objects(account):
    somebody = {"AWS": f"arn:aws:iam::{account.account_id}:user/nobody"}
    statement = {"Effect": "Allow", "Principal": somebody, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = account.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    s3, bucket = account.client("s3"), f"keyed-{account.account_id}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    return s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def certificates_are_issued_at_once(account):
    acm = account.client("acm")
    arn = acm.request_certificate(DomainName="www.example.com")["CertificateArn"]
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def services_may_take_any_role(account):
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }
    role = account.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))["Role"][
        "Arn"
    ]
    return account.client("lambda").create_function(
        FunctionName="f", Runtime="python3.12", Handler="i.h", Role=role, Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18}
    )


@pytest.mark.parametrize(
    "still_so",
    [
        instances_ignore_a_filter,
        addresses_ignore_filters,
        metrics_come_oldest_first,
        optional_terms_are_all_wanted,
        keys_do_not_protect_objects,
        certificates_are_issued_at_once,
        services_may_take_any_role,
    ],
    ids=lambda check: check.__name__,
)
def test_a_difference_is_still_there(clean_account, still_so):
    """When one fails, upstream has caught up: take it off the list."""
    assert still_so(clean_account)
