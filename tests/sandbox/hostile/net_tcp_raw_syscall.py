import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import ctypes, struct
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.socket(2, 1, 0)
address = struct.pack("<H", 2) + struct.pack(">H", v["tcp_port"]) + bytes([127, 0, 0, 1]) + bytes(8)
if fd >= 0:
    leak([fd, libc.connect(fd, address, 16), libc.send(fd, b"x", 1, 0)])
