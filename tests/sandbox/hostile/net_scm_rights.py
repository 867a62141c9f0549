import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import socket, array, os
found = []
for fd in range(3, 64):
    try:
        os.fstat(fd)
        found.append(fd)
    except OSError:
        pass
for fd in found:
    s = socket.socket(fileno=os.dup(fd))
    s.settimeout(1)
    print(s.recvmsg(100, socket.CMSG_SPACE(4)), file=sys.stderr)
