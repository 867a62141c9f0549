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
leak(["x32", libc.syscall(0x40000000 | 41, 2, 1, 0)]) if libc.syscall(0x40000000 | 41, 2, 1, 0) >= 0 else None
