"""Situations the probes were not written with: one or more of each, held out until the probe was done."""

import runpy
from functools import cache
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.worlds.building import Site, allow, deny, private_networks
from cloudprobe.emulator.worlds.building.alarms import alarm
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.balancers import balancer_in, target_group, unwell
from cloudprobe.emulator.worlds.building.databases import database, group_in, network, port_from
from cloudprobe.emulator.worlds.building.metrics import measure_function
from cloudprobe.emulator.worlds.building.quotas import Quotas
from cloudprobe.emulator.worlds.building.volumes import server, volume
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.templates.registry import BUILTIN_FOLDER
from tests.templates import test_lambda_error_logs, test_s3_event_lambda, test_sqs_queue_backlog
from tests.templates.probe_runs import run_probe
from tests.worlds.seeded import naming

HOME = {"regions": ["us-east-1"]}


@pytest.fixture
def site(clean_account: AccountAccess) -> Site:
    return Site(clean_account.client, lambda logical: logical)


@cache
def _parts(template: str) -> dict[str, Any]:
    """What a probe defines, without running it."""
    return runpy.run_path(str(BUILTIN_FOLDER / template / "probe.py"), run_name="probe")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
            "840199878403.dkr.ecr.us-east-1.amazonaws.com/shop:1: not found",  # no 401 or 403, for all its digits
            "ecs-image-not-found",
        ),
        ("CannotPullContainerError: 429 Too Many Requests - Server message: toomanyrequests", "ecs-image-rate-limit"),
        (
            "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: "
            "mount.nfs4: Connection timed out : unsuccessful EFS utils command execution; code: 32",
            "ecs-volume",
        ),
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: "
            "invalid parameters: /prod/db-password",
            "ecs-secret-missing",
        ),
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: "
            "There is a connection issue between the task and AWS Secrets Manager. context deadline exceeded",
            "ecs-no-way-out",
        ),
        ("CannotPullContainerError: failed to register layer: no space left on device", "ecs-disk-full"),
        (
            "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log "
            "group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. "
            "Check your network configuration. : signal: killed",
            "ecs-no-way-out",
        ),
        (
            'CannotStartContainerError: failed to create task: exec: "/app/start.sh": permission denied: unknown',
            "ecs-task-not-prepared",
        ),
        (
            "ResourceInitializationError: unable to retrieve secret: AccessDeniedException: User: "
            "arn:aws:sts::1:assumed-role/r/1 is not authorized to perform: kms:Decrypt",
            "ecs-role-denied",
        ),
    ],
)
def test_what_ecs_says(said: str, kind: str) -> None:
    assert _parts("ecs_not_starting")["meaning_of"](said) == kind


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("java.lang.NullPointerException: Cannot invoke length()", {"lambda-log-error"}),
        ("[ERROR] Runtime.HandlerNotFound: app.main is undefined or not exported", {"lambda-log-import"}),
        ("panic: runtime error: index out of range [3] with length 2", {"lambda-log-error"}),
        ('2026 8b7 ERROR Invoke Error {"errorType":"Error","code":"ECONNREFUSED"}', {"lambda-log-connection"}),
        (
            "REPORT RequestId: 1 Duration: 5.1 ms Billed Duration: 6 ms Memory Size: 128 MB Max Memory Used: 40 MB",
            set(),
        ),
    ],
)
def test_what_other_languages_log(site: Site, clean_account: AccountAccess, line: str, kinds: set[str]) -> None:
    worker(site, "fn")
    test_lambda_error_logs.logged(site, "fn", line)
    run = run_probe("lambda_error_logs", clean_account, {**HOME, "function": "fn"})
    assert {f.id for f in run.result.findings} == kinds


def test_a_group_that_lets_in_everything_of_another_lets_in_the_database_port(
    site: Site, clean_account: AccountAccess
) -> None:
    home = network(site)
    clients = group_in(site, "clients", home)
    everything = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": clients}]}
    database(site, "orders", home, group_in(site, "all", home, everything))
    assert run_probe("rds_unreachable", clean_account, HOME).verdict == set()


def test_a_database_in_another_state_that_takes_no_clients(site: Site, clean_account: AccountAccess) -> None:
    home = network(site)
    arn = database(
        site, "orders", home, group_in(site, "all", home, {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})
    )
    state = {"DBInstances[DBInstanceIdentifier=orders].DBInstanceStatus": "inaccessible-encryption-credentials"}
    record_answer(site.client, "rds", "DescribeDBInstances", overlay=state)
    run = run_probe("rds_unreachable", clean_account, HOME)
    assert {(f.resource, f.id) for f in run.result.findings} == {(arn, "rds-not-running")}


def test_more_than_a_quota_that_was_lowered(site: Site, clean_account: AccountAccess) -> None:
    quotas = Quotas(site)
    quotas.quota("dynamodb", "L-77777777", "Tables", limit=100, used=(130,))
    quotas.record()
    run = run_probe("service_quotas", clean_account, HOME)
    assert {(f.id, f.severity.value) for f in run.result.findings} == {("service-quota-reached", "high")}
    assert "--desired-value 195" in (run.result.findings[0].fix or "")


