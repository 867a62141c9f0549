"""Each defect the seams repair, asked of the bare packages: a failure here says that a seam can go."""

import json
import subprocess
import sys

import pytest

_BARE = r"""
import asyncio, json, os, socket, sys
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(64)
port = listener.getsockname()[1]
os.environ.update(AUTH="true", GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", MINISTACK_HOST="127.0.0.1",
    MINISTACK_ACCOUNT_ID="111122223333", MINISTACK_REGION="us-east-1", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0",
    DOCKER_HOST="unix:///nonexistent", LOG_LEVEL="CRITICAL", AWS_ACCESS_KEY_ID="root-key", AWS_SECRET_ACCESS_KEY="root-secret",
    CLOUDTRAIL_RECORDING="1")
from ministack.app import app
from hypercorn.asyncio import serve
from hypercorn.config import Config
config = Config(); config.bind = [f"fd://{listener.fileno()}"]; config.accesslog = config.errorlog = None
async def wait():
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)
asyncio.run(serve(app, config, shutdown_trigger=wait))
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Clients of ministack as it comes, by its root key."""
    import boto3
    from botocore.config import Config

    from cloudprobe.adapters.aws.loopback import reach_prefixed_hosts

    folder = str(tmp_path_factory.mktemp("bare"))
    environment = {"HOME": folder, "TMPDIR": folder, "STATE_DIR": folder, "S3_DATA_DIR": folder}
    with subprocess.Popen(
        [sys.executable, "-c", _BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        endpoint = f"http://127.0.0.1:{process.stdout.readline().strip()}"

        def client(service, key="root-key", secret="root-secret", **more):
            session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1")
            reach_prefixed_hosts(session.events)
            once = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False).merge(Config(**more))
            return session.client(service, endpoint_url=endpoint, config=once)

        client.endpoint = endpoint
        yield client
        process.stdin.close()


def the_key_test_is_root(client):
    return client("iam", "test", "anything").list_users()


def a_forged_root_signature_passes(client):
    return client("iam", "root-key", "wrong").list_users()


def unsigned_s3_passes(client):
    from botocore import UNSIGNED

    return client("s3", signature_version=UNSIGNED).list_buckets()


def the_reset_path_is_open(client):
    import urllib.request

    return urllib.request.urlopen(f"{client.endpoint}/_ministack/health").status == 200


def policy_status_is_empty(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="status")
    return s3.get_bucket_policy_status(Bucket="status")["PolicyStatus"] == {}


def there_is_no_account_block(client):
    try:
        client("s3control").get_public_access_block(AccountId="111122223333")
    except Exception as error:
        return "InvalidURI" in str(error)
    return False


def group_filters_are_ignored(client):
    wanted = [{"Name": "ip-permission.from-port", "Values": ["9"]}]
    return client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"]


def default_groups_let_nobody_in(client):
    return client("ec2").describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["IpPermissions"] == []


def encryption_by_default_is_unknown(client):
    from botocore.exceptions import ClientError

    try:
        client("ec2").get_ebs_encryption_by_default()
    except ClientError as error:
        return error.response["Error"]["Code"] == "InvalidAction"
    return False


def volumes_are_of_today(client):
    import datetime as dt

    from cloudprobe.emulator.worlds.building.past import days_ago

    ec2 = client("ec2")
    with days_ago(ec2, 40):
        made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["CreateTime"]
    return dt.datetime.now(dt.UTC) - made < dt.timedelta(days=1)  # noqa: TID251 - the account dates by the machine


def every_region_is_enabled(client):
    return "af-south-1" in {region["RegionName"] for region in client("ec2").describe_regions()["Regions"]}


def users_come_all_at_once(client):
    for number in range(2):
        client("iam").create_user(UserName=f"page-{number}")
    return len(client("iam").list_users(MaxItems=1)["Users"]) > 1


def clusters_come_all_at_once(client):
    for number in range(2):
        client("ecs").create_cluster(clusterName=f"page-{number}")
    return len(client("ecs").list_clusters(maxResults=1)["clusterArns"]) > 1


def events_are_named_after_the_verb(client):
    client("ec2").describe_vpcs()
    return "POST.ec2" in {event["EventName"] for event in client("cloudtrail").lookup_events()["Events"]}


def the_caller_is_taken_for_root(client):
    iam = client("iam")
    iam.create_user(UserName="caller")
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_user_policy(UserName="caller", PolicyName="p", PolicyDocument=json.dumps(everything))
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    return client("iam", key["AccessKeyId"], key["SecretAccessKey"]).get_user()["User"]["UserName"] == "root"


def passing_a_role_needs_nothing(client):
    iam = client("iam")
    iam.create_user(UserName="passer")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "states:*", "Resource": "*"}}
    iam.put_user_policy(UserName="passer", PolicyName="p", PolicyDocument=json.dumps(policy))
    role = iam.create_role(RoleName="passed", AssumeRolePolicyDocument=json.dumps(policy))["Role"]["Arn"]
    key = iam.create_access_key(UserName="passer")["AccessKey"]
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    states = client("stepfunctions", key["AccessKeyId"], key["SecretAccessKey"])
    return states.create_state_machine(name="m", definition=definition, roleArn=role)


