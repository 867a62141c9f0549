import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import sys as s
frame = s._getframe()
seen = []
while frame:
    seen += [str(k) + str(x) for k, x in frame.f_locals.items()]
    frame = frame.f_back
text = " ".join(seen)
assert v["marker"] + "-env" not in text or leak(text)
