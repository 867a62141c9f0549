import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
print(os.system("touch /tmp/evil"), file=sys.stderr)
assert not os.path.exists("/tmp/evil") or leak("ran")
