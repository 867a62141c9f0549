"""Answers that ministack gives differently from AWS and the seams repair."""

import csv
import io
import json

import pytest
from botocore.exceptions import ClientError

WORLD = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


@pytest.fixture
def open_bucket(clean_account):
    """A bucket on which public policies may be put."""
    name = f"answers-{clean_account.account_id}"
    s3 = clean_account.client("s3")
    s3.create_bucket(Bucket=name)
    s3.delete_public_access_block(Bucket=name)
    return name


PUBLIC_OR_NOT = [
    ("everybody", {"Principal": "*"}, True),
    ("everybody, in the long form", {"Principal": {"AWS": "*"}}, True),
    ("one account", {"Principal": {"AWS": "111122223333"}}, False),
    ("a service", {"Principal": {"Service": "cloudtrail.amazonaws.com"}}, False),
    ("everybody of one organisation", {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
    ("everybody from one endpoint", {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, False),
    ("everybody from a small network", {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}, False),
    ("everybody from a huge network", {"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}, True),
    ("everybody over TLS", {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    ("everybody but one organisation", {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, True),
    ("a value with a wildcard", {"Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}}, True),
    ("a denial to everybody", {"Effect": "Deny"}, False),
]


@pytest.mark.parametrize(("what", "change", "public"), PUBLIC_OR_NOT, ids=[case[0] for case in PUBLIC_OR_NOT])
def test_whether_a_bucket_policy_is_public(clean_account, open_bucket, what, change, public):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    s3 = clean_account.client("s3")
    statement = {**WORLD, "Resource": f"arn:aws:s3:::{open_bucket}/*", **change}
    s3.put_bucket_policy(Bucket=open_bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert s3.get_bucket_policy_status(Bucket=open_bucket)["PolicyStatus"]["IsPublic"] is public


def test_the_status_of_no_policy_is_an_error(clean_account, open_bucket):
    for bucket, code in ((open_bucket, "NoSuchBucketPolicy"), (f"absent-{open_bucket}", "NoSuchBucket")):
        with pytest.raises(ClientError) as refused:
            clean_account.client("s3").get_bucket_policy_status(Bucket=bucket)
        assert refused.value.response["Error"]["Code"] == code


def test_the_accounts_own_block_is_read_written_and_takes_effect(clean_account, open_bucket):
    control, s3 = clean_account.client("s3control"), clean_account.client("s3")
    own = {"AccountId": clean_account.account_id}
    with pytest.raises(control.exceptions.NoSuchPublicAccessBlockConfiguration):
        control.get_public_access_block(**own)
    wanted = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    control.put_public_access_block(**own, PublicAccessBlockConfiguration=wanted)
    assert control.get_public_access_block(**own)["PublicAccessBlockConfiguration"] == wanted
    policy = {"Version": "2012-10-17", "Statement": [{**WORLD, "Resource": f"arn:aws:s3:::{open_bucket}/*"}]}
    with pytest.raises(ClientError, match="BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket=open_bucket, Policy=json.dumps(policy))
    control.delete_public_access_block(**own)
    s3.put_bucket_policy(Bucket=open_bucket, Policy=json.dumps(policy))
    with pytest.raises(ClientError):
        control.get_public_access_block(AccountId="111122223333")


def test_iam_means_the_caller_when_nobody_is_named(clean_account):
    iam = clean_account.client("iam")
    assert iam.get_user()["User"]["UserName"] == "administrator"
    assert [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]] == [clean_account.access_key_id]
    assert iam.list_mfa_devices()["MFADevices"] == []
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"AWS": clean_account.account_id}, "Action": "sts:AssumeRole"}
    }
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(everything))
    session = clean_account.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    as_role = clean_account.acting_as(session).client("iam")
    with pytest.raises(ClientError, match="Must specify userName"):
        as_role.get_user()


def test_the_credential_report_tells_of_every_user(clean_account):
    iam = clean_account.client("iam")
    iam.create_user(UserName="u1")
    iam.create_login_profile(UserName="u1", Password="Abcdefgh1!xyz")
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode()))}
    assert set(rows) == {"<root_account>", "administrator", "u1"}
    assert (rows["u1"]["password_enabled"], rows["u1"]["mfa_active"], rows["u1"]["access_key_1_active"]) == (
        "true",
        "false",
        "false",
    )
    assert (rows["administrator"]["password_enabled"], rows["administrator"]["access_key_1_active"]) == (
        "false",
        "true",
    )
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["AccountAccessKeysPresent"]) == (2, 0)
    assert iam.get_login_profile(UserName="u1")["LoginProfile"]["UserName"] == "u1"
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


@pytest.fixture
def groups(clean_account):
    """Two groups: one open to the world on 22 and to a network on 443, the other to the first."""
    ec2 = clean_account.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    door = ec2.create_security_group(GroupName="door", Description="front", VpcId=vpc)["GroupId"]
    inner = ec2.create_security_group(GroupName="inner", Description="back", VpcId=vpc)["GroupId"]
    ec2.create_tags(Resources=[inner], Tags=[{"Key": "tier", "Value": "db"}])
    world = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    ec2.authorize_security_group_ingress(
        GroupId=door,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **world},
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        ],
    )
    ec2.authorize_security_group_ingress(
        GroupId=inner, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": door}]}]
    )
    return ec2, {"door": door, "inner": inner, "vpc": vpc}


FILTERS = [
    ({"ip-permission.cidr": ["0.0.0.0/0"]}, {"door"}),
    ({"ip-permission.ipv6-cidr": ["::/0"]}, {"door"}),
    ({"ip-permission.from-port": ["443"], "ip-permission.cidr": ["0.0.0.0/0"]}, {"door"}),
    ({"ip-permission.from-port": ["80"]}, set()),
    ({"ip-permission.protocol": ["-1"]}, {"inner", "default"}),
    ({"ip-permission.group-id": ["{door}"]}, {"inner"}),
    ({"egress.ip-permission.cidr": ["0.0.0.0/0"]}, {"door", "inner", "default"}),
    ({"group-name": ["d*"]}, {"door", "default"}),
    ({"group-id": ["{inner}"]}, {"inner"}),
    ({"description": ["back"], "vpc-id": ["{vpc}"]}, {"inner"}),
    ({"tag:tier": ["db"]}, {"inner"}),
    ({"tag-key": ["tier"]}, {"inner"}),
    ({"owner-id": ["000000000000"]}, set()),
]


@pytest.mark.parametrize(("filters", "names"), FILTERS, ids=[str(case[0]) for case in FILTERS])
def test_security_groups_are_filtered_as_asked(groups, filters, names):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html"""
    ec2, made = groups
    wanted = [{"Name": name, "Values": [value.format(**made) for value in values]} for name, values in filters.items()]
    assert {g["GroupName"] for g in ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]} == names


def test_security_groups_are_found_by_id_and_unknown_filters_are_errors(groups):
    ec2, made = groups
    found = ec2.describe_security_groups(GroupIds=[made["door"]])["SecurityGroups"]
    assert [group["GroupName"] for group in found] == ["door"]
    with pytest.raises(ClientError, match="is invalid"):
        ec2.describe_security_groups(Filters=[{"Name": "colour", "Values": ["red"]}])
    with pytest.raises(ClientError, match="InvalidGroup"):
        ec2.describe_security_groups(GroupIds=["sg-0123456789abcdef0"])


def test_regions_are_off_until_they_are_turned_on(clean_account):
    """https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""
    ec2, account = clean_account.client("ec2"), clean_account.client("account")
    usual = {region["RegionName"] for region in ec2.describe_regions()["Regions"]}
    every = {region["RegionName"]: region["OptInStatus"] for region in ec2.describe_regions(AllRegions=True)["Regions"]}
    assert usual == {name for name, status in every.items() if status == "opt-in-not-required"}
    assert every["af-south-1"] == "not-opted-in"
    assert account.get_region_opt_status(RegionName="af-south-1")["RegionOptStatus"] == "DISABLED"
    with pytest.raises(ClientError) as refused:
        clean_account.client("sqs", "af-south-1").list_queues()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {401, 403}
    account.enable_region(RegionName="af-south-1")
    assert "af-south-1" in {region["RegionName"] for region in ec2.describe_regions()["Regions"]}
    assert clean_account.client("sqs", "af-south-1").list_queues()
    listed = account.list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
    assert [region["RegionName"] for region in listed] == ["af-south-1"]
    account.disable_region(RegionName="af-south-1")
    with pytest.raises(ClientError):
        clean_account.client("sqs", "af-south-1").list_queues()
    with pytest.raises(ClientError, match="cannot be"):
        account.enable_region(RegionName="us-east-1")
    with pytest.raises(ClientError, match="not found"):
        account.get_region_opt_status(RegionName="moon-1")
    only = ec2.describe_regions(
        AllRegions=True,
        Filters=[{"Name": "opt-in-status", "Values": ["not-opted-in"]}],
        RegionNames=["eu-south-1", "eu-west-1"],
    )
    assert [region["RegionName"] for region in only["Regions"]] == ["eu-south-1"]


def test_lists_come_in_pages(clean_account):
    iam, ec2 = clean_account.client("iam"), clean_account.client("ec2")
    for number in range(5):
        iam.create_user(UserName=f"u{number}")
        ec2.create_security_group(GroupName=f"g{number}", Description="d")
    first = iam.list_users(MaxItems=2)
    assert (len(first["Users"]), first["IsTruncated"]) == (2, True)
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 2]
    assert {user["UserName"] for page in pages for user in page["Users"]} == {
        "administrator",
        *(f"u{n}" for n in range(5)),
    }
    assert "IsTruncated" in pages[-1]
    assert not pages[-1]["IsTruncated"]
    pages = list(ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["SecurityGroups"]) for page in pages] == [5, 1]
    assert "NextToken" not in pages[-1]


