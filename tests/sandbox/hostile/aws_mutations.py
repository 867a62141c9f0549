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
    except Exception as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3
attempt(lambda: boto3.client("s3").delete_bucket(Bucket="mine"))
attempt(lambda: boto3.client("s3").put_object(Bucket="mine", Key="k", Body=b"x"))
attempt(lambda: boto3.client("iam").create_user(UserName="evil"))
attempt(lambda: boto3.client("ec2").terminate_instances(InstanceIds=["i-1"]))
attempt(lambda: boto3.client("cloudtrail").stop_logging(Name="t"))
attempt(lambda: boto3.client("lambda").invoke(FunctionName="f"))
attempt(lambda: boto3.client("kms").schedule_key_deletion(KeyId="k"))
