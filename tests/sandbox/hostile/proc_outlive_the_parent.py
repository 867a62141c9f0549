import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import ctypes
if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0:
    leak("may outlive its parent")
