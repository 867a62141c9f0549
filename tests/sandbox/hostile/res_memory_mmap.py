import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import mmap
x = []
while True:
    m = mmap.mmap(-1, 64 << 20)
    m.write(b"1" * (64 << 20))
    x.append(m)
