import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import boto3, urllib.request
url = boto3.client("s3", endpoint_url="http://127.0.0.1:%d" % v["tcp_port"]).generate_presigned_url("get_object", Params={"Bucket": "mine", "Key": "k"})
leak(urllib.request.urlopen(url, timeout=2).read())
