"""Hostile scripts against two real emulated accounts: broker, role and ceiling stand alone, without static checks.

The permit names every operation the scripts try, also those that write, so that nothing but ownership, IAM and the
ceiling is in their way; the policy is as wide as the ceiling of the class ``metadata`` lets it be.
"""

import json
import threading
from dataclasses import dataclass

import pytest

from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import open_account
from cloudprobe.config import Config
from cloudprobe.guard.policy import digest, script_digest
from cloudprobe.local.probe_run import SingleRun, run_single, with_any_output
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.permit import AllowedOperation, Permit
from cloudprobe.sandbox.recording import Recording
from tests.worlds.seeded import naming

SECRET = "canary-5b1fe2-opensesame"
READS = (
    "s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketAcl", "sqs:ListQueues",
    "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "iam:ListRoles", "iam:GetRole", "iam:ListUsers", "kms:DescribeKey",
    "kms:ListKeys", "lambda:ListFunctions", "lambda:GetFunctionConfiguration", "ssm:DescribeParameters",
    "secretsmanager:ListSecrets", "secretsmanager:DescribeSecret", "dynamodb:ListTables", "dynamodb:DescribeTable",
    "cloudtrail:DescribeTrails", "logs:DescribeLogGroups", "ec2:DescribeRegions", "ec2:DescribeInstances",
)  # fmt: skip
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": sorted(READS), "Resource": "*"}]}
TRIED = (
    "s3:ListBuckets s3:ListObjectsV2 s3:GetObject s3:PutObject s3:DeleteBucket s3:GetBucketAcl s3:PutBucketPolicy "
    "sqs:ListQueues sqs:SendMessage sqs:ReceiveMessage sqs:GetQueueAttributes sqs:PurgeQueue sqs:GetQueueUrl "
    "iam:ListRoles iam:GetRole iam:CreateUser iam:CreateAccessKey iam:PutRolePolicy iam:DeleteRolePermissionsBoundary "
    "iam:UpdateAssumeRolePolicy iam:ListUsers kms:DescribeKey kms:Decrypt kms:ListKeys sts:AssumeRole "
    "sts:GetCallerIdentity sts:GetSessionToken ssm:GetParameter ssm:DescribeParameters "
    "secretsmanager:GetSecretValue secretsmanager:ListSecrets dynamodb:Scan dynamodb:ListTables dynamodb:PutItem "
    "lambda:Invoke lambda:GetFunction lambda:ListFunctions lambda:GetFunctionConfiguration lambda:UpdateFunctionCode "
    "cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:DescribeTrails logs:DeleteLogGroup "
    "logs:DescribeLogGroups ec2:RunInstances ec2:DescribeRegions ec2:DescribeInstances"
)
PREFACE = """
import json, sys
import boto3
from botocore.config import Config
asked = json.loads(sys.stdin.read() or "{}")
def client(name, **more):
    return boto3.client(name, region_name="us-east-1", **more)
out = []
def tried(call):
    try:
        answer = call()
        answer.pop("ResponseMetadata", None)
        out.append(["answered", str(answer)[:2000]])
    except Exception as error:
        out.append(["refused", type(error).__name__, str(error)[:300]])
"""
HOSTILE = {
    "list a foreign bucket": "tried(lambda: client('s3').list_objects_v2(Bucket=asked['evil'], Prefix='stolen'))",
    "read a foreign object": "tried(lambda: client('s3').get_object(Bucket=asked['evil'], Key='stolen'))",
    "write to a foreign bucket": "tried(lambda: client('s3').put_object(Bucket=asked['evil'], Key='x', Body=b'x'))",
    "foreign bucket by an access point": (
        "tried(lambda: client('s3').list_objects_v2(Bucket=f\"arn:aws:s3:us-east-1:{asked['other']}:accesspoint/x\"))"
    ),
    "foreign queue by its address": (
        "tried(lambda: client('sqs').send_message(QueueUrl=asked['evil_queue'], MessageBody='x'))\n"
        "tried(lambda: client('sqs').get_queue_attributes(QueueUrl=asked['evil_queue'], AttributeNames=['All']))\n"
        "tried(lambda: client('sqs').get_queue_url(QueueName='drop', QueueOwnerAWSAccountId=asked['other']))"
    ),
    "assume a foreign role": (
        "tried(lambda: client('sts').assume_role(RoleArn=f\"arn:aws:iam::{asked['other']}:role/open\", "
        "RoleSessionName='x'))\ntried(lambda: client('sts').get_session_token())"
    ),
    "foreign key": "tried(lambda: client('kms').describe_key(KeyId=f\"arn:aws:kms:us-east-1:{asked['other']}:key/x\"))",
    "own keys and own endpoint": (
        "tried(lambda: client('s3', aws_access_key_id=asked['evil_key'], aws_secret_access_key=asked['evil_secret'])"
        ".put_object(Bucket=asked['evil'], Key='x', Body=b'x'))\n"
        "tried(lambda: client('s3', endpoint_url=asked['endpoint']).list_objects_v2(Bucket=asked['evil']))"
    ),
    "presigned address": (
        "tried(lambda: {'url': client('s3').generate_presigned_url('get_object', "
        "Params={'Bucket': asked['bucket'], 'Key': 'secret.txt'})})"
    ),
    "secret values": (
        "tried(lambda: client('secretsmanager').get_secret_value(SecretId=asked['secret']))\n"
        "tried(lambda: client('ssm').get_parameter(Name=asked['parameter'], WithDecryption=True))\n"
        "tried(lambda: client('s3').get_object(Bucket=asked['bucket'], Key='secret.txt'))\n"
        "tried(lambda: client('dynamodb').scan(TableName=asked['table']))\n"
        "tried(lambda: client('sqs').receive_message(QueueUrl=asked['queue']))\n"
        "tried(lambda: client('lambda').get_function(FunctionName=asked['function']))"
    ),
    "secrets in settings that may be read": (
        "tried(lambda: client('lambda').list_functions())\n"
        "tried(lambda: client('lambda').get_function_configuration(FunctionName=asked['function']))"
    ),
    "escalate by IAM": (
        "tried(lambda: client('iam').create_user(UserName='intruder'))\n"
        "tried(lambda: client('iam').create_access_key(UserName='clerk'))\n"
        "me = client('sts').get_caller_identity()['Arn'].split('/')[1]\n"
        "tried(lambda: client('iam').delete_role_permissions_boundary(RoleName=me))\n"
        "tried(lambda: client('iam').put_role_policy(RoleName=me, PolicyName='more', PolicyDocument='{}'))"
    ),
    "destroy": (
        "tried(lambda: client('s3').delete_bucket(Bucket=asked['bucket']))\n"
        "tried(lambda: client('sqs').purge_queue(QueueUrl=asked['queue']))\n"
        "tried(lambda: client('dynamodb').put_item(TableName=asked['table'], Item={'id': {'S': 'x'}}))\n"
        "tried(lambda: client('logs').delete_log_group(logGroupName='/app/ledger'))"
    ),
    "run something": (
        "tried(lambda: client('lambda').invoke(FunctionName=asked['function']))\n"
        "tried(lambda: client('ec2').run_instances(ImageId='ami-1', MinCount=1, MaxCount=1))"
    ),
}
ORDINARY = {
    "buckets": "tried(lambda: client('s3').list_buckets())",
    "a bucket's objects": "tried(lambda: client('s3').list_objects_v2(Bucket=asked['bucket']))",
    "a queue": "tried(lambda: client('sqs').get_queue_attributes(QueueUrl=asked['queue'], AttributeNames=['All']))",
    "roles": "tried(lambda: client('iam').list_roles())",
    "functions": "tried(lambda: client('lambda').list_functions())",
    "secrets by name": "tried(lambda: client('secretsmanager').list_secrets())",
    "who am I": "tried(lambda: client('sts').get_caller_identity())",
}
SAMPLE = {"list a foreign bucket", "foreign queue by its address", "own keys and own endpoint", "secret values",
          "secrets in settings that may be read", "escalate by IAM", "destroy"}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    access: object
    other: object
    names: dict

    def states(self):
        """What an intruder could have changed, in both accounts, as their administrators see it."""
        return [_state(self.access.client), _state(self.other.client)]


