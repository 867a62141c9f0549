import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(16, v["parent_pid"], 0, 0) == 0 or libc.ptrace(0x4206, v["parent_pid"], 0, 0) == 0:
    leak("traced")
