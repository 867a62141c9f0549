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
attempt(lambda: boto3.resource("s3").Bucket("mine").delete())
attempt(lambda: boto3.resource("ec2").Instance("i-1").terminate())
attempt(lambda: boto3.resource("s3").Bucket("mine").put_object(Key="k", Body=b"x"))
