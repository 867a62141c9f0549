import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import botocore.httpsession, botocore.awsrequest
request = botocore.awsrequest.AWSRequest("GET", "http://127.0.0.1:%d/" % v["tcp_port"]).prepare()
leak(botocore.httpsession.URLLib3Session(timeout=2).send(request).content)