def test_more_than_a_page_is_never_given_unasked(clean_account):
    iam = clean_account.client("iam")
    for number in range(105):
        iam.create_group(GroupName=f"g{number:03}")
    assert len(iam.list_groups()["Groups"]) == 100
    assert len(iam.get_paginator("list_groups").paginate().build_full_result()["Groups"]) == 105


def test_load_balancers_and_databases_come_in_pages(clean_account):
    elb = clean_account.client("elbv2")
    for number in range(3):
        elb.create_target_group(Name=f"t{number}", Protocol="HTTP", Port=80, TargetType="ip")
    pages = list(elb.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["TargetGroups"]) for page in pages] == [2, 1]


def test_services_that_answer_in_json_come_in_pages(clean_account):
    ecs, ecr, kms = (clean_account.client(service) for service in ("ecs", "ecr", "kms"))
    for number in range(3):
        ecs.create_cluster(clusterName=f"c{number}")
        ecr.create_repository(repositoryName=f"r{number}")
        kms.create_key()
    for client, operation, result in (
        (ecs, "list_clusters", "clusterArns"),
        (ecr, "describe_repositories", "repositories"),
        (kms, "list_keys", "Keys"),
    ):
        pages = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}))
        assert [len(page[result]) for page in pages] == [2, 1], operation
    assert len(ecs.describe_clusters(clusters=["c0"])["clusters"]) == 1


