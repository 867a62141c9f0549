import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
for path in ("/usr/lib/evil.py", "/packages/boto3/evil.py", "/bootstrap/evil.py", "/etc/evil", "/evil", os.path.dirname(os.__file__) + "/evil.py"):
    try:
        open(path, "w").write("x")
        leak(path)
    except OSError as error:
        print(error, file=sys.stderr)
