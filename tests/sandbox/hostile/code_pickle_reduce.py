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
import copyreg, marshal, os, pickle
class Evil:
    def __reduce__(self):
        return os.system, ("id > /tmp/evil-pickle",)
attempt(lambda: pickle.loads(pickle.dumps(Evil())) == 0 and leak("ran"))
import boto3
attempt(lambda: boto3.client("s3").list_objects_v2(Bucket=Evil()))
attempt(lambda: boto3.client("s3").list_objects_v2(Bucket="mine", Prefix=pickle.dumps(Evil())))
