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
client = boto3.client("sts")
for template in ("{0.__init__.__globals__}", "{0._request_signer._credentials.secret_key}", "{0._endpoint.http_session}", "{0.__class__.__mro__}"):
    try:
        text = template.format(client)
        if v["marker"] in text or "trusted-side-only" in text:
            leak(text)
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)
