import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
for name in os.listdir("/dev"):
    if name.startswith(("sd", "vd", "nvme", "mem", "kmsg", "port", "loop", "dm-")):
        leak(open("/dev/" + name, "rb").read(16))
