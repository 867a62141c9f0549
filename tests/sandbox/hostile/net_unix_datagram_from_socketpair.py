import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for send in (lambda: a.sendto(b"stolen", v["unix_datagram"]), lambda: a.sendmsg([b"stolen"], [], 0, v["unix_datagram"])):
    try:
        send()
    except OSError as error:
        print(error, file=sys.stderr)
a.connect(v["unix_datagram"])
a.send(b"stolen")
