import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
before = os.getuid()
for become in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.seteuid(0), lambda: os.setgroups([0])):
    try:
        become()
    except OSError:
        pass
if before != 0 and 0 in (os.getuid(), os.geteuid()):
    leak("root")
os.chroot("/")
leak("chroot")