def sessions_may_last_longer_than_their_role_allows(client):
    iam = client("iam")
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}}
    role = iam.create_role(RoleName="short", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    return client("sts").assume_role(RoleArn=role, RoleSessionName="long", DurationSeconds=43200)


def a_source_identity_is_forgotten(client):
    iam = client("iam")
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:*"}}
    role = iam.create_role(RoleName="sourced", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    return "SourceIdentity" not in client("sts").assume_role(
        RoleArn=role, RoleSessionName="sess", SourceIdentity="someone"
    )


def trust_policies_do_not_see_a_source_identity(client):
    from botocore.exceptions import ClientError

    trust = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "111122223333"},
            "Action": "sts:*",
            "Condition": {"StringEquals": {"sts:SourceIdentity": "someone"}},
        }
    }
    role = client("iam").create_role(RoleName="asks", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    try:
        client("sts").assume_role(RoleArn=role, RoleSessionName="sess", SourceIdentity="someone")
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied"
    return False


def stacks_forget_the_boundary_of_a_role(client):
    trust = {"Version": "2012-10-17", "Statement": []}
    properties = {
        "RoleName": "bound",
        "AssumeRolePolicyDocument": trust,
        "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    }
    template = {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": properties}}}
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName="bound", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="bound", WaiterConfig={"Delay": 1})
    return "PermissionsBoundary" not in client("iam").get_role(RoleName="bound")["Role"]


def absent_services_answer_in_no_protocol(client):
    from botocore.exceptions import ClientError

    try:
        client("accessanalyzer").list_analyzers()
    except ClientError as error:
        return error.response["Error"]["Code"] == "400"
    return False


def tags_spoil_lists(client):
    from botocore.parsers import ResponseParserError

    client("iam").create_user(UserName="tagged")
    client("iam").tag_user(UserName="tagged", Tags=[{"Key": "k", "Value": "a < b"}])
    try:
        client("iam").list_users()
    except ResponseParserError:
        return True
    finally:
        client("iam").delete_user(UserName="tagged")
    return False


def targets_are_always_healthy(client):
    ec2, elb = client("ec2"), client("elbv2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = elb.create_target_group(Name="t", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=made, Targets=[{"Id": "i-0123456789abcdef0"}])  # there is no such instance
    (told,) = elb.describe_target_health(TargetGroupArn=made)["TargetHealthDescriptions"]
    return told["TargetHealth"]["State"] == "healthy"


DEFECTS = [
    tags_spoil_lists,
    targets_are_always_healthy,
    the_key_test_is_root,
    a_forged_root_signature_passes,
    unsigned_s3_passes,
    the_reset_path_is_open,
    policy_status_is_empty,
    there_is_no_account_block,
    group_filters_are_ignored,
    default_groups_let_nobody_in,
    encryption_by_default_is_unknown,
    volumes_are_of_today,
    every_region_is_enabled,
    users_come_all_at_once,
    clusters_come_all_at_once,
    events_are_named_after_the_verb,
    the_caller_is_taken_for_root,
    passing_a_role_needs_nothing,
    sessions_may_last_longer_than_their_role_allows,
    a_source_identity_is_forgotten,
    trust_policies_do_not_see_a_source_identity,
    stacks_forget_the_boundary_of_a_role,
    absent_services_answer_in_no_protocol,
]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_ministack_still_has_the_defect(bare, defect):
    assert defect(bare)


_INSIDE = r"""
import inspect, json
from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import cloudtrail, s3
from ministack.core.iam_evaluator import EvalContext, evaluate, evaluate_resource_policy, parse_policy_document
import moto.stepfunctions.parser.asl.jsonata.jsonata as jsonata
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service as service, state_task_service_callback as callback, state_task_service_ecs as ecs,
    state_task_service_aws_sdk as sdk)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.asl.utils import boto_client, json_path

context = EvalContext("arn:aws:iam::111122223333:user/u", "User", "111122223333", "s3:ListBucket", "arn:aws:s3:::u", "us-east-1",
    principal_keys={"aws:username": "u"})
variable = parse_policy_document({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}"}})
session = EvalContext("arn:aws:sts::111122223333:assumed-role/r/s", "AssumedRole", "111122223333", "s3:ListBucket", "*", "us-east-1")
spared = {"Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/x"}, "Action": "*", "Resource": "*"}}
body = b'{"logGroupName": "g"}'
source = inspect.getsource
print(json.dumps({
    "policy variables are text": evaluate(context, [variable]).decision != "Allow",
    "NotPrincipal is skipped": evaluate_resource_policy(spared, context).decision != "Deny",
    "GetFunctionConcurrency asks for Put": iam_actions.extract_iam_action("lambda", "GET", "/2015-03-31/functions/f/concurrency", {}, b"", {}) == "lambda:PutFunctionConcurrency",
    "an unnamed operation is allowed": iam_actions.extract_iam_action("account", "POST", "/listRegions", {}, b"", {}) is None,
    "a header of another service names an action of S3": iam_actions.extract_iam_action("s3", "GET", "/b/k", {"x-amz-target": "X.ListAllMyBuckets"}, b"", {}) == "s3:ListAllMyBuckets",
    "a role is named without its path": iam_actions.extract_resource_arn("iam", "POST", "/", {}, b"", {"RoleName": ["r"], "Path": ["/p/"]}, "us-east-1", "1").endswith(":role/r"),
    "a log group is named without its ending": not iam_actions.extract_resource_arn("logs", "POST", "/", {"x-amz-target": "Logs.FilterLogEvents"}, body, {}, "us-east-1", "1").endswith(":*"),
    "a bucket belongs to whoever asks": iam_evaluator._resolve_condition_key("aws:ResourceAccount", context) == "111122223333",
    "a session is taken for its role": iam_evaluator._resolve_condition_key("aws:PrincipalArn", session) == session.principal_arn,
    "no call says whether a service makes it": iam_evaluator._resolve_condition_key("aws:ViaAWSService", session) is None,
    "a version is invoked as the function": iam_actions.extract_resource_arn("lambda", "POST", "/2015-03-31/functions/f/invocations", {}, b"", {"Qualifier": ["1"]}, "us-east-1", "1").endswith(":f"),
    "an access control list needs no action": iam_actions.s3_additional_checks("PUT", "/b/k", {"x-amz-acl": "private"}, b"", {}) == [],
    "missing objects are told to everybody": "ListBucket" not in source(s3._get_object),
    "event history has no pages": "NextToken" not in source(cloudtrail._lookup_events),
    "a service's name costs the load of every model": "get_service_model" in source(router._is_aws_service_name),
    "only one service refuses in CBOR": iam_actions._CBOR_CAPABLE == {"monitoring"},
    "organisation policies are not asked": "organization" not in source(iam_evaluator.enforce).lower(),
    "there is no JSONata evaluator": jsonata._eval_jsonata is None,
    "strings are pasted unescaped": jsonata.encode_jsonata_variable_declarations({"$a": 'x"y'}) == '$a:="x"y";',
    "assigned strings are pasted unescaped": "json.dumps" not in source(VariableStore.get_assigned_variables),
    "variables are resolved late": "on_entry" not in source(CommonStateField._eval_body),
    "calls go to a fixed port": "moto_server_port" in source(boto_client.boto_client_for),
    "casing is not converted": source(service.StateTaskService._normalise_parameters).rstrip().endswith("pass"),
    "exit codes are ignored": "ExitCode" not in source(ecs),
    "abandoned tasks run on": "stop_task" not in source(ecs),
    "ECS exceptions are not named": "_from_error" not in source(ecs),
    "SDK names are guessed": "s3" not in sdk._SERVICE_ERROR_NAMES,
    "unmatched choices are runtime errors": "NoChoiceMatched" not in source(StateChoice),
    "definite paths give lists": json_path.extract_json("$.a[0].b", {"a": [{"b": 1}]}) == [1],
    "missed heartbeats are timeouts": "HeartbeatTimeout:" not in source(callback) and "StatesHeartbeatTimeout" not in source(callback),
    "States.Timeout misses heartbeats": "Heartbeat" not in source(ErrorEqualsDecl),
}))
"""

INSIDE = [
    line.partition('"')[2].partition('"')[0]
    for line in _INSIDE.partition("print(")[2].splitlines()
    if line.startswith('    "')
]


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("inside"))
    environment = {"HOME": folder, "TMPDIR": folder, "LOG_LEVEL": "CRITICAL", "MINISTACK_ACCOUNT_ID": "111122223333"}
    done = subprocess.run([sys.executable, "-c", _INSIDE], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("defect", INSIDE)
def test_the_packages_still_have_the_defect(inside, defect):
    assert inside[defect]
