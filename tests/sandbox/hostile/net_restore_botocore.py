import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import importlib, botocore.client
importlib.reload(botocore.client)
import botocore.session
c = botocore.session.Session().create_client("sts", endpoint_url="http://127.0.0.1:%d" % v["tcp_port"], region_name="us-east-1")
leak(c.get_caller_identity())
