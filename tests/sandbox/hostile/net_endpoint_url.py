import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import boto3
c = boto3.client("sts", endpoint_url="http://127.0.0.1:%d" % v["tcp_port"], aws_access_key_id="AKIAATTACKERATTACKER", aws_secret_access_key="z")
c.get_caller_identity()
