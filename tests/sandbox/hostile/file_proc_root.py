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
    for path in ("/proc/%d/root" % pid, "/proc/%d/cwd" % pid):
        try:
            leak(open(path + v["secret_file"]).read())
        except OSError as error:
            print(error, file=sys.stderr)
