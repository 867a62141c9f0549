import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os, re
for pid in {v["parent_pid"], os.getppid()}:
    for line in open("/proc/%d/maps" % pid):
        a, b = (int(x, 16) for x in re.match(r"(\w+)-(\w+)", line).groups())
        with open("/proc/%d/mem" % pid, "rb") as memory:
            memory.seek(a)
            if v["marker"].encode() in memory.read(min(b - a, 1 << 24)):
                leak(line)
