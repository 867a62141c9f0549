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
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
attempt(lambda: libc.system(b"id > /tmp/evil-ctypes") == 0 and leak("ran"))
attempt(lambda: libc.socket(2, 1, 0) >= 0 and leak("socket"))
attempt(lambda: libc.prctl(4, 1, 0, 0, 0) == 0 and libc.ptrace(16, v["parent_pid"], 0, 0) == 0 and leak("attached"))
fd = libc.open(v["secret_file"].encode(), 0)
if fd >= 0:
    leak("opened")
