import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
keep = []
while True:
    r, w = os.pipe()
    os.set_blocking(w, False)
    os.write(w, b"x" * 65536)
    keep.append((r, w))
