import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
def attempt(call):
    try:
        call()
    except BaseException as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3
for service, operation, params in (
    ("iam", "get_role", {"RoleName": "cloudprobe-run"}), ("iam", "put_role_policy", {"RoleName": "cloudprobe-run", "PolicyName": "p", "PolicyDocument": "{}"}),
    ("iam", "delete_role_permissions_boundary", {"RoleName": "cloudprobe-run"}), ("iam", "update_assume_role_policy", {"RoleName": "cloudprobe-run", "PolicyDocument": "{}"}),
    ("s3", "list_objects_v2", {"Bucket": "cloudprobe-artifacts", "Prefix": "stolen"}), ("dynamodb", "scan", {"TableName": "cloudprobe-state"}),
    ("stepfunctions", "get_execution_history", {"executionArn": "arn:aws:states:us-east-1:123456789012:execution:cloudprobe:x"}),
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/cloudprobe/run", "RoleSessionName": "s"}), ("ecs", "stop_task", {"task": "t"})):
    attempt(lambda: leak(getattr(boto3.client(service), operation)(**params)))