def _state(client):
    s3, sqs, iam = client("s3"), client("sqs"), client("iam")
    queues = sorted(sqs.list_queues().get("QueueUrls", []))
    tables = client("dynamodb").list_tables()["TableNames"]
    return json.loads(
        json.dumps(
            {
                "objects": {
                    bucket["Name"]: [
                        one["Key"] for one in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])
                    ]
                    for bucket in s3.list_buckets()["Buckets"]
                },
                "messages": {
                    url: sqs.get_queue_attributes(
                        QueueUrl=url,
                        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
                    )["Attributes"]
                    for url in queues
                },
                "users": {
                    user["UserName"]: len(iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"])
                    for user in iam.list_users()["Users"]
                },
                "roles": sorted(role["Arn"] for role in iam.list_roles()["Roles"]),
                "items": {table: client("dynamodb").scan(TableName=table)["Count"] for table in tables},
                "logs": sorted(one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]),
                "functions": sorted(one["CodeSha256"] for one in client("lambda").list_functions()["Functions"]),
                "instances": len(client("ec2").describe_instances()["Reservations"]),
            },
            default=str,
        )
    )


@pytest.fixture(scope="module")
def scene(embedded_account):
    access, other, named = embedded_account.second_account(), embedded_account.second_account(), naming("scene")
    names = {name: named(name) for name in ("bucket", "table", "function", "secret", "parameter")}
    everybody = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:*"], "Resource": "*"}]}  # fmt: skip
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    s3 = access.client("s3")
    s3.create_bucket(Bucket=names["bucket"])
    s3.put_object(Bucket=names["bucket"], Key="secret.txt", Body=SECRET.encode())
    queue = access.client("sqs").create_queue(QueueName=named("queue"))["QueueUrl"]
    access.client("sqs").send_message(QueueUrl=queue, MessageBody=SECRET)
    access.client("secretsmanager").create_secret(Name=names["secret"], SecretString=SECRET)
    access.client("ssm").put_parameter(Name=names["parameter"], Value=SECRET, Type="SecureString")
    dynamodb = access.client("dynamodb")
    dynamodb.create_table(
        TableName=names["table"],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName=names["table"], Item={"id": {"S": SECRET}})
    access.client("iam").create_user(UserName="clerk")
    access.client("logs").create_log_group(logGroupName="/app/ledger")
    role = access.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    access.client("lambda").create_function(
        FunctionName=names["function"],
        Runtime="python3.12",
        Role=role["Arn"],
        Handler="index.handler",
        Code={"ZipFile": _zip()},
        Environment={"Variables": {"DB_PASSWORD": SECRET, "STAGE": "prod"}},
    )
    evil = named("evil")
    other.client("s3").create_bucket(Bucket=evil)
    other.client("s3").delete_public_access_block(Bucket=evil)
    for statement in everybody["Statement"]:
        statement["Resource"] = [f"arn:aws:s3:::{evil}", f"arn:aws:s3:::{evil}/*"]
    other.client("s3").put_bucket_policy(Bucket=evil, Policy=json.dumps(everybody))
    other.client("s3").put_object(Bucket=evil, Key="stolen", Body=b"attacker-data")
    evil_queue = other.client("sqs").create_queue(QueueName="drop")["QueueUrl"]
    other.client("iam").create_role(RoleName="open", AssumeRolePolicyDocument=json.dumps(trust))
    names |= {
        "queue": queue,
        "evil": evil,
        "evil_queue": evil_queue,
        "other": other.account_id,
        "evil_key": other.access_key_id,
        "evil_secret": other.secret_access_key,
        "endpoint": other.endpoint_url,
    }
    return Scene(access, other, names)


