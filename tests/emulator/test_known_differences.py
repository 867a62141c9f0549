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


def acting(account, *statements):
    """Clients of a user that may do just this."""
    iam, name = account.client("iam"), "somebody"
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": statements}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return account.acting_as(iam.create_access_key(UserName=name)["AccessKey"])


def leading_keys_are_absent(account):
    dynamodb = account.client("dynamodb")
    dynamodb.create_table(
        TableName="rows",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*", "Condition": own}
    return acting(account, statement).client("dynamodb").get_item(TableName="rows", Key={"pk": {"S": "another's"}})


def stacks_are_made_without_leave_to_make_their_parts(account):
    cloudformation = acting(account, {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}).client(
        "cloudformation"
    )
    template = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "unasked"}}}}
    cloudformation.create_stack(StackName="unasked", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="unasked", WaiterConfig={"Delay": 1})
    return account.client("sns").list_topics()["Topics"]


def reads_of_a_version_are_reads_of_the_function(account):
    services_may_take_any_role(account)
    account.client("lambda").publish_version(FunctionName="f")
    arn = f"arn:aws:lambda:us-east-1:{account.account_id}:function:f"
    statement = {"Effect": "Allow", "Action": "lambda:GetFunctionConfiguration", "Resource": arn}
    return acting(account, statement).client("lambda").get_function_configuration(FunctionName="f", Qualifier="1")


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
        leading_keys_are_absent,
        stacks_are_made_without_leave_to_make_their_parts,
        reads_of_a_version_are_reads_of_the_function,
    ],
    ids=lambda check: check.__name__,
)
def test_a_difference_is_still_there(clean_account, still_so):
    """When one fails, upstream has caught up: take it off the list."""
    assert still_so(clean_account)
