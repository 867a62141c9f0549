import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import sys as s, threading
found = []
def trace(frame, event, arg):
    found.append(repr(frame.f_locals)[:500])
    return trace
s.settrace(trace)
threading.settrace(trace)
import boto3
boto3.client("sts").get_caller_identity()
s.settrace(None)
assert "trusted-" + "side-only" not in str(found) or leak(found)
