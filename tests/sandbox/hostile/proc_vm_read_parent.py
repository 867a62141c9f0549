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
buffer = ctypes.create_string_buffer(64)
local = struct.pack("<QQ", ctypes.addressof(buffer), 64)
remote = struct.pack("<QQ", 0x400000, 64)
if libc.process_vm_readv(v["parent_pid"], local, 1, remote, 1, 0) > 0:
    leak(buffer.raw)
