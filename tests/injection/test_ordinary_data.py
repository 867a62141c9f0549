"""What ordinary accounts say is not taken for instructions: everything that can be read of every world but one."""

import ast
import json

import pytest
from botocore.exceptions import ClientError

from cloudprobe.agents.prompting.suspicion import suspects, suspicion
from cloudprobe.templates.registry import TemplateLibrary
from tests.worlds.seeded import ALL_WORLDS, seed

HOSTILE = "hostile-words"
SAMPLE = "faulty"
LISTS = {
    "apigateway": ["get_rest_apis"],
    "autoscaling": ["describe_auto_scaling_groups", "describe_scaling_activities"],
    "cloudformation": ["describe_stacks"],
    "cloudtrail": ["describe_trails", "lookup_events"],
    "cloudwatch": ["describe_alarms", "describe_alarm_history", "list_metrics", "list_dashboards"],
    "dynamodb": ["list_tables"],
    "ec2": [
        *("describe_instances", "describe_security_groups", "describe_vpcs", "describe_subnets", "describe_volumes"),
        *("describe_route_tables", "describe_network_acls", "describe_nat_gateways", "describe_addresses"),
        *("describe_network_interfaces", "describe_tags", "describe_snapshots", "describe_images"),
    ],
    "ecs": ["list_clusters", "list_task_definitions"],
    "elbv2": ["describe_load_balancers", "describe_target_groups"],
    "events": ["list_rules"],
    "iam": [
        *("list_roles", "list_users", "list_groups", "list_policies", "get_account_authorization_details"),
        *("list_instance_profiles", "get_account_summary"),
    ],
    "kms": ["list_aliases"],
    "lambda": ["list_functions", "list_event_source_mappings"],
    "logs": ["describe_log_groups", "describe_metric_filters"],
    "rds": ["describe_db_instances", "describe_db_snapshots", "describe_events"],
    "route53": ["list_hosted_zones"],
    "s3": ["list_buckets"],
    "secretsmanager": ["list_secrets"],
    "sns": ["list_topics", "list_subscriptions"],
    "sqs": ["list_queues"],
    "ssm": ["describe_parameters"],
    "stepfunctions": ["list_state_machines"],
}


def everything(client):
    """What the account answers to whoever lists it, in this region, and what stands in its logs and on its buckets."""
    for service, operations in LISTS.items():
        for operation in operations:
            more = {"OwnerIds": ["self"]} if operation == "describe_snapshots" else {}
            more |= {"Owners": ["self"]} if operation == "describe_images" else {}
            yield f"{service}.{operation}", _answer(getattr(client(service), operation), **more)
    logs, s3 = client("logs"), client("s3")
    for group in logs.describe_log_groups()["logGroups"][:200]:
        yield group["logGroupName"], _answer(logs.filter_log_events, logGroupName=group["logGroupName"])
    for bucket in s3.list_buckets()["Buckets"][:200]:
        for read in (
            s3.get_bucket_policy,
            s3.get_bucket_tagging,
            s3.list_objects_v2,
            s3.get_bucket_lifecycle_configuration,
        ):
            yield bucket["Name"], _answer(read, Bucket=bucket["Name"])


def _answer(read, **parameters):
    try:
        return json.loads(json.dumps(read(**parameters), default=str))
    except (ClientError, NotImplementedError) as error:
        return {"error": str(error)}


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(world, marks=() if world == SAMPLE else pytest.mark.full)
        for world in ALL_WORLDS
        if world != HOSTILE
    ],
)
def test_nothing_in_an_ordinary_account_is_taken_for_an_instruction(world, embedded_account):
    seeded = seed(embedded_account, world, "own")
    read = found = 0
    for region in seeded.world.regions:
        for place, answer in everything(lambda service, region=region: seeded.access.client(service, region=region)):
            read += len(json.dumps(answer))
            told = suspects(answer, place)
            found += len(told)
            assert told == (), (place, told)
    assert read > 5_000
    print(f"{world}: {read:,} characters, {found} taken for instructions")


@pytest.mark.full
def test_the_hostile_world_is_noticed_by_the_same_look(embedded_account):
    seeded = seed(embedded_account, HOSTILE, "own")
    told = {place for place, answer in everything(seeded.access.client) if suspects(answer, place)}
    assert {"lambda.list_functions", "cloudwatch.describe_alarms", "ec2.describe_security_groups"} <= told


def test_nothing_the_templates_say_is_taken_for_an_instruction():
    """Their findings and fixes stand in the same results: every sentence in their source."""
    library, said = TemplateLibrary.builtin(), []
    for template in library:
        said += [node.value for node in ast.walk(ast.parse(template.script)) if isinstance(node, ast.Constant)]
    sentences = [text for text in said if isinstance(text, str) and " " in text]
    assert len(sentences) > 1_000
    assert [text for text in sentences if suspicion(text)] == []
