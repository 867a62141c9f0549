import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:%d" % v["tcp_port"]
import boto3
boto3.client("sts").get_caller_identity()
