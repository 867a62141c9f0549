import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
for pid in (v["parent_pid"], os.getppid(), 1):
    try:
        for fd in os.listdir("/proc/%d/fd" % pid):
            leak(os.readlink("/proc/%d/fd/%s" % (pid, fd)))
    except OSError as error:
        print(error, file=sys.stderr)
