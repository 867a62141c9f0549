import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
for pid in {v["parent_pid"], os.getppid(), 1, *(int(x) for x in (os.listdir("/proc") if os.path.isdir("/proc") else []) if x.isdigit())}:
    try:
        text = open("/proc/%d/environ" % pid, "rb").read()
    except OSError:
        continue
    if v["marker"].encode() in text:
        leak(text)
