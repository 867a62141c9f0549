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
boto3.client("sts").get_caller_identity()
print(json.dumps({"facts": {}, "findings": [{"id": "x", "title": "<script>alert(1)</script>", "severity": "high", "resource": "arn:aws:iam::999999999999:root",
    "evidence": ["/calls/nope/response/Secret", "/../../etc/passwd"]}], "resources": [], "coverage": {}, "next": [{"question": "rm -rf /"}]}))
