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
import socket
for family, kind, protocol in ((2, 5, 132), (2, 1, 132), (2, 6, 33), (38, 5, 0), (31, 3, 3), (17, 3, 3), (29, 3, 1), (40, 1, 0), (44, 3, 0), (10, 2, 0), (16, 3, 15)):
    try:
        socket.socket(family, kind, protocol)
        leak((family, kind, protocol))
    except OSError as error:
        print(error, file=sys.stderr)
