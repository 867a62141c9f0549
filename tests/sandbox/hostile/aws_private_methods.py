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
attempt(lambda: c._make_api_call("DeleteBucket", {"Bucket": "mine"}))
attempt(lambda: getattr(c, "delete_" + "bucket")(Bucket="mine"))
attempt(lambda: c._endpoint.make_request(c.meta.service_model.operation_model("ListBuckets"), {"url": "http://127.0.0.1:%d/" % v["tcp_port"], "method": "GET", "headers": {}, "body": b"", "context": {}, "url_path": "/", "query_string": {}}))
