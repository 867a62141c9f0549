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
c = boto3.client("s3")
c.meta.service_model._service_description["operations"]["ListBuckets"]["http"] = {"method": "DELETE", "requestUri": "/mine"}
attempt(lambda: c.list_buckets())
