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
for number in range(64):
    libc.shmat.restype = ctypes.c_long
    if libc.shmat(number, None, 0o10000) > 0 or libc.shmctl(number, 0, None) >= 0:
        leak(number)