def _zip():
    import io
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    return data.getvalue()


def execute(scene, body, folder):
    script = f"{PREFACE}\n{body}\nprint(json.dumps(out))\n"
    tried = [name.split(":") for name in TRIED.split()]
    permit = Permit(
        operations=tuple(AllowedOperation(service=s, operation=o, resources=("*",)) for s, o in tried),
        accounts=(scene.access.account_id,),
        regions=("*",),
        data_class="metadata",
        script_digest=script_digest(script),
        policy_digest=digest(POLICY),
    )
    order = SingleRun(script=script, variables=scene.names, permit=permit, policy=POLICY, region="us-east-1")
    config = Config.read(scene.access.environment(), data_dir=folder)
    with open_account("", config) as account:
        (access,) = account.accesses.values()
        execution = run_single(
            order, access, clock=SystemClock(), folder=folder / "recording", cancel=threading.Event()
        )
    return with_any_output(execution)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.full) for name in HOSTILE]
)
def test_nothing_is_reached_read_or_changed(name, scene, tmp_path):
    before = scene.states()
    execution = execute(scene, HOSTILE[name], tmp_path)
    assert execution.status is Status.SUCCEEDED, execution.error
    assert scene.states() == before
    everything = json.dumps(execution.result) + execution.stderr
    recording = Recording.load(tmp_path / "recording")
    answered = [call for call in recording if call.response is not None]
    everything += "".join(json.dumps(call.response, default=str) for call in answered)
    assert SECRET not in everything
    assert "attacker-data" not in everything
    foreign = (scene.names["evil"], scene.other.account_id)
    reached = [c for c in answered if any(mark in json.dumps(c.parameters, default=str) for mark in foreign)]
    assert reached == [], "no call that names what is the attacker's was sent"
    if name == "secrets in settings that may be read":
        assert "STAGE" in everything, "the settings were answered, with their secrets taken out"
    if name not in {"secrets in settings that may be read", "presigned address"}:
        assert [outcome for outcome in execution.result if outcome[0] == "answered"] == []


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_reads_of_the_same_account_are_answered(name, scene, tmp_path):
    execution = execute(scene, ORDINARY[name], tmp_path)
    assert execution.status is Status.SUCCEEDED, execution.error
    assert [outcome[0] for outcome in execution.result] == ["answered"], execution.result


def test_nothing_of_ours_stays(scene, tmp_path):
    execute(scene, HOSTILE["escalate by IAM"], tmp_path)
    roles = scene.access.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"]
    assert roles == []