def test_a_person_signed_in_through_the_identity_center() -> None:
    role = "AWSReservedSSO_Admin_0123456789abcdef"
    identity = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::111122223333:assumed-role/{role}/jane@example.com",
        "sessionContext": {
            "sessionIssuer": {"userName": role, "arn": f"arn:aws:iam::111122223333:role/aws-reserved/{role}"}
        },
    }
    parts = _parts("recent_changes")
    assert "jane@example.com" in parts["name_of_caller"](identity, {"EventSource": "iam.amazonaws.com"})
    assert not parts["is_service"](identity, {})


def test_errors_just_before_the_end_of_a_long_good_time(site: Site, clean_account: AccountAccess) -> None:
    worker(site, "late")
    measure_function(site, "late", invocations=(1000,) * 20 + (10,), errors=(0,) * 20 + (10,), milliseconds=(50,))
    run = run_probe("lambda_errors", clean_account, HOME)
    assert {f.id for f in run.result.findings} == {"lambda-function-errors"}


def test_the_same_disk_in_two_regions_and_one_is_plain(site: Site, clean_account: AccountAccess) -> None:
    volume(site, "disk", encrypted=True)
    plain = volume(site, "disk", region="eu-west-1")
    run = run_probe("unencrypted_storage", clean_account, {"regions": ["us-east-1", "eu-west-1"], "kinds": ["volume"]})
    assert [(f.resource.split(":")[3], f.resource.rpartition("/")[2]) for f in run.result.findings] == [
        ("eu-west-1", plain)
    ]


def test_an_old_disk_of_a_running_machine_is_not_idle_and_one_far_away_is(
    site: Site, clean_account: AccountAccess
) -> None:
    server(site, "busy", volume(site, "used", size=400, age=500))
    far = volume(site, "far", size=200, age=60, region="eu-west-1")
    run = run_probe("idle_resources_cost", clean_account, {"regions": ["us-east-1", "eu-west-1"]})
    assert [f.resource.rpartition("/")[2] for f in run.result.findings] == [far]


def test_a_consumer_that_may_not_delete(site: Site, clean_account: AccountAccess) -> None:
    role = (allow("sqs:*", "*"), deny("sqs:DeleteMessage", "*"))
    arn = test_sqs_queue_backlog.consumed(site, "orders", role=role)
    run = run_probe("sqs_queue_backlog", clean_account, HOME)
    assert [f.resource for f in run.result.findings] == [arn]
    assert "sqs:DeleteMessage" in run.result.findings[0].title


def test_a_function_that_lets_in_every_bucket(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, naming("own"))
    test_s3_event_lambda.wired(site, "inbox", source="arn:aws:s3:::*")
    run = run_probe("s3_event_lambda", clean_account, {"bucket": site.name("inbox")})
    assert run.verdict == set()


def test_a_default_route_in_two_halves_is_a_way_out(site: Site, clean_account: AccountAccess) -> None:
    made = private_networks.network(site, "vpc")
    gateway, ec2 = private_networks.nat(site, made), site.client("ec2")
    ec2.delete_route(RouteTableId=made.table, DestinationCidrBlock="0.0.0.0/0")
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        ec2.create_route(RouteTableId=made.table, DestinationCidrBlock=half, NatGatewayId=gateway)
    worker(site, "caller", subnets=(made.subnet,), groups=(made.group,))
    assert run_probe("lambda_vpc_egress", clean_account, HOME).verdict == set()


def test_targets_that_let_in_the_balancer_before_this_one(site: Site, clean_account: AccountAccess) -> None:
    home = network(site)
    front, old = (group_in(site, name, home, port_from(443, "0.0.0.0/0")) for name in ("front", "old-front"))
    inner = group_in(site, "inner", home, port_from(80, old))
    shop = balancer_in(site, "shop", home, front)
    one: dict[str, Any] = {"ImageId": "ami-12345678", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    made = site.client("ec2").run_instances(**one, SubnetId=home.subnets[0], SecurityGroupIds=[inner])
    states = {made["Instances"][0]["InstanceId"]: ("unhealthy", "Target.Timeout", "Request timed out")}
    arn = target_group(site, "web", home, *states, behind=shop)
    unwell(site, arn, states)
    run = run_probe("elb_unhealthy_targets", clean_account, HOME)
    assert run.verdict == {(arn, "elb-target-closed-by-security-group", "critical")}


def test_an_alarm_whose_threshold_is_zero(site: Site, clean_account: AccountAccess) -> None:
    actions = ["arn:aws:sns:us-east-1:123456789012:pager"]
    arn = alarm(
        site, "errors", "Errors", *[0] * 20, 5, 6, 7, namespace="Shop", threshold=0, state="ALARM", AlarmActions=actions
    )
    run = run_probe("cloudwatch_alarms", clean_account, HOME)
    assert run.verdict == {(arn, "cloudwatch-alarm-firing", "high")}
    assert "threshold 0" in run.result.findings[0].title
