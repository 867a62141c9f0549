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
import builtins, json as j, os, time, types
import botocore.client, botocore.model
botocore.client.BaseClient._make_api_call = lambda self, name, params: {}
j.loads = j.dumps = lambda *a, **k: {}
os.getpid = lambda: 1
builtins.isinstance = lambda *a: True
time.sleep = lambda s: None
import boto3
attempt(lambda: boto3.client("s3").delete_bucket(Bucket="mine"))
sys.stdout.write('{"ok": true}')
