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
attempt(lambda: leak(boto3.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/admin", RoleSessionName="x")))
attempt(lambda: leak(boto3.client("sts").get_session_token()))
attempt(lambda: leak(boto3.client("sts").get_federation_token(Name="x")))