def test_more_than_fifty_events_come_in_pages(clean_account):
    ec2, trail = clean_account.client("ec2"), clean_account.client("cloudtrail")
    for _ in range(60):
        ec2.describe_vpcs()
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "DescribeVpcs"}]
    assert len(trail.lookup_events(LookupAttributes=wanted)["Events"]) == 50
    pages = list(trail.get_paginator("lookup_events").paginate(LookupAttributes=wanted))
    events = [event["EventId"] for page in pages for event in page["Events"]]
    assert (len(events), len(set(events))) == (60, 60)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("service-quotas", "list_services", {}),
        ("redshift", "describe_clusters", {}),
        ("accessanalyzer", "list_analyzers", {}),
        ("guardduty", "list_detectors", {}),
    ],
)
def test_a_service_that_is_not_emulated_says_so(clean_account, service, operation, parameters):
    with pytest.raises(ClientError, match="does not emulate") as refused:
        getattr(clean_account.client(service), operation)(**parameters)
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
    assert refused.value.response["ResponseMetadata"]["RequestId"]


def test_events_are_named_after_what_was_done_and_who_did_it(clean_account):
    clean_account.client("iam").create_user(UserName="traced")
    clean_account.client("ec2").describe_vpcs()
    clean_account.client("s3").create_bucket(Bucket=f"traced-{clean_account.account_id}")
    events = clean_account.client("cloudtrail").lookup_events(MaxResults=50)["Events"]
    assert {"CreateUser", "DescribeVpcs", "CreateBucket"} <= {event["EventName"] for event in events}
    assert {event["Username"] for event in events} == {"administrator"}


SERVICES = {
    "sqs": "list_queues", "sns": "list_topics", "kms": "list_keys", "secretsmanager": "list_secrets", "ssm": "describe_parameters",
    "cloudformation": "list_stacks", "events": "list_rules", "apigateway": "get_rest_apis", "ecs": "list_clusters",
    "stepfunctions": "list_state_machines", "logs": "describe_log_groups", "cloudwatch": "list_metrics", "rds": "describe_db_instances",
    "elbv2": "describe_load_balancers", "autoscaling": "describe_auto_scaling_groups", "route53": "list_hosted_zones", "iam": "list_users",
    "s3": "list_buckets", "ec2": "describe_instances", "lambda": "list_functions", "dynamodb": "list_tables", "sts": "get_caller_identity",
    "ecr": "describe_repositories", "sesv2": "list_email_identities", "account": "list_regions", "cloudtrail": "describe_trails",
}  # fmt: skip


def test_every_answer_has_a_request_id_of_its_own(embedded_account):
    """Refusals too: evidence cites them."""
    nobody = embedded_account.access.acting_as({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"})
    ids = []
    for service, operation in SERVICES.items():
        call = getattr(embedded_account.client(service), operation)
        ids += [call()["ResponseMetadata"]["RequestId"] for _ in range(2)]
        with pytest.raises(ClientError) as refused:
            getattr(nobody.client(service), operation)()
        ids.append(refused.value.response["ResponseMetadata"].get("RequestId"))
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_tags_of_users_and_roles_may_have_any_character(clean_account):
    iam = clean_account.client("iam")
    tags = [{"Key": "a & b", "Value": "</Tags><script>1 < 2 && 3 > 2</script>"}]
    iam.create_user(UserName="tagged", Tags=tags)
    iam.create_role(RoleName="tagged", AssumeRolePolicyDocument="{}")
    iam.tag_role(RoleName="tagged", Tags=tags)
    assert iam.list_users()["Users"]
    assert iam.list_user_tags(UserName="tagged")["Tags"] == tags
    assert iam.get_role(RoleName="tagged")["Role"]["Tags"] == tags
