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
s3 = boto3.client("s3")
attempt(lambda: s3.list_objects_v2(Bucket=v["foreign_bucket"], Prefix="stolen"))
attempt(lambda: s3.list_objects_v2(Bucket="arn:aws:s3:us-east-1:999999999999:accesspoint/x", Prefix="stolen"))
attempt(lambda: s3.list_objects_v2(Bucket="mine.evil.example.com", Prefix="stolen"))
attempt(lambda: s3.list_objects_v2(Bucket="mine/../" + v["foreign_bucket"]))
attempt(lambda: s3.list_objects_v2(Bucket="Mine"))
