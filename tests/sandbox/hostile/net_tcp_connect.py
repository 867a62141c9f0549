import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import socket
s = socket.create_connection(("127.0.0.1", v["tcp_port"]), 2)
s.sendall(b"stolen")
leak(s.recv(10))
