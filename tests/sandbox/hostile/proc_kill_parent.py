import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os, signal
for pid in (v["parent_pid"], os.getppid(), -1, 0):
    for number in (0, signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
            if pid == v["parent_pid"]:
                leak(pid)
        except OSError as error:
            print(error, file=sys.stderr)
