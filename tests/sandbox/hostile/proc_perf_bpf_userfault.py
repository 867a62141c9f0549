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
for number in (298, 321, 323, 300, 447, 304):
    if libc.syscall(number, 0, ctypes.create_string_buffer(256), 0, 0, 0) >= 0:
        leak(number)
