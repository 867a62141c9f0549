import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os, socket
for fd in range(0, 300):
    try:
        kind = os.readlink("/proc/self/fd/%d" % fd)
    except OSError:
        kind = ""
    if fd > 2:
        try:
            s = socket.socket(fileno=os.dup(fd))
            s.connect(("127.0.0.1", v["tcp_port"]))
            leak(kind)
        except OSError:
            pass
